"""The way out for short messages: an interface, and a gateway that keeps every message as one file."""

import json
import os
import re
import tempfile
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

UNSAFE = re.compile(r"[^A-Za-z0-9@._-]+")


class Gateway(Protocol):
    def send(self, *, to: str, text: str, key: str) -> None:
        """Hand one message over; the same key twice is one message. Raises what went wrong."""
        ...


class FolderGateway:
    """Writes each message to a folder, named after its key: the same message sent twice is one file."""

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)

    def send(self, *, to: str, text: str, key: str) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = UNSAFE.sub("_", key.strip("<>")).lstrip(".")[:200]
        descriptor, temporary = tempfile.mkstemp(dir=self.folder, prefix=".", suffix=".tmp")
        try:
            with os.fdopen(descriptor, "w") as file:
                json.dump({"to": to, "text": text}, file, ensure_ascii=False)
            Path(temporary).replace(self.folder / f"{name}.json")
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


def gateway() -> Gateway:
    """The gateway that SMS_URL names."""
    parts = urlsplit(str(settings.SMS_URL))
    if parts.scheme != "file":
        raise ImproperlyConfigured("SMS_URL must look like file:///folder.")
    return FolderGateway(unquote(parts.path))
