"""What every test of the case may ask for."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def storage(tmp_path: Path, settings: Any) -> Path:
    """The folder of all stored bytes: what one test stores is nothing to the next."""
    moved = {name: settings.STORAGES[name] for name in ("default", "vault", "letters")}
    settings.STORAGES = settings.STORAGES | {name: {**row, "OPTIONS": {**row["OPTIONS"], "location": tmp_path / name}} for name, row in moved.items()}
    return tmp_path
