"""A store of its own for the files of each test."""

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def own_store(settings: Any, tmp_path: Any) -> None:
    options = {"location": tmp_path / "releases", "allow_overwrite": True}
    settings.STORAGES = {**settings.STORAGES, "releases": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}}
