"""Files in an S3 bucket instead of a folder, where FILES_URL says so. Nothing else loads this module, and with it boto3."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.base import ContentFile, File
from storages.backends.s3 import S3Storage

from .problems import StoreAway

LOG = logging.getLogger(__name__)


@contextmanager
def reaching() -> Iterator[None]:
    """What the bucket does not do, whoever's fault, is a store that is away."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        LOG.warning("the bucket does not answer as it should: %s", error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__)
        raise StoreAway from error


class Bucket(S3Storage):
    """One folder of the bucket. Whole files, by path-style addresses, without public access; patience is short, somebody waits."""

    def get_default_settings(self) -> dict[str, Any]:
        patience = {"connect_timeout": 5, "read_timeout": 30, "retries": {"max_attempts": 2}}
        spoken = {"request_checksum_calculation": "when_required", "response_checksum_validation": "when_required"}  # not every server knows newer ones
        config = Config(signature_version="s3v4", s3={"addressing_style": "path"}, **patience, **spoken)
        return {**super().get_default_settings(), "client_config": config, "default_acl": None, "security_token": None, "session_profile": None}

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        with reaching(), super()._open(name, mode) as file:
            return ContentFile(file.read(), name)

    def _save(self, name: str, content: File[bytes]) -> str:
        with reaching():
            return str(super()._save(name, content))

    def exists(self, name: str) -> bool:
        with reaching():
            return bool(super().exists(name))

    def delete(self, name: str) -> None:
        with reaching():
            super().delete(name)
