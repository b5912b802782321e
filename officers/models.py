"""Users, their appointments by decree, the powers that follow, and the notices waiting to be sent."""

import uuid
from datetime import date, datetime

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from institutions.models import Institution, append_only

from .powers import Role


class EmploymentStatus(models.TextChoices):
    ASN = "asn", _("Civil servant (ASN)")
    TNI_POLRI = "tni_polri", _("Armed forces or police")
    BUMN_BUMD = "bumn_bumd", _("Employee of a state or regional enterprise")


class PositionType(models.TextChoices):
    STRUCTURAL = "structural", _("Structural position")
    FUNCTIONAL = "functional", _("Functional position")


class User(AbstractUser):
    """Somebody who acts: an officer, or one of the machine users `system`, `reporter` and `partner`."""

    full_name = models.CharField(_("full name"), max_length=150, blank=True, default="")
    employment_status = models.CharField(_("employment status"), max_length=12, choices=EmploymentStatus.choices, blank=True, default="")
    staff_number = models.CharField(_("staff number"), max_length=30, blank=True, default="")
    language = models.CharField(_("language"), max_length=5, default="id")
    is_machine = models.BooleanField(default=False, editable=False)

    class Meta(AbstractUser.Meta):
        constraints = [models.UniqueConstraint(fields=("employment_status", "staff_number"), name="user_staff_number", condition=~Q(staff_number=""))]

    def __str__(self) -> str:
        return self.full_name or self.username


class InForceQuerySet[M: models.Model](models.QuerySet[M]):
    def in_force(self, on: date) -> "InForceQuerySet[M]":
        """Rows whose period holds the day; the end is the last day of force."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on)


class Appointment(models.Model):
    """A designation by decree (SK penetapan): who holds which role where, from when until when."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="appointments", verbose_name=_("officer"))
    role = models.CharField(_("role"), max_length=24, choices=Role.choices)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+", verbose_name=_("institution"))
    decree_number = models.CharField(_("decree number"), max_length=100)
    decree_on = models.DateField(_("date of the decree"))
    position_type = models.CharField(_("position"), max_length=12, choices=PositionType.choices, default=PositionType.STRUCTURAL)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until and including"), null=True, blank=True)
    created_at = models.DateTimeField()

    objects: "InForceQuerySet[Appointment]" = InForceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        constraints = [
            models.CheckConstraint(name="appointment_period", condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from"))),
            models.CheckConstraint(name="appointment_role_known", condition=Q(role__in=Role.values)),
            models.CheckConstraint(name="appointment_has_decree", condition=~Q(decree_number="")),
            ExclusionConstraint(
                name="appointment_once_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("institution", RangeOperators.EQUAL),
                    (Func(F("valid_from"), F("valid_to"), models.Value("[]"), function="daterange", output_field=DateRangeField()), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [models.Index(fields=("institution", "role"), name="appointment_place")]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.institution}"


class InstitutionPower(UserObjectPermissionBase):
    """One power of one appointment: guardian's row on an institution, read only while the appointment is in force."""

    content_object = models.ForeignKey(Institution, on_delete=models.PROTECT)
    appointment = models.ForeignKey(Appointment, on_delete=models.CASCADE, related_name="powers")

    class Meta(UserObjectPermissionBase.Meta):
        unique_together = [["appointment", "permission"]]
        indexes = [models.Index(fields=("user", "permission"), name="power_of_user")]


class Notice(models.Model):
    """One message that must go out; the row is the queue. What it says is rendered at delivery in the recipient's language."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.CharField(max_length=40)
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    address_ref = models.CharField(max_length=80, blank=True, default="")
    channel = models.CharField(max_length=12, default="email")
    language = models.CharField(max_length=5, default="id")
    context = models.JSONField(default=dict)
    message_id = models.CharField(max_length=120, unique=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    next_try_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True, default="")
    state = models.CharField(max_length=14, default="waiting")  # waiting, sent, undeliverable, declined, dead
    is_digest = models.BooleanField(default=False)  # waits for the one mail a day

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.CheckConstraint(name="notice_has_one_recipient", condition=Q(recipient__isnull=True) ^ Q(address_ref="")),
            models.CheckConstraint(name="notice_state_known", condition=Q(state__in=("waiting", "sent", "undeliverable", "declined", "dead"))),
            models.CheckConstraint(
                name="notice_sent_has_time", condition=Q(state="sent", sent_at__isnull=False) | (~Q(state="sent") & Q(sent_at__isnull=True))
            ),
        ]
        indexes = [
            models.Index(fields=("next_try_at", "id"), name="notice_waiting", condition=Q(state="waiting")),
            models.Index(fields=("address_ref", "-created_at"), name="notice_lost", condition=Q(state__in=("undeliverable", "dead")) & ~Q(address_ref="")),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.created_at:%Y-%m-%d %H:%M}"


def waiting_since(at: datetime) -> datetime | None:
    """The due time of the oldest notice that should have gone out by `at` and has not."""
    return Notice.objects.filter(state="waiting", due_at__lte=at).order_by("due_at").values_list("due_at", flat=True).first()


class ReachQuerySet(models.QuerySet["Reach"]):
    def lost(self, address_ref: str) -> dict[str, datetime]:
        """The channels by which the one behind the reference cannot be reached any more, and since when."""
        rows = self.filter(address_ref=address_ref, failed_at__isnull=False)
        return {row.channel: row.failed_at for row in rows if row.failed_at is not None}


class Reach(models.Model):
    """What is known of one way to somebody behind an opaque reference: since when it is another address, since when it fails."""

    class Cause(models.TextChoices):
        REFUSED = "refused", _("Refused by the server of the address")
        GIVEN_UP = "given_up", _("Refused each time until it was given up")
        BOUNCED = "bounced", _("Came back")

    address_ref = models.CharField(max_length=80)
    channel = models.CharField(max_length=12)
    changed_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    cause = models.CharField(max_length=8, choices=Cause.choices, blank=True, default="")

    objects: ReachQuerySet = ReachQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("address_ref", "channel"), name="reach_once"),
            models.CheckConstraint(name="reach_failure_has_cause", condition=Q(failed_at__isnull=True) ^ ~Q(cause="")),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.cause}"


class NoticeText(models.Model):
    """One version of the house's own wording of a notice, append-only; the newest of an event and language is in force."""

    event = models.CharField(_("event"), max_length=40)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    subject = models.CharField(_("subject"), max_length=150, blank=True, default="")
    body = models.TextField(_("text"), blank=True, default="")
    is_builtin = models.BooleanField(_("back to the built-in text"), default=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    at = models.DateTimeField(editable=False)

    class Meta:
        verbose_name = _("wording of a notice")
        verbose_name_plural = _("wordings of notices")
        indexes = [models.Index(fields=("event", "language", "-id"), name="notice_text_newest")]
        triggers = append_only("notice_text")

    def __str__(self) -> str:
        return f"{self.event} · {self.language}"


class NoticePreference(models.Model):
    """How an officer wants to hear of one group of events."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    group = models.CharField(max_length=20)
    choice = models.CharField(max_length=8)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("user", "group"), name="notice_preference_once"),
            models.CheckConstraint(name="notice_preference_known", condition=Q(choice__in=("now", "digest", "off"))),
        ]

    def __str__(self) -> str:
        return f"{self.group} {self.choice}"


class LoginEvent(models.Model):
    """Who logged in or out, failed or was locked out, and when; append-only, and nothing about from where."""

    class Kind(models.TextChoices):
        SUCCESS = "success", _("Logged in")
        FAILURE = "failure", _("Wrong password")
        LOCKED = "locked", _("Locked out for a while")
        FACTOR = "factor", _("Second factor changed")
        PASSWORD = "password", _("Password changed")
        LOGOUT = "logout", _("Logged out")
        ENDED = "ended", _("Session ended")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("log-in")
        verbose_name_plural = _("log-ins")
        indexes = [models.Index(fields=("user", "-at"), name="login_of_user")]
        triggers = append_only("login_event")

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"


class StaffSession(models.Model):
    """An officer's session as its owner sees it: since when, last used when. The cookie's row itself is Django's."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    session_key = models.CharField(max_length=40, db_index=True)
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=("user",), name="session_open", condition=Q(ended_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.began_at:%Y-%m-%d %H:%M}"
