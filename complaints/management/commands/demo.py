"""Build the demo country."""

import json
import os
from argparse import ArgumentParser, ArgumentTypeError
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection, transaction
from django.db.models import Count

from complaints.management.demo import copies, country, extras, places, telling
from complaints.management.demo.haste import in_haste
from complaints.models import Complaint
from institutions.models import Institution
from lapor.ground import sweeps
from officers import services as officers
from officers.management.command import SweepCommand, progress

MOST_HANDS = 4


def _size(text: str) -> int:
    """200k, 1m, or a plain number."""
    scale = {"k": 1_000, "m": 1_000_000}.get(text[-1:].lower(), 1)
    digits = text[:-1] if scale > 1 else text
    if not digits.isascii() or not digits.isdigit():
        raise ArgumentTypeError(f"{text!r} is no size; write 200k, 1m, 2m or a number")
    return int(digits) * scale


def _hands() -> int:
    """As many processes as processors, up to what the sweeps in between leave to do; one where the rest must see no commit."""
    return 1 if connection.in_atomic_block else min(os.cpu_count() or 1, MOST_HANDS)


class Command(SweepCommand):
    help = (
        "Build an invented country: twelve institutions, their officers, and half a year of reports in every state, dated back from now. "
        "Refused where there are reports or real institutions already."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--reports", type=int, default=2000, help="how many reports (default 2000)")
        parser.add_argument("--size", type=_size, default=0, help="grow it to so many (200k, 1m, 2m): copies at 700 bodies with 20,000 units, by COPY")
        parser.add_argument("--seed", type=int, default=1708, help="the same seed gives the same country")
        parser.add_argument("--hands", type=int, default=_hands(), help="how many processes tell it (default: the processors, up to four)")
        parser.add_argument("--logins", action="store_true", help="only print the log-ins of a demo that is there")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["logins"]:
            self._log_ins(options)
            return
        now, _today = self.when(options)
        self._refuse_beside_real_data()
        with in_haste():
            refused = self._build(now, options)
        states = dict(Complaint.objects.counted().values_list("state").annotate(n=Count("pk")).order_by("state"))
        self.say({"reports": Complaint.objects.counted().count(), "states": states, "refused": refused}, options, f"{sum(states.values())} reports: {states}")

    def _build(self, now: datetime, options: dict[str, Any]) -> dict[str, int]:
        with progress("officers", total=124) as step, transaction.atomic():
            country.build(now - timedelta(days=telling.DAYS + 60), step)
        with progress("reports", total=options["reports"]) as step:
            refused = telling.live(telling.Telling(now, options["reports"], options["seed"], max(1, options["hands"])), step)
        officers.mark_sent(before=now)
        extras.take_some(now)  # before they are copied: so many times more would be taken one by one
        if options["size"]:
            self._grow(now, options)
        extras.refer_some(now)
        extras.tag_some(now)
        extras.move_one(now)
        sweeps.run(now)  # what the reports have come to by now is part of the invented past
        officers.mark_sent(before=now + timedelta(seconds=1))
        return dict(refused)

    def _grow(self, now: datetime, options: dict[str, Any]) -> None:
        """Where the first reports were lived step by step, the rest are copies of them."""
        districts = places.spread(at=now, seed=options["seed"])
        with progress("copies", total=options["size"]) as step:
            step(Complaint.objects.count())
            copies.grow(copies.read_chains(now=now), districts, to=options["size"], seed=options["seed"], progress=step)

    def _refuse_beside_real_data(self) -> None:
        if not Institution.objects.filter(slug="nasional").exists():
            raise CommandError("Load the reference data first: manage.py load_reference")
        if Complaint.objects.exists() or Institution.objects.exclude(slug="nasional").exists():
            raise CommandError("There are reports or institutions here already; the demo is built only in an empty house.")

    def _log_ins(self, options: dict[str, Any]) -> None:
        rows = country.log_ins()
        if options["json"]:
            found = [{"username": u, "password": p, "role": r, "secret": country.secret_of(u)} for u, p, r in rows]
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        for username, password, role in rows:
            self.stdout.write(f"{username:16} {password:12} {role}")
        if rows and settings.MFA_TOTP_INSECURE_BYPASS_CODE:
            self.stdout.write(f"Second factor of all of them, only while LAPOR_DEBUG is on: {settings.MFA_TOTP_INSECURE_BYPASS_CODE}")
