"""What the public pages, feeds and the API read: the releases, and nothing below them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet, Subquery

from complaints.models import Channel
from institutions.models import Institution, Kind, Region, Topic
from monitoring.indicators import Result

from .counting import unpacked
from .models import Release, ReleasedPlace

SHOWN_MONTHS = 12  # of the line of months on a page


@dataclass(frozen=True)
class Seen:
    """One place in one release. `told` is None where it had nothing, or too few."""

    release: Release
    told: dict[str, Any] | None
    results: dict[str, Result] = field(default_factory=dict)

    @property
    def received(self) -> int | None:
        return None if self.told is None else self.told["sums"].get("received")

    @property
    def closed(self) -> int | None:
        return None if self.told is None else self.told["sums"].get("closed")


def releases(until: date | None = None) -> list[Release]:
    """The last revision of each month, the newest first."""
    rows = Release.objects.current()
    return list((rows.filter(month__lte=until) if until else rows)[: SHOWN_MONTHS + 1])


def seen(institution: Institution, found: list[Release]) -> list[Seen]:
    """The place in each of these releases, in one query."""
    told: dict[int, dict[str, Any]] = dict(ReleasedPlace.objects.filter(release__in=found, institution=institution).values_list("release", "told"))
    return [Seen(row, told.get(row.pk), _results(told.get(row.pk))) for row in found]


def _results(told: dict[str, Any] | None) -> dict[str, Result]:
    return {key: unpacked(key, found) for key, found in told["indicators"].items()} if told else {}


def largest(release: Release, most: int) -> list[ReleasedPlace]:
    """The bodies with most reports in a release."""
    rows = ReleasedPlace.objects.filter(release=release).exclude(kind="national")
    return sorted(rows, key=lambda place: (-place.told["sums"]["received"], place.name))[:most]


def names_of(cut: str, codes: Iterable[str]) -> dict[str, str]:
    """The values of a cut in the language of the page."""
    wanted = list(codes)
    if cut == "channels":
        return {code: str(Channel(code).label) if code in Channel.values else code for code in wanted}
    rows: QuerySet[Any] = Topic.objects.filter(code__in=wanted) if cut == "topics" else Region.objects.filter(code__in=wanted)
    found = {row.pk: row.name for row in rows}
    return {code: found.get(code, code) for code in wanted}


def place_of(slug: str) -> tuple[int, int | None] | None:
    """(key of the nation or of a body right below it, key of the newest release); None where there is no such body. One query."""
    newest = Release.objects.order_by("-month", "-revision").values("pk")[:1]
    rows = Institution.objects.filter(Q(parent=None) | Q(parent__kind=Kind.NATIONAL), slug=slug)
    return rows.annotate(newest=Subquery(newest)).values_list("pk", "newest").first()
