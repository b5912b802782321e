"""Work an edition's figures out again, and say what would be different today."""

from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import CommandError

from monitoring.figures import Figures, Period
from monitoring.indicators import VERSION
from officers.management.command import HouseCommand
from reports.access import Template
from reports.models import Edition
from reports.snapshot import Difference, differences, digest, indicators_of, ledger_of, recorded, scope_of


def _bare(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The figures alone, without what they are held against."""
    return {row["key"]: {part: value for part, value in row.items() if part not in {"key", "before", "target", "light"}} for row in rows}


def _said(rows: list[Difference]) -> list[dict[str, str]]:
    return [row._asdict() for row in rows]


class Command(HouseCommand):
    help = (
        "Check the digest of an edition, work its figures out again from the sums that it holds, and list what today's books would say otherwise. "
        "Ends with 1 where the digest or a figure is not what was frozen, or the histories behind them are not; a difference to today is no fault."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("edition", help="its id, or TEMPLATE/SCOPE/PERIOD[/REVISION], as micro/kota-uji/2026-Q3 or issue/CODE/2026-Q3")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        edition = self._find(options["edition"])
        data = edition.snapshot
        frozen = _bare(data["indicators"])
        is_same_formula = data["formula"] == VERSION  # by other formulas the frozen figures cannot come out again
        again = differences(frozen, indicators_of(recorded(data), data["limits"])) if is_same_formula else []
        today = differences(frozen, indicators_of(Figures.read(scope_of(data), Period.parse(edition.period)), data["limits"]))
        ledger = "same" if ledger_of(data["recorded"]["ids"], data["ledger"]["event"]) == data["ledger"] else "changed"
        result = {
            "edition": str(edition.pk),
            "digest": "same" if digest(data) == edition.sha256 else "changed",
            "ledger": ledger,
            "formula": data["formula"],
            "formula_today": VERSION,
            "figures": len(frozen),
            "not_reproduced": _said(again),
            "different_today": _said(today),
        }
        lines = [
            f"{edition}: digest {result['digest']}, ledger {ledger}, {len(frozen)} figures, {len(again)} not reproduced, {len(today)} parts different today"
        ]
        if not is_same_formula:
            lines.append(f"  made by formulas {data['formula']}; those of today are {VERSION}, so only the digest was checked")
        lines += [f"  today {row.key}.{row.part}: {row.was} -> {row.now}" for row in today]
        self.say(result, options, "\n".join(lines))
        if again or result["digest"] != "same":
            raise CommandError("The edition does not reproduce.")
        if ledger != "same":
            raise CommandError("The histories behind the edition are not those that they were; run verify_ledger to see where.")

    def _find(self, text: str) -> Edition:
        try:
            found = Edition.objects.filter(pk=UUID(text)).first()
        except ValueError:
            found = self._by_name(text.split("/"))
        if found is None:
            raise CommandError(f"There is no edition {text!r}.")
        return found

    def _by_name(self, parts: list[str]) -> Edition | None:
        if len(parts) not in (3, 4):
            return None
        template, about, period = parts[:3]
        rows = Edition.objects.filter(template=template, scope=f"issue:{about}" if template == Template.ISSUE else about, period=period)
        if len(parts) == 3:
            return rows.current().first()
        return rows.filter(revision=int(parts[3])).first() if parts[3].isdigit() else None
