"""The complaint and what hangs on it: texts, the append-only history, clocks; and the vocabulary for reading them."""

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import models
from django.db.models import Case, Func, Q, Value, When
from django.utils.translation import gettext_lazy as _

from institutions.models import Institution, Region, SlaPolicy, Topic, append_only
from lapor.ground.actor import Actor

from . import policy
from .workflow import (
    ACTIVE,
    ENDED,
    ArchiveReason,
    Classification,
    ClosureKind,
    EntryKind,
    Finding,
    HandOverTarget,
    Outcome,
    State,
    Track,
)

if TYPE_CHECKING:
    pass


class Channel(models.TextChoices):
    WEB = "web", _("Website")
    SUBDOMAIN = "subdomain", _("Institution's page")
    ANDROID = "android", "Android"
    IOS = "ios", "iOS"
    SMS = "sms", "SMS"
    WHATSAPP = "whatsapp", "WhatsApp"
    TWITTER = "twitter", "X"
    LINE = "line", "Line"
    TELEGRAM = "telegram", "Telegram"
    FACEBOOK = "facebook", "Facebook"
    EMAIL = "email", _("E-mail")
    PHONE = "phone", _("Telephone")
    WALK_IN = "walk_in", _("Counter")
    LETTER = "letter", _("Letter")
    PARTNER = "partner", _("Partner application")
    API = "api", "API"


# Where nothing is due: a value instead of NULL keeps the queue's order one plain index.
NEVER = datetime(9999, 12, 31, tzinfo=UTC)
ASSISTED = (Channel.WALK_IN, Channel.PHONE, Channel.LETTER, Channel.EMAIL)


class Words(SearchQuery):
    """Every word that says something, read by the same stemmer and stop list as the text."""

    def __init__(self, words: str) -> None:
        super().__init__(Value(words.replace("\x00", " ")))
        self.function = "lapor_search_query"


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    def visible_to(self, actor: Actor) -> "ComplaintQuerySet":
        """What the actor may read: in full, or at least as the public does."""
        return self.filter(policy.see(actor) | policy.PUBLIC)

    def seen_by(self, actor: Actor) -> "ComplaintQuerySet":
        """What the actor may read in full."""
        return self.filter(policy.see(actor))

    def public(self) -> "ComplaintQuerySet":
        return self.filter(policy.PUBLIC)

    def allowing(self, act: str, actor: Actor) -> "ComplaintQuerySet":
        return self.filter(policy.POLICY[act](actor))

    def knowing(self, actor: Actor) -> "ComplaintQuerySet":
        """What the actor may know to exist."""
        return self.filter(policy.knows(actor))

    def permitting(self, actor: Actor, acts: Iterable[str]) -> "ComplaintQuerySet":
        """Each row with `may_<act>`: the rules asked in the same query that reads the row."""
        return self.annotate(**{f"may_{act}": holds_true(policy.POLICY[act](actor)) for act in acts})

    def answering(self, actor: Actor, acts: Iterable[str]) -> "ComplaintQuerySet":
        """`permitting`, and `knows` beside it."""
        return self.permitting(actor, acts).annotate(**{"knows": holds_true(policy.knows(actor))})

    def open(self) -> "ComplaintQuerySet":
        return self.filter(state__in=ACTIVE)

    def ended(self) -> "ComplaintQuerySet":
        return self.filter(state__in=ENDED)

    def held_under(self, *paths: str) -> "ComplaintQuerySet":
        return self.filter(policy.within(paths))

    def matching(self, words: str, *, public: bool) -> "ComplaintQuerySet":
        """Full text in the text the asker may read: the published one, or the one of the desk."""
        return self.filter(**{"search_public" if public else "search": Words(words)})


def holds_true(q: Q) -> Case:
    return Case(When(q, then=Value(value=True)), default=Value(value=False), output_field=models.BooleanField())


def _index_text(title: str, body: str) -> models.GeneratedField:
    return models.GeneratedField(
        expression=Func(models.F(title), models.F(body), function="lapor_search_vector", output_field=SearchVectorField()),
        output_field=SearchVectorField(),
        db_persist=True,
    )


class Complaint(models.Model):
    """One report of a citizen (laporan). Only `services` writes here; who the reporter is stands in the vault."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tracking_id = models.CharField(max_length=16, unique=True)
    code_salt = models.BinaryField(max_length=16)
    code_hash = models.BinaryField(max_length=32)
    version = models.PositiveIntegerField(default=1)
    seq = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64, blank=True, default="")

    state = models.CharField(max_length=24, choices=State.choices)
    holder = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    contested_user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    lead = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    track = models.CharField(max_length=16, choices=Track.choices, default=Track.NON_OVERSIGHT)
    is_track_set = models.BooleanField(default=False)
    classification = models.CharField(max_length=24, choices=Classification.choices)
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    is_anonymous = models.BooleanField(default=False)
    is_secret = models.BooleanField(default=False)
    is_urgent = models.BooleanField(default=False)
    is_incomplete = models.BooleanField(default=False)
    contact_allowed = models.BooleanField(default=False)
    has_contact = models.BooleanField(default=False)

    title = models.CharField(max_length=150)
    body = models.TextField()
    title_original = models.CharField(max_length=150)
    body_original = models.TextField()
    title_public = models.CharField(max_length=200, blank=True, default="")
    body_public = models.TextField(blank=True, default="")
    search = _index_text("title", "body")
    search_public = _index_text("title_public", "body_public")
    incident_date = models.DateField(null=True, blank=True)
    incident_region = models.ForeignKey(Region, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    incident_place = models.CharField(max_length=200, blank=True, default="")
    origin_region = models.ForeignKey(Region, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    requested_outcome = models.TextField(blank=True, default="")
    loss = models.TextField(blank=True, default="")
    reported_party = models.TextField(blank=True, default="")
    reported_user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reported_institution = models.ForeignKey(Institution, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    channel = models.CharField(max_length=12, choices=Channel.choices, default=Channel.WEB)
    entry_door = models.ForeignKey(Institution, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    target_institution = models.ForeignKey(Institution, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    was_direct = models.BooleanField(default=False)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    external_ref = models.CharField(max_length=64, blank=True, default="")
    language = models.CharField(max_length=5, default="id")
    consent_version = models.CharField(max_length=16)

    submitted_at = models.DateTimeField()
    last_input_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    complete_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    moved_at = models.DateTimeField()
    next_due_at = models.DateTimeField(default=NEVER)  # the earliest running clock of the handlers, kept by the steps
    ended_at = models.DateTimeField(null=True, blank=True)

    closure_kind = models.CharField(max_length=20, choices=ClosureKind.choices, blank=True, default="")
    archive_reason = models.CharField(max_length=20, choices=ArchiveReason.choices, blank=True, default="")
    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True, default="")
    finding = models.CharField(max_length=12, choices=Finding.choices, blank=True, default="")
    decision_number = models.CharField(max_length=80, blank=True, default="")
    decision_on = models.DateField(null=True, blank=True)
    handed_over_to = models.CharField(max_length=20, choices=HandOverTarget.choices, blank=True, default="")
    handed_over_ref = models.CharField(max_length=120, blank=True, default="")
    estimated_on = models.DateField(null=True, blank=True)
    has_initial_response = models.BooleanField(default=False)
    answer_count = models.PositiveSmallIntegerField(default=0)
    pend_count = models.PositiveSmallIntegerField(default=0)
    return_count = models.PositiveSmallIntegerField(default=0)
    reopened_count = models.PositiveSmallIntegerField(default=0)
    restored_count = models.PositiveSmallIntegerField(default=0)
    rating = models.PositiveSmallIntegerField(null=True, blank=True)
    rated_at = models.DateTimeField(null=True, blank=True)

    objects = ComplaintQuerySet.as_manager()

    # read together with the row by `answering`
    knows: bool

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.CheckConstraint(name="complaint_state_known", condition=Q(state__in=State.values)),
            models.CheckConstraint(name="complaint_closed_has_kind", condition=Q(state=State.CLOSED) ^ Q(closure_kind="")),
            models.CheckConstraint(name="complaint_archived_has_reason", condition=Q(state=State.ARCHIVED) ^ Q(archive_reason="")),
            models.CheckConstraint(
                name="complaint_ended_at",
                condition=Q(state__in=sorted(ENDED), ended_at__isnull=False) | (~Q(state__in=sorted(ENDED)) & Q(ended_at__isnull=True)),
            ),
            models.CheckConstraint(name="complaint_oversight_is_secret", condition=~Q(track=Track.OVERSIGHT) | Q(is_secret=True)),
            models.CheckConstraint(name="complaint_complete_when_accepted", condition=Q(accepted_at__isnull=True) | Q(complete_at__isnull=False)),
            models.CheckConstraint(name="complaint_published_when_accepted", condition=Q(published_at__isnull=True) | Q(accepted_at__isnull=False)),
            models.CheckConstraint(name="complaint_child_not_published", condition=Q(lead__isnull=True) | Q(published_at__isnull=True)),
            models.CheckConstraint(name="complaint_rating_1_to_5", condition=Q(rating__isnull=True) | Q(rating__range=(1, 5))),
            models.CheckConstraint(name="complaint_not_own_lead", condition=~Q(lead=models.F("id"))),
            models.CheckConstraint(name="complaint_version_positive", condition=Q(version__gte=1)),
            models.CheckConstraint(name="complaint_has_text", condition=~Q(title="") & ~Q(body="")),
        ]
        indexes = [
            models.Index(fields=("holder", "state", "submitted_at", "id"), name="complaint_queue"),
            models.Index(fields=("-is_urgent", "next_due_at", "id"), name="complaint_due", condition=Q(state__in=sorted(ACTIVE))),
            models.Index(fields=("holder", "-is_urgent", "next_due_at", "id"), name="complaint_holder_due", condition=Q(state__in=sorted(ACTIVE))),
            models.Index(fields=("-published_at", "id"), name="complaint_public", condition=policy.PUBLIC),
            models.Index(fields=("incident_region", "-published_at"), name="complaint_place", condition=policy.PUBLIC),
            models.Index(fields=("external_ref",), name="complaint_external_ref", condition=~Q(external_ref="")),
            models.Index(fields=("lead",), name="complaint_lead", condition=Q(lead__isnull=False)),
            models.Index(fields=("assignee",), name="complaint_assignee", condition=Q(assignee__isnull=False)),
            GinIndex(fields=("search",), name="complaint_search"),
            GinIndex(fields=("search_public",), name="complaint_search_public"),
        ]

    def __str__(self) -> str:
        return self.tracking_id

    @property
    def etag(self) -> str:
        return f'"{self.version}"'

    @property
    def is_open(self) -> bool:
        return self.state in ACTIVE

    @property
    def is_public(self) -> bool:
        return (
            self.published_at is not None
            and not self.is_secret
            and self.track == Track.NON_OVERSIGHT
            and self.lead_id is None
            and self.state != State.ARCHIVED
            and self.closure_kind != ClosureKind.MERGED
        )

    def may(self, act: str) -> bool:
        """What `answering` found for this act."""
        return bool(getattr(self, f"may_{act}"))


class Assistance(models.TextChoices):
    NONE = "", _("None")
    INTERPRETER = "interpreter", _("Sign-language interpreter")
    LARGE_PRINT = "large_print", _("Large print")
    CALL_BACK = "call_back", _("Call me back")
    OTHER = "other", _("Other help")


class Gender(models.TextChoices):
    FEMALE = "female", _("Woman")
    MALE = "male", _("Man")
    OTHER = "other", _("Other")


class Disability(models.TextChoices):
    NONE = "none", _("No disability")
    PHYSICAL = "physical", _("Physical")
    SENSORY = "sensory", _("Seeing or hearing")
    INTELLECTUAL = "intellectual", _("Intellectual")
    MENTAL = "mental", _("Mental")
    MULTIPLE = "multiple", _("More than one")


class AgeBand(models.TextChoices):
    UNDER_18 = "under_18", _("Under 18")
    TO_29 = "18_29", "18-29"
    TO_44 = "30_44", "30-44"
    TO_59 = "45_59", "45-59"
    OVER_60 = "60_plus", _("60 and older")


class Gedsi(models.Model):
    """Voluntary answers for inclusion statistics; never shown to whoever handles the complaint."""

    complaint = models.OneToOneField(Complaint, on_delete=models.PROTECT, primary_key=True, related_name="+")
    needs_assistance = models.CharField(max_length=12, choices=Assistance.choices, blank=True, default="")
    gender = models.CharField(max_length=8, choices=Gender.choices, blank=True, default="")
    disability = models.CharField(max_length=12, choices=Disability.choices, blank=True, default="")
    age_band = models.CharField(max_length=8, choices=AgeBand.choices, blank=True, default="")

    def __str__(self) -> str:
        return str(self.complaint_id)


class Transition(models.Model):
    """One event of a complaint's life: codes, ids and times, never free text; chained to the one before it."""

    id = models.BigAutoField(primary_key=True)
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="transitions")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=24)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    as_role = models.CharField(max_length=24, blank=True, default="")
    state_before = models.CharField(max_length=24, blank=True, default="")
    state_after = models.CharField(max_length=24)
    holder_before = models.ForeignKey(Institution, on_delete=models.PROTECT, null=True, related_name="+")
    holder_after = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    track = models.CharField(max_length=16)
    reason = models.CharField(max_length=24, blank=True, default="")
    data = models.JSONField(default=dict)
    commitment = models.CharField(max_length=64, blank=True, default="")
    prev = models.CharField(max_length=64, blank=True, default="")
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ("seq",)
        constraints = [models.UniqueConstraint(fields=("complaint", "seq"), name="transition_one_per_seq")]
        indexes = [models.Index(fields=("at",), name="transition_at"), models.Index(fields=("holder_after", "at"), name="transition_holder")]
        triggers = append_only("transition")

    def __str__(self) -> str:
        return f"{self.kind} {self.seq}"


class Entry(models.Model):
    """A text that belongs to an event; erasable, while the event keeps a salted commitment to it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="entries")
    transition = models.OneToOneField(Transition, on_delete=models.PROTECT, related_name="entry")
    kind = models.CharField(max_length=12, choices=EntryKind.choices)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, null=True, related_name="+")
    text = models.TextField()
    text_public = models.TextField(blank=True, default="")
    details = models.JSONField(default=dict)
    salt = models.BinaryField(max_length=16)
    is_erased = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(fields=("complaint", "kind"), name="entry_complaint_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class ClockQuerySet(models.QuerySet["Clock"]):
    def running(self) -> "ClockQuerySet":
        return self.filter(state=Clock.RUNNING)

    def due_before(self, at: datetime) -> "ClockQuerySet":
        """Running clocks whose due instant has passed at `at`."""
        return self.running().filter(due_at__lt=at)


class Clock(models.Model):
    """One deadline of a complaint: the policy row it was started under and the due instant derived from its events."""

    RUNNING, PAUSED, STOPPED, VOID = "running", "paused", "stopped", "void"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="clocks")
    key = models.CharField(max_length=32)
    policy = models.ForeignKey(SlaPolicy, on_delete=models.PROTECT, related_name="+")
    holder = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    zone = models.CharField(max_length=32)
    calendar_version = models.CharField(max_length=64)
    is_provisional = models.BooleanField(default=False)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=8, default=RUNNING)
    outcome = models.CharField(max_length=8, blank=True, default="")

    objects = ClockQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="clock_due_after_start", condition=Q(due_at__gte=models.F("started_at"))),
            models.CheckConstraint(name="clock_state_known", condition=Q(state__in=("running", "paused", "stopped", "void"))),
            models.CheckConstraint(name="clock_running_has_no_outcome", condition=~Q(state="running") | Q(outcome="", stopped_at__isnull=True)),
            models.UniqueConstraint(fields=("complaint", "key"), condition=Q(state__in=("running", "paused")), name="clock_one_alive_per_key"),
        ]
        indexes = [
            models.Index(fields=("key", "due_at"), name="clock_due", condition=Q(state="running")),
            models.Index(fields=("complaint", "due_at"), name="clock_next", condition=Q(state="running")),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.due_at:%Y-%m-%d}"


class ClockEvent(models.Model):
    """What happened to a clock; append-only, so that anybody can derive the due instant again."""

    START, PAUSE, RESUME, STOP, VOID, RECOMPUTE = "start", "pause", "resume", "stop", "void", "recompute"

    id = models.BigAutoField(primary_key=True)
    clock = models.ForeignKey(Clock, on_delete=models.PROTECT, related_name="events")
    transition = models.ForeignKey(Transition, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    reason = models.CharField(max_length=24)
    at = models.DateTimeField()
    due_at = models.DateTimeField()

    class Meta:
        ordering = ("id",)
        constraints = [models.CheckConstraint(name="clock_event_kind", condition=Q(kind__in=("start", "pause", "resume", "stop", "void", "recompute")))]
        triggers = append_only("clock_event")

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d}"


class Reading(models.Model):
    """Who opened which identity, and why; append-only."""

    id = models.BigAutoField(primary_key=True)
    complaint = models.ForeignKey(Complaint, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    what = models.CharField(max_length=24)
    reason = models.CharField(max_length=200)

    class Meta:
        triggers = append_only("reading")

    def __str__(self) -> str:
        return f"{self.what} {self.at:%Y-%m-%d}"


class Replay(models.Model):
    """The answer to a submission, sealed under its own idempotency key, so that sending twice gives the same receipt."""

    key_hash = models.BinaryField(max_length=32, primary_key=True)
    request_hash = models.BinaryField(max_length=32)
    sealed = models.BinaryField()
    created_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d %H:%M}"
