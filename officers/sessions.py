"""Officers' sessions and what is on record about log-ins: who and when, never from where."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import transaction

from institutions.models import Limit

from .models import LoginEvent, StaffSession, User

STATE = "staff"  # where a session keeps its own terms


def proved(user: User, *, at: datetime) -> dict[str, Any]:
    """What a log-in with both factors leaves in a session, for those who open one without the pages: drills and measurements."""
    proofs = [{"method": "password", "at": at.timestamp()}, {"method": "mfa", "type": "totp", "at": at.timestamp()}]
    return {"account_authentication_methods": proofs, "account_authentication_methods_user": str(user.pk)}


def note(user: User, kind: str, *, at: datetime) -> None:
    """Put an event of the log-in on record."""
    LoginEvent.objects.create(user=user, kind=kind, at=at)


def note_named(username: str, kind: str, *, at: datetime) -> None:
    """The same for whoever bears the name that was typed; nothing when nobody does."""
    user = User.objects.filter(username=username.replace("\x00", ""), is_machine=False).first()
    if user is not None:
        note(user, kind, at=at)


def begin(user: User, session_key: str, *, at: datetime) -> dict[str, Any]:
    """Put a new session on its owner's list; the terms that it carries: when it ends, and after how long without use."""
    limits = Limit.objects.table(at.date())
    row = StaffSession.objects.create(user=user, session_key=session_key, began_at=at, seen_at=at)
    until = at + timedelta(hours=limits["staff_session_hours"])
    return {"row": str(row.pk), "key": session_key, "until": until.isoformat(), "idle": limits["staff_idle_minutes"], "seen": at.isoformat()}


def is_over(state: dict[str, Any], *, at: datetime) -> bool:
    """Whether the session was left alone too long, or has lasted as long as one may."""
    idle = timedelta(minutes=state["idle"])
    return at >= datetime.fromisoformat(state["until"]) or at - datetime.fromisoformat(state["seen"]) >= idle


def touch(state: dict[str, Any], session_key: str, *, at: datetime) -> dict[str, Any] | None:
    """The terms after a use, None when nothing needs to be written: a use is noted once a minute, a new key at once."""
    if session_key == state["key"] and at - datetime.fromisoformat(state["seen"]) < timedelta(minutes=1):
        return None
    StaffSession.objects.filter(pk=state["row"]).update(session_key=session_key, seen_at=at)
    return {**state, "key": session_key, "seen": at.isoformat()}


def open_of(user: User, *, at: datetime) -> list[StaffSession]:
    """The sessions that the user may still use, the latest first."""
    living = Session.objects.filter(expire_date__gt=at).values("session_key")
    return list(StaffSession.objects.filter(user=user, ended_at=None, session_key__in=living).order_by("-seen_at"))


@transaction.atomic
def end(rows: Iterable[StaffSession], *, at: datetime) -> int:
    """End these sessions: their cookies open nothing any more. Says how many there were."""
    ended = list(rows)
    Session.objects.filter(session_key__in=[row.session_key for row in ended]).delete()
    StaffSession.objects.filter(pk__in=[row.pk for row in ended]).update(ended_at=at)
    LoginEvent.objects.bulk_create(LoginEvent(user_id=row.user_id, kind=LoginEvent.Kind.ENDED, at=at) for row in ended)
    return len(ended)


def end_one(user: User, pk: UUID, *, at: datetime) -> int:
    """End one of the user's own sessions."""
    return end([row for row in open_of(user, at=at) if row.pk == pk], at=at)


def end_all(user: User, *, at: datetime, but: str | None = "") -> int:
    """End every session of the user, but the one with this key."""
    return end([row for row in open_of(user, at=at) if row.session_key != but], at=at)
