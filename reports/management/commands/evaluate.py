"""Make evaluation reports by hand and write them into a folder."""

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import translation

from institutions.models import Institution, Kind, PriorityIssue
from institutions.services import root
from lapor.ground.problems import Refusal
from monitoring.figures import Period
from officers.actors import actor_for, machine
from officers.management.command import SweepCommand, progress
from reports import services
from reports.access import Template
from reports.faces import DRAW, Document, draw, reform_csv, reform_xlsx
from reports.models import Edition

REFORM = {"csv": reform_csv, "xlsx": reform_xlsx}


class Command(SweepCommand):
    help = (
        "Freeze the evaluation report of a period that is over (or take the one that is there) and write it as files. "
        "With --reform, one extract of a year for the bureaucratic-reform assessment, of one institution or all."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--period", required=True, help="2026-09, 2026-Q3, 2026-H2 or 2026")
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--institution", metavar="SLUG", help="an institution or a unit")
        where.add_argument("--hub", metavar="SLUG", help="a hub, by its institution")
        where.add_argument("--national", action="store_true", help="the nation (the default)")
        where.add_argument("--issue", metavar="CODE", help="a priority issue or national strategic project")
        where.add_argument("--over-60", action="store_true", help="the list for the Ombudsman")
        parser.add_argument("--format", default="pdf,xlsx,csv,json", help="of pdf, xlsx, csv, json; separated by commas")
        parser.add_argument("--language", default="id", choices=[code for code, _name in settings.LANGUAGES])
        parser.add_argument("--out", default=".", type=Path, help="the folder; it is made where it is missing")
        parser.add_argument("--revise", default="", metavar="WHY", help="make a new revision, for this reason")
        parser.add_argument("--reform", action="store_true", help="the yearly extract of the reform assessment (csv, xlsx)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            period = Period.parse(options["period"])
        except ValueError:
            raise CommandError(f"--period {options['period']!r} is no period; write 2026-09, 2026-Q3, 2026-H2 or 2026.") from None
        known = REFORM if options["reform"] else DRAW
        kinds = [kind for kind in options["format"].split(",") if kind in known] if options["reform"] else options["format"].split(",")
        if not kinds or (wrong := [kind for kind in kinds if kind not in known]):
            raise CommandError(f"--format knows {', '.join(known)}." if not kinds else f"--format knows {', '.join(known)}, not {wrong[0]!r}.")
        written = self._reform(period, kinds, options) if options["reform"] else self._one(period, kinds, options)
        self.say({"files": [str(path) for path in written]}, options, "\n".join(map(str, written)))

    def _about(self, options: dict[str, Any]) -> tuple[str, services.About]:
        if options["issue"]:
            issue = PriorityIssue.objects.select_related("owner", "legal_basis").filter(pk=options["issue"]).first()
            if issue is None:
                raise CommandError(f"There is no priority issue {options['issue']!r}.")
            return Template.ISSUE, issue
        slug = options["institution"] or options["hub"]
        if not slug:
            return (Template.OVER_60 if options["over_60"] else Template.MACRO), root()
        place = Institution.objects.filter(slug=slug).first()
        if place is None:
            raise CommandError(f"There is no institution {slug!r}.")
        return self._template(place, options), place

    def _template(self, place: Institution, options: dict[str, Any]) -> str:
        return Template.MESO if options["hub"] else Template.UNIT if place.kind == Kind.UNIT else Template.MICRO

    def _document(self, template: str, about: services.About, period: Period, options: dict[str, Any]) -> Document:
        at, _today = self.when(options)
        by = actor_for(machine("system"), at=at)
        rows = Edition.objects.current().select_related("institution__parent__region", "institution__region")
        whose = {"issue": about} if isinstance(about, PriorityIssue) else {"institution": about}
        edition = rows.filter(template=template, period=period.code, **whose).first()
        if edition is None or options["revise"]:
            try:
                edition = services.generate(template, about, period, by=by, at=at, why=options["revise"])
            except Refusal as refusal:
                raise CommandError(" ".join([str(refusal), *(str(text) for texts in refusal.fields.values() for text in texts)])) from None
        return services.document_of(edition, is_masked=False, at=at)

    def _one(self, period: Period, kinds: Sequence[str], options: dict[str, Any]) -> list[Path]:
        document = self._document(*self._about(options), period, options)
        with progress("evaluate", len(kinds)) as step:
            written = []
            for kind in kinds:
                written.append(_write(options["out"], f"{document.file_name}.{kind}", draw(document, kind, options["language"])))
                step(1)
        return written

    def _reform(self, period: Period, kinds: Sequence[str], options: dict[str, Any]) -> list[Path]:
        if period.kind != "year":
            raise CommandError("--reform is of a year: --period 2026.")
        if options["institution"]:
            places = [self._about(options)[1]]
        else:
            places = [place for place in Institution.objects.bodies().order_by("name", "pk") if services.fits(Template.MICRO, place)]
        documents = []
        with progress("evaluate", len(places)) as step:
            for place in places:
                documents.append(self._document(Template.MICRO, place, period, options))
                step(1)
        with translation.override(options["language"]):
            return [_write(options["out"], f"reformasi-birokrasi-{period.code}.{kind}", REFORM[kind](documents)) for kind in kinds]


def _write(folder: Path, name: str, raw: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(raw)
    return path
