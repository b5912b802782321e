"""Read-only windows on complaints, scoped by the policy; nothing can be written here, and the vault has no window."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from institutions.admin import ViewAdmin

from .models import Clock, Complaint, Transition

POWERS = ("see_cases", "see_oversight", "oversee")


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
    list_display = ("tracking_id", "state", "holder", "classification", "track", "is_secret", "submitted_at")
    list_filter = ("state", "classification", "track", "channel", "is_urgent")
    list_select_related = ("holder",)
    search_fields = ("tracking_id", "external_ref")
    exclude = ("code_salt", "code_hash", "has_contact", "search", "search_public")
    ordering = ("-submitted_at", "pk")


@admin.register(Transition)
class TransitionAdmin(CaseWindow):
    path_to_case = "complaint"
    list_display = ("complaint", "seq", "kind", "at", "as_role", "state_after", "holder_after")
    list_filter = ("kind",)
    list_select_related = ("complaint", "holder_after")
    search_fields = ("complaint__tracking_id",)
    ordering = ("-at", "-pk")


@admin.register(Clock)
class ClockAdmin(CaseWindow):
    path_to_case = "complaint"
    list_display = ("complaint", "key", "state", "started_at", "due_at", "outcome", "is_provisional")
    list_filter = ("key", "state", "outcome")
    list_select_related = ("complaint",)
    search_fields = ("complaint__tracking_id",)
    ordering = ("-started_at", "pk")
