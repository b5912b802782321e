"""The demo's bodies and officers many times over: districts of an invented country that is as large as the real one."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product
from random import Random
from typing import Any

from django.db import models, transaction

from institutions.models import Change, Institution, Kind, Region
from lapor.ground.copying import columns_of, copy_rows, reserve
from officers.actors import machine
from officers.models import Appointment, InstitutionPower, User

WHY = "Demo"
BODIES, UNITS = 700, 20_000
# Provinces whose offices keep the same hours; a body is only copied to a place in its own zone.
ZONES = {
    "Asia/Jakarta": ("11", "12", "13", "14", "15", "16", "17", "18", "19", "21", "31", "32", "33", "34", "35", "36", "61", "62"),
    "Asia/Makassar": ("51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76"),
    "Asia/Jayapura": ("81", "82", "91", "92", "93", "94", "95", "96", "97"),
}
FIRST = ("Tirta", "Karang", "Bukit", "Muara", "Tanjung", "Rawa", "Gunung", "Sumber", "Padang", "Lembah", "Telaga", "Banyu", "Kuala", "Wana")
LAST = ("Asri", "Makmur", "Lestari", "Jaya", "Mulya", "Indah", "Sentosa", "Raharja", "Permai", "Sejati", "Harapan", "Bakti", "Kencana", "Utama")
OWN_NAMES = ("Nusa Raya", "Karang Lor", "Tirta Kencana", "Bukit Rimbun", "Pelabuhan Timur")


@dataclass
class District:
    """One copy of all bodies: which node and which officer stand for which of the first ones, and where its reports happen."""

    places: dict[int, int] = field(default_factory=dict)
    users: dict[int, int] = field(default_factory=dict)
    regencies: dict[str, str] = field(default_factory=dict)  # regency of the first body -> regency of its copy


def _rows(model: type[models.Model], **where: Any) -> list[dict[str, Any]]:
    return list(model._default_manager.filter(**where).order_by("pk").values(*columns_of(model)))


def _renamed(text: str, number: int, names: list[str]) -> str:
    for index, own in enumerate(OWN_NAMES):
        if own in text:
            return text.replace(own, names[(number * len(OWN_NAMES) + index) % len(names)])
    return f"{text} {number}" if text else text


def _regencies() -> dict[str, dict[str, list[str]]]:
    """zone -> province code -> regencies there, drawn in a fixed order."""
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for code in Region.objects.filter(level=Region.Level.REGENCY).order_by("pk").values_list("pk", flat=True):
        for zone, provinces in ZONES.items():
            if code[:2] in provinces:
                found[zone][code[:2]].append(code)
    return found


def _copy_bodies(districts: list[District], first: list[dict[str, Any]], random: Random) -> list[dict[str, Any]]:
    """Every node but the nation once for each district, children under their own parents' copies."""
    regencies, names = _regencies(), [" ".join(pair) for pair in product(FIRST, LAST)]
    random.shuffle(names)
    ids, rows = iter(reserve(Institution, len(districts) * len(first))), []
    for number, district in enumerate(districts, start=2):
        paths: dict[int, str] = {}
        for row in first:
            pk = district.places[row["id"]] = next(ids)
            parent = district.places.get(row["parent_id"], row["parent_id"])
            path = paths[row["id"]] = f"{paths.get(row['parent_id']) or row['path'].rsplit('.', 2)[0] + '.'}{pk}."
            region = _moved(row["region_id"], row["time_zone"], regencies, district, random)
            new = {"id": pk, "parent_id": parent, "path": path, "slug": f"{row['slug']}-{number}", "region_id": region, "sms_prefix": None, "email": ""}
            rows.append({**row, **new, "name": _renamed(row["name"], number, names), "short_name": _renamed(row["short_name"], number, names)})
    return rows


def _moved(code: str | None, zone: str, regencies: Mapping[str, Mapping[str, list[str]]], district: District, random: Random) -> str | None:
    """Another region of the same level in the same zone; the place itself where only one is known."""
    choices = regencies.get(zone)
    if code is None or not choices:
        return code
    province = random.choice(sorted(choices))
    if len(code) == 2:
        district.regencies[code] = random.choice(choices[province])
        return province
    return district.regencies.setdefault(code, random.choice(choices[province]))


def _field_offices(rows: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """Offices below the units, as many as the country has: no cases of their own, but nodes in every tree query."""
    units = [row for row in rows if row["kind"] == Kind.UNIT]
    ids, found = iter(reserve(Institution, count)), []
    for number in range(count):
        unit = units[number % len(units)]
        pk, turn = next(ids), number // len(units) + 1
        new = {"id": pk, "parent_id": unit["id"], "path": f"{unit['path']}{pk}.", "slug": f"{unit['slug']}-upt-{turn}"}
        found.append({**unit, **new, "name": f"UPT {turn} {unit['name']}"[:200], "short_name": f"UPT {turn}"})
    return found


def _another(user: dict[str, Any], number: int) -> dict[str, str]:
    """What must differ between two officers; a staff number of digits that no office gives out stays one."""
    staff = user["staff_number"]
    return {
        "username": f"{user['username']}.{number}",
        "email": f"{user['username']}.{number}@petugas.contoh.invalid",
        "staff_number": f"{int(staff) + number * 1000:0{len(staff)}d}" if staff.isdigit() else "",
    }


def _copy_officers(districts: list[District], first: set[int]) -> None:
    """Whoever is appointed at a copied node, once for each district, with the same decree and powers."""
    appointments = _rows(Appointment, institution__in=first)
    users = {row["id"]: row for row in _rows(User, pk__in={row["user_id"] for row in appointments})}
    powers = _rows(InstitutionPower, appointment__in=[row["id"] for row in appointments])
    user_ids, appointment_ids = iter(reserve(User, len(districts) * len(users))), iter(reserve(Appointment, len(districts) * len(appointments)))
    people, decrees, held = [], [], []
    for number, district in enumerate(districts, start=2):
        renumbered: dict[int, int] = {}
        for pk, row in users.items():
            district.users[pk] = next(user_ids)
            people.append({**row, **_another(row, number), "id": district.users[pk]})
        for row in appointments:
            renumbered[row["id"]] = next(appointment_ids)
            new = {"id": renumbered[row["id"]], "user_id": district.users[row["user_id"]], "institution_id": district.places[row["institution_id"]]}
            decrees.append({**row, **new})
        for row in powers:
            new = {"user_id": district.users[row["user_id"]], "content_object_id": district.places[row["content_object_id"]]}
            held.append({**row, **new, "appointment_id": renumbered[row["appointment_id"]]})
    copy_rows(User, people)
    copy_rows(Appointment, decrees)
    copy_rows(InstitutionPower, held, but=("id",))


@transaction.atomic
def spread(*, at: datetime, bodies: int = BODIES, units: int = UNITS, seed: int) -> list[District]:
    """As many districts as make `bodies` bodies with `units` units in all; the first one is the demo that is there."""
    first = _rows(Institution, is_fictitious=True)
    own = sum(row["kind"] != Kind.UNIT for row in first)
    districts = [District() for _ in range(max(1, bodies // own) - 1)]
    rows = _copy_bodies(districts, first, Random(seed))
    missing = units - sum(row["kind"] == Kind.UNIT for row in (*first, *rows))
    rows += _field_offices(rows, max(0, missing)) if rows else []
    copy_rows(Institution, rows)
    by = machine("system").pk
    what = {"target_kind": "institutions.institution", "what": "created", "before": {}, "why": WHY, "by_id": by, "at": at}
    copy_rows(Change, ({**what, "target_id": str(row["id"]), "after": {"slug": row["slug"]}} for row in rows), but=("id",))
    _copy_officers(districts, {row["id"] for row in first})
    return [District(), *districts]
