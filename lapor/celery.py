"""The Celery application, and the tick by which `/readyz` knows that beat, broker and worker are alive."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, setup_logging
from django.core.cache import cache
from django.utils import timezone
from django_structlog.celery.steps import DjangoStructLogInitStep

from lapor import logs

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lapor.settings")

TICK_KEY = "lapor:tick"

app = Celery("lapor", task_cls="lapor.site:PausedTask")  # by name: it is looked for when the apps stand
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.steps["worker"].add(DjangoStructLogInitStep)  # a task's log lines carry its id, and the id of the request that asked for it
setup_logging.connect(logs.in_worker)


@app.task(name="lapor.tick")
def tick() -> None:
    """Beat rang, the broker carried it, a worker heard it."""
    cache.set(TICK_KEY, timezone.now(), timeout=None)


@beat_init.connect
def first_tick(**_signal: Any) -> None:
    """Beat rings once as it starts: nobody has to wait until its first round has passed to know that all is well."""
    tick.apply_async(expires=60)  # the worker starts beside it, and may take longer
