"""The complaint itself, and the vocabulary for reading complaints."""

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import models
from django.db.models import Func, Q, Value
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from institutions.models import Institution, Region, Topic
from lapor.ground.actor import Actor

from .. import policy
from ..workflow import (
    ACTIVE,
    ENDED,
    HANDLING,
    INNER_EVENTS,
    PART_EVENTS,
    PRIVATE_EVENTS,
    ArchiveReason,
    Classification,
    ClosureKind,
    Finding,
    HandOverTarget,
    HoldReason,
    Naming,
    OnBehalf,
    Outcome,
    Referral,
    Relation,
    State,
    Track,
    TransferConsent,
)

if TYPE_CHECKING:
    from .history import Transition


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
# The index's own columns: big, and read by nobody.
SEARCH_COLUMNS = ("search", "search_public")
ASSISTED = (Channel.WALK_IN, Channel.PHONE, Channel.LETTER, Channel.EMAIL)


class Words(SearchQuery):
    """Every word that says something, read by the same stemmer and stop list as the text."""

    def __init__(self, words: str) -> None:
        super().__init__(Value(words.replace("\x00", " ")))
        self.function = "lapor_search_query"


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    asker: Actor | None = None

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

    def answering(self, actor: Actor) -> Self:
        """Each row knows who asks: `may(act)` and `knows` answer by the same rules that filter lists, without a query of their own."""
        found = self.all()
        found.asker = actor
        return found

    def _clone(self) -> Self:
        found: Self = super()._clone()  # type: ignore[misc]  # the stubs do not know it
        found.asker = self.asker
        return found

    def _fetch_all(self) -> None:
        is_new = self._result_cache is None
        super()._fetch_all()
        if is_new and self.asker is not None:
            for row in self._result_cache or ():
                row.asker = self.asker

    def open(self) -> "ComplaintQuerySet":
        return self.filter(state__in=ACTIVE)

    def referred(self) -> "ComplaintQuerySet":
        """With the Ombudsman now."""
        return self.filter(policy.REFERRED)

    def asking_referral(self) -> "ComplaintQuerySet":
        """Whose reporters want them referred, while the nation has not said so."""
        return self.filter(referral=Referral.ASKED)

    def taken_down(self) -> "ComplaintQuerySet":
        """What was public and would be still."""
        return self.filter(policy.TAKEN_DOWN)

    def ended(self) -> "ComplaintQuerySet":
        return self.filter(state__in=ENDED)

    def counted(self) -> "ComplaintQuerySet":
        """Each report once: its parts count for whoever handles them, never twice for the nation."""
        return self.filter(lead__isnull=True)

    def held_under(self, *paths: str) -> "ComplaintQuerySet":
        return self.filter(policy.within(paths))

    def matching(self, words: str, *, public: bool) -> "ComplaintQuerySet":
        """Full text in the text the asker may read: the published one, or the one of the desk."""
        return self.filter(**{"search_public" if public else "search": Words(words)})


_Manager = models.Manager.from_queryset(ComplaintQuerySet)


class ComplaintManager(_Manager["Complaint"]):
    """Reads everything but the index's own columns."""

    def get_queryset(self) -> ComplaintQuerySet:
        return ComplaintQuerySet(self.model, using=self._db).defer(*SEARCH_COLUMNS)


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
    part_number = models.PositiveSmallIntegerField(null=True, blank=True)  # of a part, counted under its lead
    part_count = models.PositiveSmallIntegerField(default=0)  # of a lead: how many parts were split off
    is_mandatory = models.BooleanField(default=False)  # of a part: the lead cannot be answered before it
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

    on_behalf = models.CharField(max_length=8, choices=OnBehalf.choices, blank=True, default="")
    relation = models.CharField(max_length=12, choices=Relation.choices, blank=True, default="")
    group_size = models.PositiveIntegerField(null=True, blank=True)
    represented_agree = models.BooleanField(default=False)

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
    public_edited_at = models.DateTimeField(null=True, blank=True)  # from then on the published text is the officers' own
    taken_down_at = models.DateTimeField(null=True, blank=True)
    naming = models.CharField(max_length=16, choices=Naming.choices, blank=True, default="")
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
    hold_reason = models.CharField(max_length=20, choices=HoldReason.choices, blank=True, default="")
    hold_until = models.DateTimeField(null=True, blank=True)
    hold_count = models.PositiveSmallIntegerField(default=0)
    is_disputed = models.BooleanField(default=False)  # the nation has to say who is competent
    disputed_by = models.ForeignKey(Institution, on_delete=models.PROTECT, null=True, blank=True, related_name="+")  # who returned it last
    disputed_for = models.ForeignKey(Institution, on_delete=models.PROTECT, null=True, blank=True, related_name="+")  # whom that one thinks competent
    is_support_asked = models.BooleanField(default=False)  # another body's support is wanted, and the nation has not said yes or no
    is_bound = models.BooleanField(default=False)  # the nation has said it: it is not returned again
    referral = models.CharField(max_length=8, choices=Referral.choices, blank=True, default="")
    transfer_consent = models.CharField(max_length=8, choices=TransferConsent.choices, blank=True, default="")
    restored_count = models.PositiveSmallIntegerField(default=0)
    rating = models.PositiveSmallIntegerField(null=True, blank=True)
    rated_at = models.DateTimeField(null=True, blank=True)

    objects = ComplaintManager()

    asker: Actor  # set by `answering`

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
            models.CheckConstraint(name="complaint_part_has_number", condition=Q(lead__isnull=True) ^ Q(part_number__isnull=False)),
            models.CheckConstraint(name="complaint_part_has_no_parts", condition=Q(lead__isnull=True) | Q(part_count=0)),
            models.CheckConstraint(name="complaint_group_has_size", condition=Q(group_size__isnull=True) | Q(on_behalf=OnBehalf.GROUP)),
            models.UniqueConstraint(fields=("lead", "part_number"), condition=Q(lead__isnull=False), name="complaint_one_part_per_number"),
            models.CheckConstraint(
                name="complaint_hold_has_reason", condition=Q(hold_reason="", hold_until__isnull=True) | (~Q(hold_reason="") & Q(hold_until__isnull=False))
            ),
            models.CheckConstraint(name="complaint_hold_in_progress", condition=Q(hold_reason="") | Q(state=State.IN_PROGRESS)),
            models.CheckConstraint(name="complaint_support_asked_while_open", condition=Q(is_support_asked=False) | ~Q(state__in=sorted(ENDED))),
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
            models.Index(fields=("moved_at",), name="complaint_silent", condition=Q(state__in=sorted(HANDLING))),
            models.Index(fields=("hold_until",), name="complaint_hold", condition=Q(hold_until__isnull=False)),
            models.Index(fields=("referral", "id"), name="complaint_referral", condition=~Q(referral="")),
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
    def regency(self) -> Region | None:
        """The regency or city where it happened: nothing finer is public."""
        return self.incident_region.coarse() if self.incident_region is not None else None

    def shown_parts(self) -> list["Complaint"]:
        """The parts that the public may hear of: secret ones and examinations are not among them."""
        return [part for part in self.children.all() if not part.is_secret and part.track == Track.NON_OVERSIGHT] if self.part_count else []

    def told(self, parts: Iterable["Complaint"], *, public: bool = False) -> list["Transition"]:
        """One thread: the events of the lead and what the parts did, in the order of time. Both read with `transitions`."""
        rows = [row for row in self.transitions.all() if row.kind not in INNER_EVENTS and not (public and (row.kind, row.reason) in PRIVATE_EVENTS)]
        rows += [row for part in parts for row in part.transitions.all() if row.kind in PART_EVENTS]
        return sorted(rows, key=lambda row: (row.at, row.pk))

    @property
    def is_open(self) -> bool:
        return self.state in ACTIVE

    @property
    def is_public(self) -> bool:
        return (
            self.published_at is not None
            and self.taken_down_at is None
            and not self.is_secret
            and self.track == Track.NON_OVERSIGHT
            and self.lead_id is None
            and self.state != State.ARCHIVED
            and self.closure_kind != ClosureKind.MERGED
        )

    def answering(self, actor: Actor) -> Self:
        """This row, as it is now, for `actor` to be asked about."""
        self.asker = actor
        self._answers.clear()
        return self

    def may(self, act: str) -> bool:
        """Whether whoever asked for the row with `answering` may do this with it, as it was read."""
        return policy.POLICY[act].met(self, self.asker, self._answers)

    @property
    def knows(self) -> bool:
        """Whether it is the asker's to know that the case exists."""
        return policy.knows.met(self, self.asker, self._answers)

    @cached_property
    def _answers(self) -> dict[policy.Rule, bool]:
        return {}
