"""An e-mail backend that keeps every mail as one file, for machines without an SMTP server."""

import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

UNSAFE = re.compile(r"[^A-Za-z0-9@._-]+")


class FolderBackend(BaseEmailBackend):
    """Writes each mail to `folder`, named after its Message-ID: the same mail sent twice is one file."""

    def __init__(self, *, folder: str, **options: Any) -> None:
        super().__init__(**options)
        self.folder = Path(folder)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the mails; a failure is raised, as an SMTP server's would be."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for message in email_messages:
            self._write(message)
        return len(email_messages)

    def _write(self, message: EmailMessage) -> None:
        content = message.message()
        name = UNSAFE.sub("_", str(content["Message-ID"]).strip().strip("<>")).lstrip(".")[:200]
        # A reader never sees half a mail, and a kill in the middle leaves only a hidden temporary file.
        descriptor, temporary = tempfile.mkstemp(dir=self.folder, prefix=".", suffix=".tmp")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content.as_bytes())
            Path(temporary).replace(self.folder / f"{name}.eml")
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
