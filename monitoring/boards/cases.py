"""The cases behind a figure: the reports whose facts hold a measure, as far as the officer may read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.core import signing
from django.db.models import BooleanField, F, Func, JSONField, Q, Value

from complaints.models import Complaint
from lapor.ground.shares import is_small
from officers.actors import Actor

from ..figures import CUTS
from ..models import Fact, FactQuerySet
from .labels import BANDS, PROVINCE
from .lines import LINKED
from .read import Asked

PAGE = 50
SALT = "board-cases"
# Counted for the day on which a report arrived; the other measures for the day on which something happened.
COHORT = frozenset({"received", "validated", "responded", "followed_up", "completed", "passed_60", "archived"})
OPEN, OVER = "open", "open_over_60"
LEVELS = frozenset({OPEN, OVER})  # what was there at the end of a day
# What a measure is told by beside the cuts. What reporters said of themselves is not among them: no list of reports is made by it.
DIMS_OF = {
    "completed": {"closure"}, "closed": {"closure"}, "archived": {"reason"}, "pended": {"reason"}, "met": {"clock"}, "missed": {"clock"},
    "rated": {"stars"}, OPEN: {"state", "band"},
}  # fmt: skip


class Found(Func):
    """Whether a list of a fact has a row that a path with named values finds. Days compare as ISO texts."""

    function = "jsonb_path_exists"
    output_field = BooleanField()

    def __init__(self, column: str, path: str, given: dict[str, object]) -> None:
        super().__init__(F(column), Value(given, output_field=JSONField()), arg_joiner=f", '{path}'::jsonpath, ")


# A row of the flow within days, perhaps with one of some values of a dim; a stay that holds a day, perhaps in one of some states.
# Strict, for a lax filter would look at each value of a row by itself.
HAPPENED = 'strict $[*] ? (@[1] == $measure && @[0] >= $first && @[0] <= $last && @[2] == $dim && ($dim == "" || @[3] == $values[*]))'
STOOD = 'strict $[*] ? (@[0] <= $day && (@[1] == null || @[1] >= $day) && ($dim == "" || @[2] == $values[*]))'


@dataclass(frozen=True, slots=True)
class Behind:
    """What is asked: a measure, and perhaps values of a dim of it."""

    measure: str
    dim: str = ""
    value: str = ""

    @property
    def values(self) -> list[str]:
        return self.value.split(",")

    @property
    def is_known(self) -> bool:
        return self.measure in LINKED and self.dim in {"", *CUTS, *DIMS_OF.get(self.measure, ())}


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[tuple[Fact, bool]]  # each with whether the officer reads it at the desk; else as the public does
    following: str  # the cursor of the next page
    closed: int  # how many more there are that the officer may not see; said on the first page
    is_capped: bool  # whether there are even more
    is_few: bool  # too few to say how many: asked by one value after the other, the number would tell what they are about


def _cut(behind: Behind) -> Q:
    if behind.dim not in CUTS:
        return Q()
    if behind.dim == "issue":
        return Q(cuts__issue__contains=behind.value)
    if behind.dim == "region" and len(behind.value) == PROVINCE:
        return Q(cuts__region=behind.value) | Q(cuts__region__startswith=f"{behind.value}.")
    return Q(**{f"cuts__{behind.dim}": behind.value})


def _band(band: str, day: date) -> Q:
    """Arrived so many calendar days before."""
    least, _dash, most = band.partition("-")
    if band == BANDS[-1]:
        return Q(arrived_on__lte=day - timedelta(days=int(band.rstrip("+"))))
    return Q(arrived_on__range=(day - timedelta(days=int(most)), day - timedelta(days=int(least))))


def _standing(rows: FactQuerySet, behind: Behind, day: date) -> FactQuerySet:
    given: dict[str, object] = {"day": day.isoformat(), "dim": behind.dim if behind.dim == "state" else "", "values": behind.values}
    rows = rows.filter(Q(is_open=True) | Q(last_on__gte=day), arrived_on__lte=day).filter(Found("stays", STOOD, given))
    if behind.measure == OVER:
        rows = rows.filter(over_on__lte=day)
    if behind.dim != "band":
        return rows
    return rows.filter(_band(behind.value, day)) if behind.value in BANDS else rows.none()


def facts_of(asked: Asked, behind: Behind, *, level_on: date | None = None) -> FactQuerySet:
    """The facts that a sum was made of. What stands open is asked for the day at whose end it was counted."""
    if not behind.is_known:
        return Fact.objects.none()
    rows = Fact.objects.counted().at(*asked.scope.ids).filter(_cut(behind))
    first, last = asked.period.first, asked.period.last
    own = behind.dim if behind.dim not in CUTS else ""
    if behind.measure in LEVELS:
        return _standing(rows, behind, level_on or asked.period.until(asked.on))
    if behind.measure in COHORT:
        rows = rows.filter(arrived_on__range=(first, last), cohort__has_key=behind.measure)
        return rows.filter(**{f"cohort__{behind.measure}__{own}__in": behind.values}) if own.isidentifier() else rows
    given: dict[str, object] = {"measure": behind.measure, "first": first.isoformat(), "last": last.isoformat(), "dim": own, "values": behind.values}
    return rows.filter(last_on__gte=first, arrived_on__lte=last).filter(Found("flow", HAPPENED, given))


def _after(rows: FactQuerySet, cursor: str) -> FactQuerySet:
    """What follows a place in the list, the latest arrival first; anything that is no place shows the first page."""
    try:
        day, pk = signing.loads(cursor, salt=SALT)
    except signing.BadSignature:
        return rows
    on = date.fromisoformat(day)
    return rows.filter(Q(arrived_on__lt=on) | Q(arrived_on=on, pk__lt=pk))


def page_of(rows: FactQuerySet, actor: Actor, *, cursor: str, limits: Mapping[str, int]) -> Page:
    """One page of what the actor may read, in full or as the public does, and how many more there are (up to `count_cap`). Three queries."""
    cap = limits["count_cap"]
    visible = Complaint.objects.visible_to(actor).values("pk")
    listed = _after(rows.filter(complaint__in=visible), cursor).select_related("complaint__holder", "complaint__topic")
    found = list(listed.order_by("-arrived_on", "-pk")[: PAGE + 1])
    shown = found[:PAGE]
    own = set(Complaint.objects.seen_by(actor).filter(pk__in=[row.complaint_id for row in shown]).values_list("pk", flat=True))
    closed = 0 if cursor else rows.exclude(complaint__in=visible).order_by()[: cap + 1].count()
    following = signing.dumps([shown[-1].arrived_on.isoformat(), shown[-1].pk], salt=SALT) if len(found) > PAGE else ""
    return Page([(row, row.complaint_id in own) for row in shown], following, min(closed, cap), closed > cap, is_small(closed, limits["small_cell"]))
