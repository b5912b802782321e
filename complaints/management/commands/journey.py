"""Let reports live their whole lives before the reader's eyes."""

from argparse import ArgumentParser
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import CommandError
from django.utils import translation

from complaints import services
from complaints.models import Complaint
from complaints.wording import sentence_of
from institutions.models import Institution
from officers.actors import Actor, actor_for
from officers.management.command import SweepCommand
from officers.models import Appointment, User

REPORT: dict[str, Any] = {
    "classification": "complaint",
    "title": "Lampu jalan padam di depan pasar",
    "body": "Sejak dua minggu lampu jalan di depan pasar padam seluruhnya dan pejalan kaki takut lewat pada malam hari.",
    "incident_place": "Depan pasar",
    "contact": {"name": "Warga Contoh", "email": "warga@contoh.invalid"},
    "contact_allowed": True,
    "consent": True,
}
SORT = {"topic": "public_works.street_lighting", "track": "non_oversight"}


class Walk:
    """One report walked by named officers, each step some hours after the one before."""

    def __init__(self, command: "Command", at: datetime) -> None:
        self.command, self.at = command, at
        # The same text again and again would be one report; the hour makes each its own.
        given = REPORT | {"incident_date": at.date().isoformat(), "incident_region": command.region}
        receipt = services.submit(given, by=actor_for(None, at=at), at=at)
        self.complaint: Complaint = receipt.complaint

    def later(self, **delta: float) -> "Walk":
        self.at += timedelta(**delta)
        return self

    def _actor(self, who: User | None) -> Actor:
        return actor_for(who, at=self.at, case_ids=frozenset() if who else frozenset({self.complaint.pk}))

    def step(self, action: str, who: User | None = None, **given: Any) -> "Walk":
        self.later(hours=3)
        self.complaint = services.advance(self.complaint.pk, action, by=self._actor(who), at=self.at, given=given)
        return self

    def answer(self, text: str) -> "Walk":
        done_on = self.at.date().isoformat()
        return self.step("answer", self.command.liaison, text=text, outcome="solved", done_on=done_on, evidence="Berita acara pemeriksaan di tempat.")

    def to_unit(self) -> "Walk":
        self.step("dispose_to_institution", self.command.national, target=self.command.institution.slug, **SORT)
        return self.step("dispose_to_unit", self.command.admin, target=self.command.unit.slug)

    def respond(self) -> "Walk":
        planned = (self.at + timedelta(days=9)).date().isoformat()
        return self.step("respond", self.command.liaison, text="Petugas memeriksa jaringan besok pagi.", estimated_on=planned)


class Command(SweepCommand):
    help = "Walk five reports through the workflow with the officers of this database (the demo's, say) and print each timeline."

    national: User
    admin: User
    liaison: User
    institution: Institution
    unit: Institution
    region: str

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--language", default="id", choices=("id", "en"))

    def handle(self, *args: Any, **options: Any) -> None:
        now, _today = self.when(options)
        self._cast(now)
        start = now - timedelta(days=30)
        walks: dict[str, Callable[[datetime], Walk]] = {
            "the first life": self.first_life,
            "asked to complete, and completed": self.completed,
            "returned upward": self.returned,
            "archived and restored": self.restored,
            "closed by silence": self.silent,
        }
        told = []
        with translation.override(options["language"]):
            for name, walk in walks.items():
                complaint = walk(start).complaint
                complaint.refresh_from_db()
                told.append({"name": name, "number": complaint.tracking_id, "state": complaint.state, "events": self._timeline(complaint)})
        self.say({"journeys": told}, options, "\n\n".join(self._told(row) for row in told))

    def _cast(self, now: datetime) -> None:
        """A liaison officer of a unit without a desk of its own, the admin above, and the nation."""
        in_force = Appointment.objects.in_force(now.date()).select_related("user", "institution__parent").order_by("pk")
        for row in in_force.filter(role="liaison", institution__kind="unit"):
            admin = in_force.filter(role="institution_admin", institution=row.institution.parent).first()
            if admin is not None and not in_force.filter(role="unit_admin", institution=row.institution).exists():
                self.liaison, self.unit, self.admin = row.user, row.institution, admin.user
                self.institution = admin.institution
                break
        else:
            raise CommandError("No unit has a liaison officer below an institution admin; build the demo first: manage.py demo")
        national = in_force.filter(role="national_admin").first()
        if national is None:
            raise CommandError("Nobody is appointed as national admin.")
        self.national = national.user
        self.region = self.institution.region_id or ""

    def first_life(self, at: datetime) -> Walk:
        walk = Walk(self, at).to_unit().respond().later(days=3).answer("Dua belas lampu sudah diganti.").later(days=1)
        walk.step("reply", text="Terima kasih, tetapi tiga lampu di ujung timur masih padam.").later(days=1)
        return walk.answer("Tiga lampu di ujung timur sudah menyala.").step("confirm", rating=5, text="Sekarang terang, terima kasih.")

    def completed(self, at: datetime) -> Walk:
        walk = Walk(self, at).step("pend", self.national, reason="unclear_place", items=["Nama pasar", "Foto tiang"], text="Mohon dilengkapi.")
        return walk.later(days=2).step("complete", text="Pasar Wage, tiang nomor 14 sampai 26.", incident_place="Pasar Wage").to_unit()

    def returned(self, at: datetime) -> Walk:
        walk = Walk(self, at).step("dispose_to_institution", self.national, target=self.institution.slug, **SORT)
        return walk.step("return_upward", self.admin, text="Ruas ini jalan provinsi.")

    def restored(self, at: datetime) -> Walk:
        walk = Walk(self, at).step("archive", self.national, reason="too_general", text="Mohon sebutkan tempatnya.")
        return walk.later(days=1).step("restore", text="Tempatnya sudah saya sebut: depan pasar.")

    def silent(self, at: datetime) -> Walk:
        walk = Walk(self, at).to_unit().respond().answer("Semua lampu sudah menyala.").later(days=25)
        services.expire(at=walk.at)
        return walk

    def _timeline(self, complaint: Complaint) -> list[dict[str, str]]:
        zone = ZoneInfo(complaint.holder.time_zone)
        rows = complaint.transitions.select_related("holder_after", "by").order_by("seq")
        return [
            {
                "at": row.at.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
                "kind": row.kind,
                "state": row.state_after,
                "holder": row.holder_after.name,
                "by": row.as_role or row.by.get_username(),
                "sentence": sentence_of(row.kind, row.reason),
            }
            for row in rows
        ]

    def _told(self, row: dict[str, Any]) -> str:
        lines = [f"{row['name']}: {row['number']}, {row['state']}"]
        lines += [f"  {e['at']}  {e['kind']:24} {e['state']:22} {e['by']:18} {e['holder']}\n  {'':16}  {e['sentence']}" for e in row["events"]]
        return "\n".join(lines)
