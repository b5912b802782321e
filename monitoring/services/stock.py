"""What was there at the end of each day: open reports from the facts, units and accounts as they stood when the day was taken.

A day is taken once. What becomes known of it later (an event dated back, a report that turns out to be spam) moves the open reports of
that day with the facts. Every day of the running month is kept, and the last one of each month before.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Exists, Min, OuterRef

from complaints.models import Transition
from institutions.models import Limit
from institutions.services import refuse_while_read_only
from officers.models import Appointment, LoginEvent
from officers.powers import POWERS, Role

from ..facts import BANDS, STOCK_DIMS, FactData, Key, levels, working_days
from ..models import Fact, LowWater, Stock
from ..models.tally import STOCK, taken_up_to
from .measure_read import Country
from .measure_write import Cell, put_in

ZONE = ZoneInfo("Asia/Jakarta")  # a day ends for all when it ends there
DAY = timedelta(days=1)
HANDLERS = tuple(role for role in Role if {"respond", "verify", "handle_oversight"} & set(POWERS[role]))
FROM_FACTS = ("open", "open_over_60")  # the other measures are what was seen on the day, and are not counted again

_OPEN = """
INSERT INTO monitoring_stock (institution_id, day, measure, dim, value, n)
SELECT fact.institution_id, %(day)s::date, level.measure, level.dim, level.value, count(*)
FROM monitoring_fact AS fact
CROSS JOIN LATERAL (
    SELECT stay->>2 AS state FROM jsonb_array_elements(fact.stays) AS stay
    WHERE (stay->>0)::date <= %(day)s::date AND (stay->>1 IS NULL OR (stay->>1)::date >= %(day)s::date) LIMIT 1
) AS stood
CROSS JOIN LATERAL (
    VALUES ('open', '', ''), ('open', 'state', stood.state), ('open', 'track', fact.cuts->>'track'),
        ('open', 'band', (%(bands)s::text[])[width_bucket(%(day)s::date - fact.arrived_on, %(edges)s::int[])])
    UNION ALL SELECT 'open', 'issue', jsonb_array_elements_text(fact.cuts->'issue')
    UNION ALL SELECT 'open_over_60', '', '' WHERE fact.over_on <= %(day)s::date
) AS level (measure, dim, value)
WHERE fact.is_counted AND (fact.is_open OR fact.last_on >= %(day)s::date) AND fact.arrived_on <= %(day)s::date
GROUP BY fact.institution_id, level.measure, level.dim, level.value
ON CONFLICT (institution_id, dim, day, measure, value) DO UPDATE SET n = excluded.n
"""
_IDLE = """
SELECT unit.id FROM unnest(%s::bigint[], %s::date[]) AS unit (id, least)
WHERE EXISTS (
    SELECT FROM monitoring_fact AS fact CROSS JOIN LATERAL jsonb_array_elements(fact.stays) AS stay
    WHERE fact.institution_id = unit.id AND fact.is_counted AND (fact.is_open OR fact.last_on >= %s)
        AND (stay->>0)::date <= %s AND (stay->>1 IS NULL OR (stay->>1)::date >= %s) AND (stay->>3)::date < unit.least
)
"""


# --- which days -------------------------------------------------------------------------------------------------------


def _ends_month(day: date) -> bool:
    return (day + DAY).day == 1


def kept(first: date, last: date) -> list[date]:
    """The days from `first` on that have a stock when `last` is the newest one: the ends of months, and all days of the last month."""
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [day for day in days if _ends_month(day) or (day.year, day.month) == (last.year, last.month)]


def is_counted(last: date) -> bool:
    """Whether everything up to the end of a day is in the sums: its stock is taken after them. Where nothing happened nothing is missing."""
    found = taken_up_to()
    return found >= last if found is not None else not Transition.objects.exists()


def taken_days(row: LowWater | None) -> list[str]:
    """The days that were taken by this water of the stock and are kept, in order: what is learnt of them now must be added to them."""
    return [day.isoformat() for day in kept(date.fromordinal(row.seen), date.fromordinal(row.done))] if row is not None else []


def _view(fact: FactData | None, last: str) -> object:
    """All of a fact that the stock up to a day is made of."""
    if fact is None or not fact.is_counted:
        return None
    stays = [(stay[0], min(stay[1] or last, last), stay[2]) for stay in fact.stays if str(stay[0]) <= last]
    over_on = fact.over_on if fact.over_on is not None and fact.over_on <= last else None
    return (fact.arrived_on, over_on, [fact.cuts[dim] for dim in STOCK_DIMS], stays) if stays else None


def moved(old: FactData | None, new: FactData | None, taken: Sequence[str]) -> Counter[Key]:
    """What the stock of the days that were taken gains and loses when a fact becomes another."""
    found: Counter[Key] = Counter()
    if taken and _view(old, taken[-1]) != _view(new, taken[-1]):
        for fact, sign in ((old, -1), (new, 1)):
            for key, n in (levels(fact, taken) if fact is not None else Counter[Key]()).items():
                found[key] += sign * n
    return found


# --- a day ------------------------------------------------------------------------------------------------------------


def _end(day: date) -> datetime:
    return datetime.combine(day + DAY, time(), tzinfo=ZONE)


def _touched_since(country: Country, unit: int, day: date, most: int) -> date:
    """The earliest day from which on something must have happened, or more than so many working days have passed since."""
    off, week = country.off(unit)
    found = day
    while working_days(found - DAY, day, off, week) <= most:
        found -= DAY
    return found


def _active(country: Country, units: Sequence[int], day: date) -> set[int]:
    """The units with a handler's log-in in the last days and no report that was left alone for too long."""
    limits = Limit.objects.table(day)
    since = _end(day) - timedelta(days=limits["unit_login_days"])
    came = LoginEvent.objects.filter(user=OuterRef("user"), kind=LoginEvent.Kind.SUCCESS, at__gte=since, at__lt=_end(day))
    rows = Appointment.objects.in_force(day).filter(Exists(came), institution__in=units, role__in=HANDLERS, user__is_active=True)
    used = sorted(set(rows.values_list("institution_id", flat=True)))
    if not used:
        return set()
    least = [_touched_since(country, unit, day, limits["unit_untouched_days"]) for unit in used]
    with connection.cursor() as cursor:
        cursor.execute(_IDLE, [used, least, day, day, day])
        return set(used) - {row[0] for row in cursor.fetchall()}


def _seen(country: Country, day: date) -> Counter[Cell]:
    """Units and accounts at every place, as they stand."""
    found: Counter[Cell] = Counter()
    iso = day.isoformat()
    units = [pk for pk, node in country.nodes.items() if node.is_unit and node.counts_on(day)]
    active = _active(country, units, day)
    for unit in units:
        for place in country.nodes[unit].place.path[:-1]:
            found[place, iso, "units", "", ""] += 1
            found[place, iso, "units_active", "", ""] += unit in active
    accounts: dict[tuple[int, str], set[int]] = {}
    served: set[int] = set()
    rows = Appointment.objects.filter(valid_from__lte=day, user__is_active=True, user__is_machine=False)
    for user, institution, valid_to in rows.values_list("user_id", "institution_id", "valid_to"):
        for place in country.nodes[institution].place.path:
            accounts.setdefault((place, "accounts"), set()).add(user)
            if valid_to is None or valid_to >= day:
                served.add(user)
                accounts.setdefault((place, "accounts_covered"), set()).add(user)
    for (place, measure), users in accounts.items():  # whoever went to another place in order is no account of this one any more
        found[place, iso, measure, "", ""] = len(users - (served - accounts.get((place, "accounts_covered"), set())))
    return found


def _thin(before: date, day: date) -> None:
    """A new month has begun: of those before it only the last days are kept."""
    if (before.year, before.month) != (day.year, day.month):
        ends = [end for end in kept(before.replace(day=1), day) if end < day]
        Stock.objects.filter(day__gte=before.replace(day=1), day__lt=day.replace(day=1)).exclude(day__in=ends).delete()


@transaction.atomic
def _take(country: Country, day: date, row: LowWater) -> None:
    refuse_while_read_only()
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, {"day": day, "bands": [name for _least, name in BANDS], "edges": [least for least, _name in BANDS]})
    put_in("stock", _seen(country, day))
    if row.done:
        _thin(date.fromordinal(row.done), day)
    row.done, row.seen = day.toordinal(), row.seen or day.toordinal()
    row.save()


def take(country: Country, row: LowWater | None, *, at: datetime) -> int:
    """Take the stock of every day that ended since the last time (its water); says how many. The first time it begins where the facts begin."""
    yesterday = at.astimezone(ZONE).date() - DAY
    if row is None:
        first = Fact.objects.aggregate(first=Min("arrived_on"))["first"] or yesterday
        row = LowWater(name=STOCK, seen=min(first, yesterday).toordinal(), seen_at=at)
    begin = date.fromordinal(row.done) + DAY if row.done else date.fromordinal(row.seen)
    days = kept(begin, yesterday) if begin <= yesterday else []
    for day in days:
        _take(country, day, row)
    return len(days)
