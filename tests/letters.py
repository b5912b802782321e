"""A letterhead, and answers that became letters."""

from typing import Any

from complaints import services
from complaints.models import Complaint, Letter
from institutions import services as places
from institutions.models import Letterhead
from officers.actors import machine
from tests.world import World

HEAD: dict[str, Any] = {
    "lines": "Pemerintah Kota Uji\nDinas Pekerjaan Umum",
    "address": "Jalan Uji 1\nTelepon 112",
    "city": "Uji",
    "code": "DPU",
    "signer_position": "Kepala Dinas",
    "signer_name": "Sekar Ayu",
    "signer_number": "19740412",
}


def letterhead(world: World, **changes: Any) -> Letterhead:
    return places.set_letterhead(world.unit, {**HEAD, **changes}, by=machine("system"), at=world.at, why="uji")


def written(world: World, **overrides: Any) -> tuple[Complaint, Letter]:
    """An answered case and its letter, drawn."""
    complaint = world.to_state("awaiting_reporter", **overrides)
    services.write_letters(at=world.at)
    return complaint, Letter.objects.get(complaint=complaint)


def content(letter: Letter) -> bytes:
    with services.kept().open(letter.copies.exclude(name="").get().name) as file:
        return bytes(file.read())
