"""Accounts and appointments, written through services; notices to look at. Nobody can choose or read a password here."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from institutions.admin import AuditedAdmin, ReasonForm, ViewAdmin
from lapor.ground.problems import Refusal

from . import services
from .adapters import step_up
from .models import Appointment, Notice, NoticeText, User
from .notices import EVENTS

PARTICULARS = ("username", "full_name", "email", "employment_status", "staff_number", "language", "is_active")


def actor_of(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]


class OfficersAdmin(AuditedAdmin):
    """Open to whoever manages officers somewhere; the services decide about each place."""

    may_delete = False

    def _manages(self, request: HttpRequest) -> bool:
        return bool(actor_of(request).has("manage_officers"))

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Who may do what is changed only by somebody who proved a short time ago who they are."""
        return step_up(super().changeform_view)(request, *args, **kwargs) if request.method == "POST" else super().changeform_view(request, *args, **kwargs)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._manages(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may_add and self._manages(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_change and self._manages(request)


def _under(request: HttpRequest, field: str) -> Q:
    where = Q(pk__in=())
    for path in actor_of(request).under("manage_officers"):
        where |= Q(**{f"{field}__startswith": path})
    return where


@admin.register(User)
class UserAdmin(OfficersAdmin):
    fields = (*PARTICULARS, "why")
    list_display = ("username", "full_name", "employment_status", "is_active")
    list_filter = ("is_active", "employment_status")
    search_fields = ("username", "full_name", "staff_number")
    ordering = ("username",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Officers appointed where the actor manages officers, and accounts that wait for their first appointment."""
        rows = super().get_queryset(request).filter(is_machine=False)
        return rows.filter(_under(request, "appointments__institution__path") | Q(appointments__isnull=True)).distinct()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("username",) if obj is not None else ("is_active",)

    def store(self, request: HttpRequest, obj: User, form: ReasonForm, *, change: bool, at: datetime, why: str) -> Model | None:
        given = {name: form.cleaned_data[name] for name in PARTICULARS if name in form.cleaned_data}
        if not change:
            return services.create_officer(**given, by=actor_of(request).user, at=at, why=why)
        changes = {name: given[name] for name in form.changed_data if name in given}
        return services.update_officer(User.objects.get(pk=obj.pk), changes, by=actor_of(request).user, at=at, why=why)


@admin.register(Appointment)
class AppointmentAdmin(OfficersAdmin):
    list_display = ("user", "role", "institution", "decree_number", "valid_from", "valid_to")
    list_filter = ("role",)
    list_select_related = ("user", "institution")
    search_fields = ("user__username", "user__full_name", "decree_number", "institution__name")
    raw_id_fields = ("user", "institution")
    exclude = ("created_at",)
    ordering = ("-valid_from", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(_under(request, "institution__path"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [f.name for f in self.opts.fields if f.name not in ("id", "valid_to", "created_at")] if obj is not None else ()

    def store(self, request: HttpRequest, obj: Appointment, form: ReasonForm, *, change: bool, at: datetime, why: str) -> Model | None:
        """A new designation, or the end of one; nothing else of a decree is ever altered."""
        if not change:
            given = {name: value for name, value in form.cleaned_data.items() if name != "why"}
            return services.appoint(**given, by=actor_of(request), at=at)
        if obj.valid_to is None:
            raise Refusal("invalid", _("Please check the marked fields."), fields={"valid_to": [_("Say when it ends.")]})
        return services.end_appointment(Appointment.objects.get(pk=obj.pk), on=obj.valid_to, by=actor_of(request), at=at, why=why)


@admin.register(Notice)
class NoticeAdmin(ViewAdmin):
    """What waits, what went out and what was given up: never to whom a reporter's went."""

    view_powers = ("set_policy", "see_health")
    fields = ("event", "state", "language", "created_at", "due_at", "sent_at", "tries", "next_try_at", "last_error")
    list_display = ("event", "state", "created_at", "sent_at", "tries", "last_error")
    list_filter = ("state", "event")
    ordering = ("-created_at", "pk")
    show_full_result_count = False
    actions = ("retry",)  # type: ignore[assignment]  # one reason stands for all of them

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Sending again is for whoever may change something; whoever watches the machine only looks."""
        return self._holds(request, self.power)

    @admin.action(description=gettext_lazy("Try again what was given up"), permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Notice]) -> None:
        count = services.retry_dead(queryset, by=actor_of(request).user, at=timezone.now(), why=_("Chosen in the list of notices."))
        messages.success(request, _("Waiting again: %(count)d.") % {"count": count})


@admin.register(NoticeText)
class NoticeTextAdmin(AuditedAdmin):
    """The wording of notices: a new version follows the last, an old one stays to be read."""

    may_change = may_delete = False
    fields = ("event", "language", "subject", "body", "is_builtin", "preview")
    readonly_fields = ("preview",)
    list_display = ("event", "language", "subject", "is_builtin", "at", "by")
    list_filter = ("event", "language")
    list_select_related = ("by",)
    ordering = ("-pk",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [name for name in super().get_fields(request, obj) if obj is not None or name != "preview"]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Each event with the placeholders that its text may hold."""
        if db_field.name != "event":
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        choices = [(code, f"{code}: {' '.join(f'%({name})s' for name in sorted(text.placeholders))}") for code, text in sorted(EVENTS.items())]
        return forms.ChoiceField(label=gettext_lazy("Event and its placeholders"), choices=choices)

    @admin.display(description=gettext_lazy("Preview with invented data"))
    def preview(self, obj: NoticeText) -> str:
        return services.preview(obj)

    def store(self, request: HttpRequest, obj: NoticeText, form: ReasonForm, *, change: bool, at: datetime, why: str) -> Model | None:
        given = {name: form.cleaned_data[name] for name in ("event", "language", "subject", "body", "is_builtin")}
        return services.write_text(**given, by=actor_of(request).user, at=at, why=why)
