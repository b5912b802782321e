"""The rhythm of reporting: seeded once, changed by rows that follow each other, never altered."""

import csv
from datetime import date, datetime, timedelta

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from institutions.models import LegalBasis
from institutions.services import holds, record, root, snapshot
from lapor.ground.problems import Refusal

from ..models import Cadence

FILE = settings.BASE_DIR / "fixtures" / "cadences.csv"
WHY = "Reference data loaded."
DAY = timedelta(days=1)


def load_cadences(*, by: AbstractBaseUser, at: datetime) -> int:
    """The rows of the file whose key is not there yet; what is there belongs to the officers who look after it."""
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    known = set(Cadence.objects.values_list("key", flat=True))
    new = [
        Cadence(
            **{key: value for key, value in row.items() if key not in {"legal_basis", "valid_from"}},
            legal_basis_id=row["legal_basis"],
            valid_from=row["valid_from"],
        )
        for row in rows
        if row["key"] not in known
    ]
    Cadence.objects.bulk_create(new)
    return len(new)


@transaction.atomic
def set_cadence(
    key: str, *, rule: str, number: int, legal_basis: LegalBasis, valid_from: date, by: AbstractBaseUser, at: datetime, why: str, note: str = ""
) -> Cadence:
    """When the reports of a cadence are due from a day on; what counted before ends the day before. What is reported to whom stays.

    Refuses 403 without `set_policy` on the nation, 404 for an unknown key, 422 for a beginning in the past or before the row that counts.
    """
    if not (getattr(by, "is_machine", False) and by.get_username() == "system") and not holds(by, "set_policy", root()):
        raise Refusal("forbidden", _("You may not change this."))
    old = Cadence.objects.select_for_update().filter(key=key).order_by("-valid_from").first()
    if old is None:
        raise Refusal("not_found", _("There is no rule of this name on these days."))
    if valid_from <= old.valid_from or valid_from < timezone.localdate(at):
        raise Refusal("invalid", _("Please check the marked fields."), fields={"valid_from": [_("A rule cannot begin in the past.")]})
    row = Cadence(
        key=key, template=old.template, period_kind=old.period_kind, receiver=old.receiver, rule=rule, number=number, legal_basis=legal_basis,
        valid_from=valid_from, note=note,
    )  # fmt: skip
    before = snapshot(old)
    old.valid_to = valid_from - DAY
    old.save(update_fields=["valid_to"])
    row.full_clean()
    row.save(force_insert=True)
    record(old, "ended", before=before, after=snapshot(old), why=why, by=by, at=at)
    record(row, "created", after=snapshot(row), why=why, by=by, at=at)
    return row
