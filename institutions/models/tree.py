"""The line of command: the national desk, institutions and units; and the hubs beside it."""

from datetime import date
from typing import Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, F, Q, Value
from django.db.models.functions import Cast, Concat, Upper
from django.utils.translation import gettext_lazy as _

from .base import DatedQuerySet, by_closeness, ends_after_start, one_at_a_time, words
from .naming import spelled, spellings, telling
from .regions import Region

WIB, WITA, WIT = "Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"
TIME_ZONES = [(WIB, "WIB"), (WITA, "WITA"), (WIT, "WIT")]
# The provinces by the first digits of their codes; everywhere else is WIB (Keppres 41/1987 and the laws that made the newer ones).
ZONES = {
    WITA: ("51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76"),
    WIT: ("81", "82", "91", "92", "93", "94", "95", "96", "97"),
}
ROOT_SLUG = "nasional"
# Days of the week on which a body works, from Monday on. A sixth one makes its periods end earlier, never later.
WEEKS = [(5, _("Monday to Friday")), (6, _("Monday to Saturday"))]


def zone_of(region_code: str) -> str:
    """The zone of a place by its region's code."""
    return next((zone for zone, provinces in ZONES.items() if region_code.startswith(provinces)), WIB)


class Kind(models.TextChoices):
    NATIONAL = "national", _("National desk")
    COORDINATING_MINISTRY = "coordinating_ministry", _("Coordinating ministry")
    MINISTRY = "ministry", _("Ministry")
    AGENCY = "agency", _("Agency")
    PROVINCE = "province", _("Province")
    REGENCY = "regency", _("Regency")
    CITY = "city", _("City")
    STATE_ENTERPRISE = "state_enterprise", _("State enterprise")
    REGIONAL_ENTERPRISE = "regional_enterprise", _("Regional enterprise")
    UNIVERSITY = "university", _("University")
    MISSION = "mission", _("Mission abroad")
    OMBUDSMAN = "ombudsman", _("Ombudsman")
    UNIT = "unit", _("Unit")


class Tier(models.TextChoices):
    MACRO = "macro", _("Macro")
    MESO = "meso", _("Meso")
    MICRO = "micro", _("Micro")


class InstitutionQuerySet(DatedQuerySet["Institution"]):
    def under(self, *paths: str) -> Self:
        """These nodes and everything below them; no path, no node."""
        if not paths:
            return self.none()
        where = Q()
        for path in paths:
            where |= Q(path__startswith=path)
        return self.filter(where)

    def above(self, path: str) -> Self:
        """The node of this path and its ancestors, the root first."""
        return self.filter(pk__in=ids_of(path)).order_by("path")

    def bodies(self) -> Self:
        """The institutions right below the nation that have no end: those whom a citizen may name."""
        return self.filter(valid_to=None, parent__kind=Kind.NATIONAL)

    def search(self, query: str) -> Self:
        """Institutions whose name, or its short form, holds every word as it is or spelled out; where there is none, those that
        look alike. The closest names first.
        """
        typed = words(query)
        fitting, similar = Q(), Q()
        for word in telling(typed):
            fits = Q()
            for parts in spellings(word):
                fits |= Q(*(Q(name__icontains=part) | Q(short_name__icontains=part) for part in parts))
            fitting &= fits
            similar &= fits | Q(written__trigram_word_similar=word.upper())
        rows = self.alias(written=Upper("name")).filter(fitting | (Q(~Exists(self.order_by().filter(fitting))) & similar)) if typed else self
        return rows.order_by(by_closeness("name", " ".join(typed)), by_closeness("name", spelled(typed)), "name", "pk")


def ids_of(path: str) -> list[int]:
    """The primary keys on a path, the root first."""
    return [int(part) for part in path.split(".") if part]


class Institution(models.Model):
    """A node of the line of command: the national desk, an institution, or a unit of one. Powers are granted on it.

    `path` holds the keys from the root down to the node itself ("1.5.33."); a subtree is a prefix.
    """

    slug = models.SlugField(_("short address"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=200)
    short_name = models.CharField(_("short name"), max_length=60, blank=True)
    kind = models.CharField(_("kind"), max_length=24, choices=Kind.choices)
    tier = models.CharField(_("tier"), max_length=5, choices=Tier.choices, default=Tier.MICRO)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("under"))
    path = models.CharField(max_length=200, unique=True, editable=False)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, null=True, blank=True, related_name="institutions", verbose_name=_("region"))
    time_zone = models.CharField(_("time zone"), max_length=20, choices=TIME_ZONES, default=WIB)
    working_week = models.PositiveSmallIntegerField(_("working week"), choices=WEEKS, default=5)
    sms_prefix = models.CharField(
        _("SMS prefix"), max_length=20, unique=True, null=True, blank=True, validators=[RegexValidator(r"^[A-Z0-9]+$", _("Capital letters and digits only."))]
    )  # NULL where there is none: two empty texts would be the same prefix
    email = models.EmailField(_("e-mail"), blank=True)
    is_fictitious = models.BooleanField(_("fictitious"), default=False)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until and including"), null=True, blank=True)
    successor = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="predecessors", verbose_name=_("successor"))

    objects = InstitutionQuerySet.as_manager()

    class Meta:
        verbose_name = _("institution")
        verbose_name_plural = _("institutions")
        permissions = [
            ("see_cases", _("See the cases")),
            ("see_oversight", _("See oversight cases")),
            ("see_secret", _("See secret cases")),
            ("see_notes", _("See internal notes")),
            ("see_identity", _("See the reporter's identity")),
            ("verify", _("Verify")),
            ("dispose", _("Dispose")),
            ("respond", _("Respond")),
            ("close", _("Close by decision")),
            ("archive", _("Archive")),
            ("restore", _("Restore")),
            ("reopen", _("Reopen")),
            ("edit", _("Edit texts and classification")),
            ("assign", _("Take and assign")),
            ("intake", _("Enter reports for citizens")),
            ("handle_oversight", _("Handle oversight cases")),
            ("lower_track", _("Lower the track")),
            ("see_aggregates", _("See figures")),
            ("see_health", _("See the system's health")),
            ("see_audit", _("See the audit trail")),
            ("custody", _("Keep identities in custody")),
            ("manage_officers", _("Manage officers")),
            ("set_policy", _("Set policies, calendar and topics")),
            ("refer", _("Refer to the Ombudsman")),
            ("oversee", _("Oversee as Ombudsman")),
        ]
        indexes = [
            models.Index(fields=["parent", "name"], name="institution_children"),
            GinIndex(OpClass(Upper("name"), name="gin_trgm_ops"), name="institution_name_trgm"),
        ]
        constraints = [
            ends_after_start("institution"),
            models.CheckConstraint(condition=Q(kind="national", parent=None) | (~Q(kind="national") & Q(parent__isnull=False)), name="institution_has_parent"),
            models.UniqueConstraint(fields=["kind"], condition=Q(kind="national"), name="institution_one_root"),
            models.CheckConstraint(condition=Q(path__endswith=Concat(Cast("id", models.CharField()), Value("."))), name="institution_path_ends_here"),
            models.CheckConstraint(condition=Q(successor=None) | ~Q(successor=F("id")), name="institution_successor_is_other"),
            models.CheckConstraint(condition=~Q(sms_prefix=""), name="institution_sms_prefix_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_national(self) -> bool:
        return self.kind == Kind.NATIONAL

    @property
    def body_path(self) -> str:
        """The path of the institution that the node belongs to; the nation belongs to none."""
        return ".".join(self.path.split(".")[:2]) + "."

    def counts_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or self.valid_to >= day)


class HubMembershipQuerySet(DatedQuerySet["HubMembership"]):
    """Hubs and their members."""


class HubMembership(models.Model):
    """A coordination node and one of its members, for a time; it gives no power over the member's cases."""

    class Kind(models.TextChoices):
        REGION = "region", _("Regional hub")
        SECTOR = "sector", _("Sector hub")

    hub = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="memberships_as_hub", verbose_name=_("hub"))
    member = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("member"))
    kind = models.CharField(_("kind"), max_length=6, choices=Kind.choices)
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("until and including"), null=True, blank=True)

    objects = HubMembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("hub membership")
        verbose_name_plural = _("hub memberships")
        constraints = [
            ends_after_start("hubmembership"),
            one_at_a_time("hubmembership", "hub", "member", "kind"),
            models.CheckConstraint(condition=~Q(hub=F("member")), name="hubmembership_is_between_two"),
        ]

    def __str__(self) -> str:
        return f"{self.hub} · {self.member}"
