"""Bodies and officers of the demo, made through the same services as real ones."""

from base64 import b32encode
from collections.abc import Callable
from datetime import date, datetime
from hashlib import sha1
from typing import Any

from institutions import services as places
from institutions.models import Institution, Region
from officers import services as people
from officers.actors import actor_for, machine
from officers.models import User
from officers.powers import Role

from .corpus import read

WHY = "Demo"
PASSWORD = "lapor-demo"  # noqa: S105 - an invented country, refused beside real institutions
BEGAN = date(2019, 1, 1)
SHOWN = ("admin.nasional", "hub", "admin.instansi", "penghubung", "pengawas", "atasan", "ombudsman", "kustodian", "auditor", "operator")


def _body(row: dict[str, Any], parent: Institution, body: dict[str, Any], at: datetime) -> Institution:
    region = Region.objects.filter(pk=body.get("region") or "").first()
    return places.create_institution(
        parent=parent, name=row["name"], slug=row["slug"], kind=row.get("kind", "unit"), short_name=row.get("short_name", ""),
        tier=body["tier"], region=region, time_zone=body["time_zone"], sms_prefix=row.get("sms_prefix"), email=row.get("email", ""),
        is_fictitious=True, valid_from=BEGAN, by=machine("system"), at=at, why=WHY,
    )  # fmt: skip


def build(at: datetime, progress: Callable[[int], None]) -> None:
    """Twelve bodies with their units, the hubs, and every officer with an appointment by decree."""
    root, found, system = places.root(), {}, machine("system")
    for body in read("institutions")["institutions"]:
        found[body["slug"]] = _body(body, root, body, at)
        for unit in body["units"]:
            found[unit["slug"]] = _body(unit, found[body["slug"]], body, at)
        progress(1)
    for row in read("institutions")["hubs"]:
        places.join_hub(hub=found[row["hub"]], member=found[row["member"]], kind=row["kind"], valid_from=BEGAN, by=system, at=at, why=WHY)
    password = people.hash_password(PASSWORD)  # once: it is slow on purpose
    by = actor_for(system, at=at)
    for row in read("officers")["officers"]:
        _officer(row, found.get(row.get("unit") or row["institution"], root), password, by=by, at=at)
        progress(1)


def _officer(row: dict[str, Any], place: Institution, password: str, *, by: Any, at: datetime) -> User:
    user = people.create_officer(
        username=row["username"], full_name=row["full_name"], email=f"{row['username']}@petugas.contoh.invalid", by=machine("system"), at=at,
        employment_status=row["employment_status"], staff_number=row["staff_number"], password_hash=password, why=WHY,
    )  # fmt: skip
    people.enrol_app(user, secret_of(row["username"]))
    people.appoint(
        user=user, role=row["role"], institution=place, decree_number=row["decree_number"], decree_on=date.fromisoformat(row["decree_on"]),
        position_type=row["position_type"], valid_from=date.fromisoformat(row["valid_from"]), by=by, at=at,
    )  # fmt: skip
    return user


def secret_of(username: str) -> str:
    """The secret of an invented officer's authenticator app: the same in every demo, and known to everybody."""
    return b32encode(sha1(f"demo {username}".encode(), usedforsecurity=False).digest()).decode()


def log_ins() -> list[tuple[str, str, str]]:
    """(username, password, role) of the log-ins that are shown at the start; empty when there is no demo here."""
    known = set(User.objects.filter(username__in=SHOWN, appointments__isnull=False).values_list("username", flat=True))
    rows = {row["username"]: Role(row["role"]).label for row in read("officers")["officers"]}
    return [(name, PASSWORD, str(rows[name])) for name in SHOWN if name in known]
