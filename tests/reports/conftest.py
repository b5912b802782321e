"""What the tests of the reporting floor share: stores of their own for the files of each test."""

from pathlib import Path
from typing import Any

import pytest


def _folder(settings: Any, name: str, path: Path) -> None:
    options = {"location": path, "allow_overwrite": True}
    settings.STORAGES = {**settings.STORAGES, name: {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}}


@pytest.fixture(autouse=True)
def own_store(settings: Any, tmp_path: Path) -> None:
    _folder(settings, "releases", tmp_path / "releases")


@pytest.fixture
def storage(tmp_path: Path, settings: Any) -> Path:
    """Files of this test only."""
    _folder(settings, "letters", tmp_path / "letters")
    return tmp_path
