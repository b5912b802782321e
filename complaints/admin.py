"""Read-only windows on complaints, scoped by the policy; nothing can be written here, and the vault has no window.

And what calendar and periods would do to deadlines, shown before it counts: those pages stand here because they move clocks.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from institutions.admin import AuditedAdmin, CalendarDayAdmin, CalendarYearAdmin, SlaPolicyAdmin, ViewAdmin
from institutions.models import CalendarDay, CalendarYear, SlaPolicy
from lapor.ground.problems import Refusal

from . import services
from .forms import AGAIN, PREVIEWED, seal, typed
from .models import Clock, Complaint, Transition
from .why import NAMES

LONG = "j F Y"  # 24 November 2026
POWERS = ("see_cases", "see_oversight", "oversee")


# When an anonymous reporter did something: the pages of the desk say the day alone, and so do the windows, of every report.
OF_THE_REPORTER = ("submitted_at", "last_input_at", "complete_at", "moved_at", "ended_at", "rated_at")


def _day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


class CaseWindow(ViewAdmin):
    """Rows of the cases that whoever looks may read in full."""

    path_to_case: ClassVar[str] = ""
    show_full_result_count = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        actor = request.actor  # type: ignore[attr-defined]
        return any(actor.has(power) for power in POWERS)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        seen = Complaint.objects.seen_by(request.actor)  # type: ignore[attr-defined]
        return rows.filter(**{f"{self.path_to_case}__in" if self.path_to_case else "pk__in": seen.values("pk")})


@admin.register(Complaint)
class ComplaintAdmin(CaseWindow):
    list_display = ("tracking_id", "state", "holder", "classification", "track", "is_secret", "submitted_on")
    list_filter = ("state", "classification", "track", "channel", "is_urgent")
    list_select_related = ("holder",)
    search_fields = ("tracking_id", "external_ref")
    exclude = ("code_salt", "code_hash", "has_contact", "contact_allowed", "search", "search_public", *OF_THE_REPORTER)
    readonly_fields = ("submitted_on",)
    ordering = ("-submitted_at", "pk")

    @admin.display(description=Complaint._meta.get_field("submitted_at").verbose_name, ordering="submitted_at")
    def submitted_on(self, obj: Complaint) -> date:
        return _day(obj.submitted_at, obj.holder.time_zone)


@admin.register(Transition)
class TransitionAdmin(CaseWindow):
    path_to_case = "complaint"
    list_display = ("complaint", "seq", "kind", "on", "as_role", "state_after", "holder_after")
    list_filter = ("kind",)
    list_select_related = ("complaint", "holder_after")
    search_fields = ("complaint__tracking_id",)
    exclude = ("at",)
    readonly_fields = ("on",)
    ordering = ("-at", "-pk")

    @admin.display(description=Transition._meta.get_field("at").verbose_name, ordering="at")
    def on(self, obj: Transition) -> date:
        return _day(obj.at, obj.holder_after.time_zone)


@admin.register(Clock)
class ClockAdmin(CaseWindow):
    path_to_case = "complaint"
    list_display = ("complaint", "key", "state", "started_on", "due_at", "outcome", "is_provisional")
    list_filter = ("key", "state", "outcome")
    list_select_related = ("complaint",)
    search_fields = ("complaint__tracking_id",)
    exclude = ("started_at", "stopped_at")
    readonly_fields = ("started_on",)
    ordering = ("-started_at", "pk")

    @admin.display(description=Clock._meta.get_field("started_at").verbose_name, ordering="started_at")
    def started_on(self, obj: Clock) -> date:
        return _day(obj.started_at, obj.zone)


class Foreseen(Exception):
    """What a write would do, as the preview page shows it."""

    def __init__(self, found: services.Foretold) -> None:
        super().__init__()
        self.found = found


class Previewed(AuditedAdmin):
    """Nothing is written before the officer saw what it does to deadlines and confirmed it with the same values.

    The preview is the write itself, looked at and taken back: it shows what will happen, and refuses what will be refused.
    """

    def foresee(self, obj: Any, *, change: bool, at: datetime) -> Foreseen:
        """What the row, which is written already, does to deadlines."""
        raise NotImplementedError

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if AGAIN in request.POST:
            raise Refusal("invalid", _("Please check what you typed."))
        super().save_model(request, obj, form, change)
        if request.POST.get(PREVIEWED) != seal(request.POST):
            raise self.foresee(obj, change=change, at=timezone.now())

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Mapping[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Foreseen as found:
            context = {
                **self.admin_site.each_context(request),
                "title": _("Look before it counts"),
                "opts": self.opts,
                "lines": found.found.lines,
                "moves": found.found.moves,
                "typed": typed(request.POST),
                "seal": seal(request.POST),
            }
            return TemplateResponse(request, "complaints/preview.html", context)


# Periods that are no deadline of a report.
BESIDE: dict[str, Any] = {
    "ombudsman_corrective": gettext_lazy("Corrective action"),
    "ombudsman_recommendation": gettext_lazy("Report on a recommendation"),
    "pdp_breach_notice": gettext_lazy("Notice of a breach of personal data"),
}

for _model in (CalendarDay, CalendarYear, SlaPolicy):
    admin.site.unregister(_model)


@admin.register(CalendarDay)
class CalendarDayPreview(Previewed, CalendarDayAdmin):
    def foresee(self, obj: CalendarDay, *, change: bool, at: datetime) -> Foreseen:
        return Foreseen(services.tell_day(obj, at=at))

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Mapping[str, Any] | None = None) -> HttpResponse:
        """The question whether to remove the day is the preview: a day that is taken out moves nothing."""
        return super().delete_view(request, object_id, {"foreseen": services.tell_removal().lines, **(extra_context or {})})


@admin.register(CalendarYear)
class CalendarYearPreview(Previewed, CalendarYearAdmin):
    def foresee(self, obj: CalendarYear, *, change: bool, at: datetime) -> Foreseen:
        done = services.recompute(at=at, dry_run=True)
        settled = _("%(count)s running deadlines are provisional no more, their date stays.") % {"count": done.confirmed}
        return Foreseen(services.Foretold([*services.tell_moves(done), settled], services.first_moves(done)))


@admin.register(SlaPolicy)
class SlaPolicyPreview(Previewed, SlaPolicyAdmin):
    list_display = ("named", *SlaPolicyAdmin.list_display[1:])
    list_filter = ("unit",)

    @admin.display(description=SlaPolicy._meta.verbose_name, ordering="key")
    def named(self, obj: SlaPolicy) -> str:
        return str(NAMES.get(obj.key) or BESIDE.get(obj.key) or obj.key)

    def foresee(self, obj: SlaPolicy, *, change: bool, at: datetime) -> Foreseen:
        """A row that is changed is an own value that ends: what follows it counts from the next day on."""
        first = obj.valid_to + timedelta(days=1) if change and obj.valid_to is not None else obj.valid_from
        return Foreseen(services.tell_policy(obj, first=first, at=at))
