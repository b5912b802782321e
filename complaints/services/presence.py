"""Who else has a case open right now: a hint in the shared cache, and nothing more than a hint."""

from datetime import datetime
from uuid import UUID

from django.core.cache import cache
from redis.exceptions import RedisError

from lapor.ground.actor import Actor

from .reference import Reference


def here(pk: UUID, name: str, *, by: Actor, at: datetime, reference: Reference | None = None) -> list[str]:
    """Note that the actor has the case open and say who else does. Without the cache nobody is seen, and nobody is disturbed."""
    life = (reference or Reference(at)).limits["presence_seconds"]
    key, now = f"presence:{pk}", at.timestamp()
    try:
        known = {user: seen for user, seen in (cache.get(key) or {}).items() if seen[1] > now - life}
        known[by.user_id] = (name, now)
        cache.set(key, known, timeout=life)
    except RedisError:
        return []
    return sorted(seen[0] for user, seen in known.items() if user != by.user_id)
