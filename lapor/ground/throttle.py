"""Fixed-window buckets in the shared cache: who tries too often is told when to come back."""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError


def address_of(meta: Mapping[str, str], *, hops: int) -> str:
    """The client's network address, seen past `hops` proxies of our own; what the client itself claims is not believed.

    Each proxy of ours adds the address it saw at the end of X-Forwarded-For, so that the entry which the outermost of them
    wrote stands `hops` places from the end. A shorter or unreadable list never went through all of them.
    """
    peer = meta.get("REMOTE_ADDR", "")
    claimed = [part.strip() for part in meta.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if not 0 < hops <= len(claimed):
        return peer
    try:
        return str(ip_address(claimed[-hops]))
    except ValueError:
        return peer


def _network(address: str) -> str:
    """A household has a whole /64 of IPv6, and would have as many tries as addresses."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, 64), strict=False)) if isinstance(found, IPv6Address) else str(found)


def client_key(address: str, *, at: datetime) -> str:
    """An opaque name of a network client that cannot be turned back into its address and changes every day."""
    text = f"{at:%Y-%m-%d}|{_network(address)}"
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()[:24]


def _window(bucket: str, seconds: int, at: datetime) -> tuple[str, int]:
    number, gone = divmod(int(at.timestamp()), seconds)
    return f"throttle:{bucket}:{number}", seconds - gone


def blocked(bucket: str, *, limit: int, seconds: int, at: datetime) -> int | None:
    """Seconds until the bucket opens again, or None while fewer than `limit` tries stand in it.

    An outage of the cache opens the bucket: the secrets behind it have 80 bits, and citizens must not be locked out.
    """
    key, left = _window(bucket, seconds, at)
    try:
        return left if cache.get(key, 0) >= limit else None
    except RedisError:
        return None


def hit(bucket: str, *, seconds: int, at: datetime) -> None:
    """Count one try in the running window."""
    key, left = _window(bucket, seconds, at)
    try:
        cache.add(key, 0, timeout=left)
        cache.incr(key)
    except (RedisError, ValueError):  # ValueError: the window ended between the two calls
        return
