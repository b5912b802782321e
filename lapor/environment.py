"""How the settings read the environment: plain values, files of an orchestrator, and a sentence when something cannot be meant."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from nacl.encoding import Base64Encoder
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey


def text(name: str, default: str = "") -> str:
    """The variable, or the content of the file that NAME_FILE points at (secrets of an orchestrator), or the default."""
    if value := os.environ.get(name, ""):
        return value
    if path := os.environ.get(f"{name}_FILE", ""):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE points at {path}, which cannot be read: {error.strerror}.") from None
    return default


def flag(name: str, default: bool = False) -> bool:
    """A switch: 1/true/yes/on or 0/false/no/off."""
    value = text(name).lower()
    if value not in {"", "1", "true", "yes", "on", "0", "false", "no", "off"}:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")
    return value in {"1", "true", "yes", "on"} if value else default


def required(name: str, how: str) -> str:
    """A value without which the system must not start; `how` says where it comes from."""
    if value := text(name):
        return value
    raise ImproperlyConfigured(f"{name} is not set. {how}")


def number(name: str, default: int) -> int:
    """A whole number."""
    value = text(name, str(default))
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.")
    return int(value)


def paired(private: str, public: str) -> bool:
    """Whether two base64 texts are the halves of one X25519 pair."""
    try:
        return bool(private) and PrivateKey(private.encode(), Base64Encoder).public_key.encode(Base64Encoder).decode() == public
    except (CryptoError, ValueError):
        return False


def bucket(url: str) -> dict[str, Any]:
    """Where an S3 bucket is and with what it opens, of s3://key:secret@host/bucket; s3+http:// without TLS, `?region=` where it matters."""
    parts = urlsplit(url)
    name = parts.path.strip("/")
    if parts.scheme not in {"s3", "s3+http"} or not (parts.hostname and parts.username and parts.password) or not name or "/" in name:
        raise ImproperlyConfigured("FILES_URL must look like s3://key:secret@s3.example.go.id/bucket (s3+http for a server without TLS on this machine).")
    host = parts.netloc.rpartition("@")[2]
    return {
        "access_key": unquote(parts.username),
        "secret_key": unquote(parts.password),
        "endpoint_url": f"{'http' if parts.scheme == 's3+http' else 'https'}://{host}",
        "bucket_name": name,
        "region_name": parse_qs(parts.query).get("region", ["us-east-1"])[0],
    }
