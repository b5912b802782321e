"""What the tests of evaluation reports share."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def storage(tmp_path: Path, settings: Any) -> Path:
    """Files of this test only."""
    settings.STORAGES = {
        **settings.STORAGES,
        "letters": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "letters", "allow_overwrite": True}},
    }
    return tmp_path
