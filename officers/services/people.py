"""Every write about people: accounts, appointments and their powers."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Permission
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _
from knox.models import AuthToken

from institutions.models import Change, Institution, Kind
from lapor.ground.problems import Refusal

from .. import sessions
from ..actors import Actor, actor_for
from ..models import Appointment, InstitutionPower, StaffSession, User
from ..powers import POWERS, Role


def record(target: Any, what: str, *, before: Mapping[str, Any], after: Mapping[str, Any], why: str, by: User, at: datetime) -> None:
    """Leave on record who altered what about a person, and why."""
    Change.objects.create(
        target_kind=target._meta.label_lower, target_id=str(target.pk), what=what, before=dict(before), after=dict(after), why=why, by_id=by.pk, at=at
    )


# --- accounts ---------------------------------------------------------------------------------------------------------


def hash_password(password: str | None) -> str:
    """What is stored of a password; None: nothing opens the account until its owner sets one."""
    return make_password(password)


@transaction.atomic
def create_officer(
    *,
    username: str,
    full_name: str,
    email: str,
    by: User,
    at: datetime,
    employment_status: str = "asn",
    staff_number: str = "",
    language: str = "id",
    password: str | None = None,
    password_hash: str = "",
    why: str,
) -> User:
    """Create an account that can do nothing yet; powers come by appointment. Refuses a username that is taken."""
    if User.objects.filter(username=username).exists():
        raise Refusal("invalid", _("This username is taken."), fields={"username": [_("This username is taken.")]})
    user = User(
        username=username, full_name=full_name, email=email, employment_status=employment_status, staff_number=staff_number, language=language, date_joined=at
    )
    user.is_staff = True
    user.password = password_hash or hash_password(password)
    user.save(force_insert=True)
    record(user, "created", before={}, after={"username": username}, why=why, by=by, at=at)
    return user


def is_invented() -> bool:
    """Whether this house holds an invented country alone, as the demo makes it: no body in it is real."""
    return not Institution.objects.filter(is_fictitious=False).exclude(kind=Kind.NATIONAL).exists()


def enrol_app(user: User, secret: str) -> None:
    """Give the account an authenticator app with this secret, where nobody holds a telephone: the demo's officers."""
    TOTP.activate(user, secret)


@transaction.atomic
def update_officer(user: User, changes: Mapping[str, Any], *, by: User, at: datetime, why: str) -> User:
    """Change the particulars of an account; never its password."""
    before = {name: getattr(user, name) for name in changes}
    for name, value in changes.items():
        setattr(user, name, value)
    user.save(update_fields=list(changes))
    record(user, "updated", before={k: str(v) for k, v in before.items()}, after={k: str(v) for k, v in changes.items()}, why=why, by=by, at=at)
    return user


def issue_token(username: str, *, at: datetime) -> str:
    """A read and step token for the API, stored hashed; given out once. Refuses machines and whoever has no appointment in force."""
    user = User.objects.filter(username=username, is_active=True, is_machine=False).first()
    if user is None:
        raise Refusal("not_found", _("There is no active officer of this name."))
    if not actor_for(user, at=at).appointments:
        raise Refusal("forbidden", _("This officer has no appointment in force and could do nothing with a token."))
    _row, token = AuthToken.objects.create(user=user)
    return str(token)


def tokens_of(user: Any, *, at: datetime) -> list[AuthToken]:
    """The user's tokens that still open something, the newest first."""
    return list(AuthToken.objects.filter(user=user, expiry__gt=at).order_by("-created"))


def revoke_token(user: Any, digest: str) -> int:
    """End one of the user's own tokens; says how many that was."""
    return int(AuthToken.objects.filter(user=user, digest=digest).delete()[0])


# --- appointments -----------------------------------------------------------------------------------------------------


def _permissions(powers: Iterable[str]) -> list[Permission]:
    return list(Permission.objects.filter(content_type__app_label="institutions", content_type__model="institution", codename__in=powers))


def may_appoint(by: Actor, institution: Institution, role: str) -> bool:
    """Appointments are made by whoever manages officers there; national roles by the nation alone."""
    if by.is_system:
        return True
    if not any(institution.path.startswith(path) for path in by.under("manage_officers")):
        return False
    return by.has("set_policy") or (not institution.is_national and role not in {Role.NATIONAL_ADMIN, Role.CUSTODIAN, Role.AUDITOR, Role.OMBUDSMAN_OFFICER})


@transaction.atomic
def appoint(
    *,
    user: User,
    role: str,
    institution: Institution,
    decree_number: str,
    decree_on: date,
    valid_from: date,
    by: Actor,
    at: datetime,
    valid_to: date | None = None,
    position_type: str = "structural",
) -> Appointment:
    """Designate an officer by decree; the role's powers hold on the institution and below while it is in force.

    Refuses 403 outside the actor's reach, 422 without a decree or with an end before the beginning, 409 for the same twice.
    """
    if not may_appoint(by, institution, role):
        raise Refusal("forbidden", _("You may not appoint officers there."))
    if not decree_number.strip():
        raise Refusal("invalid", _("Please check the marked fields."), fields={"decree_number": [_("A designation needs the number of its decree.")]})
    if valid_to is not None and valid_to < valid_from:
        raise Refusal("invalid", _("Please check the marked fields."), fields={"valid_to": [_("The end lies before the beginning.")]})
    again = Appointment.objects.filter(user=user, role=role, institution=institution).exclude(valid_to__lt=valid_from)
    if (again if valid_to is None else again.filter(valid_from__lte=valid_to)).exists():
        raise Refusal("conflict", _("This officer holds this role there already."))
    row = Appointment.objects.create(
        user=user, role=role, institution=institution, decree_number=decree_number.strip(), decree_on=decree_on,
        position_type=position_type, valid_from=valid_from, valid_to=valid_to, created_at=at,
    )  # fmt: skip
    _grant(row)
    record(row, "appointed", before={}, after={"user": user.pk, "role": role, "institution": institution.pk}, why=decree_number.strip(), by=by.user, at=at)
    return row


def _grant(row: Appointment) -> None:
    powers = POWERS[Role(row.role)]
    InstitutionPower.objects.bulk_create(
        InstitutionPower(user_id=row.user_id, content_object_id=row.institution_id, permission=permission, appointment=row)
        for permission in _permissions(powers)
    )


@transaction.atomic
def end_appointment(row: Appointment, *, on: date, by: Actor, at: datetime, why: str) -> Appointment:
    """Let an appointment end with the day `on`; its powers are gone from the day after."""
    if not may_appoint(by, row.institution, row.role):
        raise Refusal("forbidden", _("You may not appoint officers there."))
    if on < row.valid_from:
        raise Refusal("invalid", _("Please check the marked fields."), fields={"valid_to": [_("The end lies before the beginning.")]})
    before = row.valid_to
    row.valid_to = on
    row.save(update_fields=["valid_to"])
    record(row, "ended", before={"valid_to": str(before)}, after={"valid_to": str(on)}, why=why, by=by.user, at=at)
    return row


def close_idle_accounts(*, at: datetime, today: date) -> int:
    """End the sessions and tokens of officers who hold no appointment in force any more; says of how many."""
    idle = User.objects.filter(is_machine=False, appointments__isnull=False).exclude(pk__in=Appointment.objects.in_force(today).values("user"))
    idle = idle.filter(Q(pk__in=StaffSession.objects.filter(ended_at=None).values("user")) | Q(pk__in=AuthToken.objects.values("user")))
    closed = 0
    for user in idle.distinct():
        tokens = AuthToken.objects.filter(user=user).delete()[0]
        closed += bool(sessions.end_all(user, at=at) or tokens)
    return closed


def expire(*, at: datetime, today: date) -> int:
    """Tidy away the powers of appointments that ended; they granted nothing since. Says how many rows went."""
    return InstitutionPower.objects.filter(appointment__valid_to__lt=today).delete()[0]


def check_powers(*, today: date) -> list[str]:
    """Every disagreement between the appointments in force and the power rows; empty when they agree."""
    wrong = []
    held: dict[int, set[str]] = {}
    for appointment, power in InstitutionPower.objects.values_list("appointment_id", "permission__codename"):
        held.setdefault(appointment, set()).add(power)
    for row in Appointment.objects.in_force(today).select_related("user", "institution").order_by("pk"):
        expected, found = set(POWERS[Role(row.role)]), held.get(row.pk, set())
        wrong += [f"{row}: {power} is missing" for power in sorted(expected - found)]
        wrong += [f"{row}: {power} is too much" for power in sorted(found - expected)]
    astray = InstitutionPower.objects.exclude(appointment__user=F("user")) | InstitutionPower.objects.exclude(appointment__institution=F("content_object"))
    wrong += [f"power {row.pk} does not belong to its appointment's user or institution" for row in astray.order_by("pk")]
    return wrong
