"""The Celery application, and the tick by which `/readyz` knows that beat, broker and worker are alive."""

import os

from celery import Celery
from django.core.cache import cache
from django.utils import timezone

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lapor.settings")

TICK_KEY = "lapor:tick"

app = Celery("lapor")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.task(name="lapor.tick")
def tick() -> None:
    """Beat rang, the broker carried it, a worker heard it."""
    cache.set(TICK_KEY, timezone.now(), timeout=None)
