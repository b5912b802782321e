"""What a step reads of the rest of the house, each at most once: limits, policies, calendars, who is appointed where."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast

from institutions.models import ROOT_SLUG, CalendarDay, CalendarYear, HubMembership, Institution, Limit, SlaPolicy, ids_of, read_versions, strictest
from lapor.ground.prepared import Prepared, PreparedModels
from officers.models import Appointment
from officers.powers import ADMIN_ROLES, POWERS, Role

from ..clock import WEEK, Terms
from ..models import CannedAnswer, Complaint, Delegation
from ..workflow import Track

# Limits and the years of the calendar in one question: (key, value, "") and (year, version, status).
FACTS = Prepared(
    lambda on: (
        Limit.objects.in_force(on)
        .filter(institution=None)
        .order_by()
        .values_list("key", "value", Value("", output_field=CharField()))
        .union(CalendarYear.objects.order_by().values_list(Cast("year", CharField()), "version", "status"), all=True)
        .order_by()
    ),
    date.min,
)
ROOT = PreparedModels(lambda: Institution.objects.filter(slug=ROOT_SLUG))

OVERSIGHT_ROLES = tuple(role for role in Role if "handle_oversight" in POWERS[role] and role != Role.NATIONAL_ADMIN)
RESPONDING_ROLES = tuple(role for role in Role if "respond" in POWERS[role])
# Who can be in charge of a case: whoever may take it, or the internal supervisor and the nation on the oversight track.
CHARGE_ROLES = tuple(dict.fromkeys((*RESPONDING_ROLES, *ADMIN_ROLES)))
OVERSIGHT_CHARGE_ROLES = tuple(role for role in Role if "handle_oversight" in POWERS[role] or role == Role.NATIONAL_ADMIN)


@cache
def _policies(places: int) -> PreparedModels[SlaPolicy]:
    """The nation's periods and those of so many institutions."""
    return PreparedModels(SlaPolicy.objects.of_nation_and, date.min, *range(-places, 0))


@lru_cache(maxsize=64)
def _off_days(versions: tuple[tuple[int, int], ...], *, has_own: bool) -> Prepared:
    """The days off between two dates in these versions of the calendar, of the nation and (`has_own`) of an institution."""

    def rows(first: date, last: date, *own: int) -> QuerySet[CalendarDay, Any]:
        return CalendarDay.objects.off(own[0] if own else None, first, last, dict(versions))

    return Prepared(rows, date.min, date.max, *((-1,) if has_own else ()))


@cache
def _staff(places: int) -> Prepared:
    """Who is appointed at so many nodes on a day."""

    def rows(on: date, *ids: int) -> QuerySet[Appointment, Any]:
        found = Appointment.objects.in_force(on).filter(institution__in=ids, user__is_active=True).order_by("pk")
        return found.values_list("institution_id", "role", "user_id", "user__language")

    return Prepared(rows, date.min, *range(-places, 0))


@cache
def _canned(places: int) -> PreparedModels[CannedAnswer]:
    """The canned answers in use for a step at so many nodes."""

    def rows(step: str, *ids: int) -> QuerySet[CannedAnswer]:
        return CannedAnswer.objects.filter(state=CannedAnswer.APPROVED, step=step, institution__in=ids).order_by("title", "pk")

    return PreparedModels(rows, "-", *range(-places, 0))


class Reference:
    """Effective-dated facts at one instant; a batch of steps shares one, so that they are read once for all."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self._limits: dict[str, int] | None = None
        self._policies: dict[int | None, dict[str, SlaPolicy]] = {}
        self._years: dict[int, tuple[str, int]] | None = None
        self._off: dict[int | None, tuple[date, date, frozenset[date]]] = {}
        self._past: dict[tuple[int | None, str], frozenset[date]] = {}
        self._first: int | None = None
        self._own: frozenset[int] | None = None
        self._root: Institution | None = None
        self._staff: dict[int, list[tuple[str, int]]] = {}
        self._delegates: dict[int, int] | None = None
        self._canned: dict[tuple[int, str], list[CannedAnswer]] = {}
        self.languages: dict[int, str] = {}  # of the officers read so far

    @property
    def today(self) -> date:
        return self.at.astimezone(ZoneInfo("Asia/Jakarta")).date()

    @property
    def limits(self) -> dict[str, int]:
        if self._limits is None:
            self._read_facts()
        return cast("dict[str, int]", self._limits)

    def policies(self, institution: Institution) -> dict[str, SlaPolicy]:
        """The policy row in force for each key, with the institution's stricter overrides."""
        if institution.pk not in self._policies:
            ids = ids_of(institution.path)
            self._policies[institution.pk] = strictest(_policies(len(ids))(self.today, *ids))
        return self._policies[institution.pk]

    @property
    def years(self) -> dict[int, tuple[str, int]]:
        if self._years is None:
            self._read_facts()
        return cast("dict[int, tuple[str, int]]", self._years)

    def _read_facts(self) -> None:
        rows = FACTS(self.today)
        self._limits = {key: value for key, value, status in rows if not status}
        self._years = {int(year): (status, version) for year, version, status in rows if status}

    def calendar_version(self, first: date, last: date) -> tuple[str, bool]:
        """The versions of the years between two dates, and whether one of them is still provisional (or unknown)."""
        known = [(year, *self.years.get(year, ("provisional", 0))) for year in range(first.year, last.year + 1)]
        return ",".join(f"{year}:{version}" for year, _status, version in known), any(s != "confirmed" for _y, s, _v in known)

    def newest(self, first: date, last: date) -> str:
        """The present versions of the years between two dates, as clocks and their events keep them."""
        return self.calendar_version(first, last)[0]

    def _calendar_of(self, institution_id: int) -> int | None:
        """Whose calendar counts there: None, the nation's, where neither the body nor one above it ever had a day of its own.

        Asked from the second body on: a step has one, a sweep thousands.
        """
        if self._own is None:
            self._first = self._first or institution_id
            if institution_id == self._first:
                return institution_id
            paths = CalendarDay.objects.exclude(institution=None).order_by().values_list("institution__path", flat=True).distinct()
            self._own = frozenset(Institution.objects.under(*paths).values_list("pk", flat=True))
        return institution_id if institution_id in self._own else None

    def off_days(self, institution_id: int, first: date, last: date, version: str = "") -> frozenset[date]:
        """Days without work from `first` to `last` and some around them, now or in an older version of the calendar.

        Whole years are read, so that the next clock finds them here.
        """
        versions, whose = read_versions(version), self._calendar_of(institution_id)
        if any(number != self.years.get(year, ("", 0))[1] for year, number in versions.items()):
            if (whose, version) not in self._past:
                begin, end = date(min(versions), 1, 1), date(max(versions), 12, 31)
                self._past[whose, version] = self._read_off_days(whose, begin, end, versions)
            return self._past[whose, version]
        first, last = first.replace(month=1, day=1), last.replace(month=12, day=31)
        have = self._off.get(whose)
        if have is None or first < have[0] or last > have[1]:
            first, last = (first, last) if have is None else (min(first, have[0]), max(last, have[1]))
            # By the versions that are known here, so that nobody who alters the calendar meanwhile comes between the two.
            known = {year: number for year, (_status, number) in self.years.items()}
            have = (first, last, self._read_off_days(whose, first, last, known))
            self._off[whose] = have
        return have[2]

    @staticmethod
    def _read_off_days(whose: int | None, first: date, last: date, versions: Mapping[int, int]) -> frozenset[date]:
        asked = _off_days(tuple(sorted(versions.items())), has_own=whose is not None)
        return frozenset(day for (day,) in asked(first, last, *(() if whose is None else (whose,))))

    @property
    def root(self) -> Institution:
        if self._root is None:
            self._root = ROOT()[0]
        return self._root

    def know_staff(self, ids: Iterable[int]) -> None:
        """Read who is appointed at these nodes, unless it is known already."""
        missing = [pk for pk in ids if pk not in self._staff]
        if not missing:
            return
        self._staff.update({pk: [] for pk in missing})
        for institution, role, user, language in _staff(len(missing))(self.today, *missing):
            self._staff[institution].append((role, user))
            self.languages[user] = language

    def officers_at(self, institution_id: int, roles: Collection[str]) -> list[int]:
        """Users with an appointment in force at exactly this node in one of the roles."""
        self.know_staff([institution_id])
        return [user for role, user in self._staff[institution_id] if role in roles]

    def able(self, path: str, *, is_oversight: bool) -> list[int]:
        """Users who can be in charge of a case that lies at this path: appointed there or above in a role that works on cases."""
        ids = ids_of(path)
        self.know_staff(ids)
        roles = OVERSIGHT_CHARGE_ROLES if is_oversight else CHARGE_ROLES
        return list(dict.fromkeys(user for pk in reversed(ids) for role, user in self._staff[pk] if role in roles))

    def advisers(self, complaint: Complaint) -> list[int]:
        """The coordinators of the hubs that may give an opinion on a disputed case."""
        if complaint.is_secret or complaint.track == Track.OVERSIGHT:
            return []
        places = [place.path for place in (complaint.disputed_by, complaint.disputed_for) if place is not None]
        members = HubMembership.objects.in_force(self.today).filter(member__in={pk for path in places for pk in ids_of(path)})
        hubs = sorted(set(members.values_list("hub_id", flat=True)))
        self.know_staff(hubs)
        return [user for hub in hubs for user in self.officers_at(hub, (Role.HUB_COORDINATOR,))]

    def delegate_of(self, user_id: int) -> int | None:
        """Whom this officer asked to look after their cases today."""
        if self._delegates is None:
            rows = Delegation.objects.in_force(self.today).filter(ended_at__isnull=True)
            self._delegates = dict(rows.values_list("user_id", "to_id"))
        return self._delegates.get(user_id)

    def canned(self, path: str, step: str) -> list[CannedAnswer]:
        """The canned answers in use for a step at the node with this path and at those above it, the nearest first."""
        ids = ids_of(path)
        missing = [pk for pk in ids if (pk, step) not in self._canned]
        if missing:
            self._canned.update({(pk, step): [] for pk in missing})
            for row in _canned(len(missing))(step, *missing):
                self._canned[row.institution_id, step].append(row)
        return [row for pk in reversed(ids) for row in self._canned[pk, step]]

    def has_desk(self, institution_id: int, *, is_oversight: bool) -> bool:
        """Somebody is appointed to receive at this node: an admin, or for the oversight track an internal supervisor."""
        return bool(self.officers_at(institution_id, OVERSIGHT_ROLES if is_oversight else ADMIN_ROLES))

    def receiving_desk(self, target: Institution, *, is_oversight: bool) -> Institution | None:
        """Where a report for `target` arrives: there, at its internal supervisor, or at the nearest desk above.

        None when nobody below the nation is appointed: the report then stays with the national desk (no wrong door).
        """
        ids = [int(pk) for pk in target.path.split(".") if pk][1:]
        self.know_staff(ids)
        if target.pk in ids and self.has_desk(target.pk, is_oversight=is_oversight):
            return target
        if is_oversight:
            supervisors = Appointment.objects.in_force(self.today).filter(role__in=OVERSIGHT_ROLES, user__is_active=True)
            below = Institution.objects.under(target.path).in_force(self.today).filter(pk__in=supervisors.values("institution_id"))
            if target.pk in ids and (found := below.order_by("path").first()) is not None:
                return found
        for pk in reversed(ids[:-1]):
            if self.has_desk(pk, is_oversight=is_oversight):
                return Institution.objects.get(pk=pk)
        return None


def terms(policy: SlaPolicy, zone: str, week: int = WEEK) -> Terms:
    return Terms(policy.unit, policy.length, zone, policy.cap_length, policy.cap_unit or "calendar", week)
