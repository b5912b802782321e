"""What the whole site tells everybody: its banners, and whether it can only be read."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .changes import append_only

UNKNOWN_SECONDS = 300  # when to come back where no end was promised


class SiteBannerQuerySet(models.QuerySet["SiteBanner"]):
    def not_over(self, at: datetime) -> Self:
        """What is shown at this time or later, the oldest first."""
        return self.filter(Q(until=None) | Q(until__gt=at)).order_by("since", "pk")


class SiteBanner(models.Model):
    """A sentence on top of every page, for a time and for an audience."""

    class Level(models.TextChoices):
        INFO = "info", _("Information")
        WARNING = "warning", _("Warning")

    class Audience(models.TextChoices):
        PUBLIC = "public", _("Citizens' pages")
        STAFF = "staff", _("Officers' pages")
        BOTH = "both", _("All pages")

    text_id = models.CharField(_("text in Indonesian"), max_length=400, help_text=_("What readers need to know, in one or two sentences."))
    text_en = models.CharField(_("text in English"), max_length=400)
    level = models.CharField(_("level"), max_length=10, choices=Level, default=Level.INFO)
    audience = models.CharField(_("shown on"), max_length=10, choices=Audience, default=Audience.BOTH)
    since = models.DateTimeField(_("shown from"))
    until = models.DateTimeField(_("shown until"), null=True, blank=True, help_text=_("Empty: until somebody takes it down."))

    objects = SiteBannerQuerySet.as_manager()

    class Meta:
        verbose_name = _("site banner")
        verbose_name_plural = _("site banners")
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gt=F("since")),
                name="sitebanner_ends_after_start",
                violation_error_message=_("The end must be after the beginning."),
            )
        ]

    def __str__(self) -> str:
        return self.text_id[:60]

    @property
    def text(self) -> str:
        """In the reader's language."""
        return self.text_en if get_language() == "en" else self.text_id

    def is_shown(self, at: datetime, *, is_staff: bool) -> bool:
        """Whether a page of the desk, or of everybody else, shows it at this time."""
        mine = self.Audience.STAFF if is_staff else self.Audience.PUBLIC
        return self.since <= at and (self.until is None or at < self.until) and self.audience in {mine, self.Audience.BOTH}


class ReadOnlySwitch(models.Model):
    """One turn of the switch; the newest row says how it stands. Whoever turned it, when and why stays on record."""

    is_on = models.BooleanField()
    reason = models.CharField(max_length=400, blank=True)  # shown to everybody
    until = models.DateTimeField(null=True)  # what is promised; the switch is turned back by hand
    ticket = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(is_on=False) | ~Q(reason=""), name="readonlyswitch_on_has_reason")]
        triggers = append_only("readonlyswitch")

    def __str__(self) -> str:
        return f"{'on' if self.is_on else 'off'} {self.at:%Y-%m-%d %H:%M}"

    def retry_seconds(self, at: datetime) -> int:
        """When whoever was refused should come back: at the promised end, never sooner than in a minute or later than in a day."""
        return min(max(round((self.until - at).total_seconds()), 60), 86_400) if self.until else UNKNOWN_SECONDS
