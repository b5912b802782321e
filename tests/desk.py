"""Addresses, steps and many cases of the officers' desk."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.test import Client

from complaints import numbers
from complaints.models import Complaint
from institutions.models import Institution
from tests.world import SINCE, SORT, World

OVERSIGHT: dict[str, Any] = {**SORT, "track": "oversight", "reported_party": "Kepala dinas"}
HTML = "<script>alert('x')</script>"


def address(complaint: Complaint, tail: str = "") -> str:
    return f"/meja/{complaint.tracking_id}/{tail}"


def copies(complaint: Complaint, count: int, **changes: Callable[[int], Any]) -> list[Complaint]:
    """Many reports like this one, written at once."""
    rows = []
    names = [field.attname for field in Complaint._meta.concrete_fields if not field.generated]
    for number in range(count):
        row = Complaint(**{name: getattr(complaint, name) for name in names})
        row.pk, row.tracking_id = uuid4(), numbers.new_tracking_id()
        for name, change in changes.items():
            setattr(row, name, change(number))
        rows.append(row)
    return Complaint.objects.bulk_create(rows)


def act(client: Client, complaint: Complaint, action: str, **typed: Any) -> Any:
    complaint.refresh_from_db()
    return client.post(address(complaint, f"langkah/{action}/"), {"version": complaint.version, **typed})


def more_units(world: World, *, parent: str = "kota-uji", count: int = 16) -> list[Institution]:
    """So many units that nobody looks through a list of them."""
    above = world.place(parent)
    first = Institution.objects.order_by("-pk").values_list("pk", flat=True)[0] + 1
    return [
        Institution.objects.create(
            pk=pk,
            slug=f"{parent}-kelurahan-{pk}",
            name=f"Kelurahan Sawah {pk - first + 1}",
            kind="unit",
            parent=above,
            path=f"{above.path}{pk}.",
            valid_from=SINCE,
        )
        for pk in range(first, first + count)
    ]
