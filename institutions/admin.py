"""The configuration pages: the stock Django admin, whose every write goes through a service and asks for a reason."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Model, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lapor.ground.problems import Refusal

from . import services
from .models import CalendarDay, CalendarYear, Change, HubMembership, Institution, LegalBasis, Limit, Region, SiteBanner, SlaPolicy, Topic
from .models.issues import IssueRule, PriorityIssue

if TYPE_CHECKING:  # they take their model as a parameter for the type checker only
    ModelForm = forms.ModelForm[Any]
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelForm, ModelAdmin = forms.ModelForm, admin.ModelAdmin

ON_RECORD = gettext_lazy("Kept on record together with your name and the time.")


def officer(request: HttpRequest) -> AbstractBaseUser:
    """Whoever is logged in; the admin lets nobody else this far."""
    if not isinstance(request.user, AbstractBaseUser):
        raise Refusal("forbidden", _("You may not change this."))
    return request.user


class ReasonForm(ModelForm):
    """A form of the admin with the reason for the change, and with what a service refused after the first look."""

    refusal: ClassVar[Refusal | None] = None

    why = forms.CharField(label=gettext_lazy("Why"), help_text=ON_RECORD, widget=forms.Textarea(attrs={"rows": 2}))

    def validate_constraints(self) -> None:
        """Left to the service, which may first make room for the row."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.refusal is None:
            return cleaned
        named = {name: texts for name, texts in self.refusal.fields.items() if name in self.fields}
        for name, texts in named.items():
            self.add_error(name, [str(text) for text in texts])
        others = [text for name, texts in self.refusal.fields.items() if name not in named for text in texts]
        if others or not named:
            self.add_error(None, [str(text) for text in others or [self.refusal.message]])
        return cleaned


class AuditedAdmin(ModelAdmin):
    """The base of every page of the admin: who may is a power held on the nation, what is written goes through a service.

    A subclass overrides `store` and `erase` where its table has services of its own. Being a superuser opens nothing.
    """

    form = ReasonForm
    actions = None  # deleting many rows at once could not ask for the reason of each
    list_per_page = 50
    delete_confirmation_template = "institutions/delete_confirmation.html"

    view_powers: ClassVar[tuple[str, ...]] = ("set_policy",)
    power: ClassVar[str] = "set_policy"
    may_add: ClassVar[bool] = True
    may_change: ClassVar[bool] = True
    may_delete: ClassVar[bool] = True

    # --- what a subclass says ---

    def store(self, request: HttpRequest, obj: Any, form: ReasonForm, *, change: bool, at: datetime, why: str) -> Model | None:
        """Write what the form holds; the row that was written where it is another one than `obj`."""
        services.store(obj, by=officer(request), at=at, why=why)
        return None

    def erase(self, request: HttpRequest, obj: Any, *, at: datetime, why: str) -> None:
        """Take the row away."""
        services.remove(obj, by=officer(request), at=at, why=why)

    # --- who may ---

    def _holds(self, request: HttpRequest, *powers: str) -> bool:
        """Whether the user holds one of the powers on the nation; read once a request."""
        known: dict[str, bool] = request.__dict__.setdefault("_admin_powers", {})
        if unknown := [power for power in powers if power not in known]:
            nation = Institution.objects.filter(parent=None).first()
            known.update({power: nation is not None and services.holds(request.user, power, nation) for power in unknown})
        return any(known[power] for power in powers)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._holds(request, self.power, *self.view_powers)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may_add and self._holds(request, self.power)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_change and self._holds(request, self.power)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_delete and self._holds(request, self.power)

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Only by what the page shows: by anything else, a list that is narrowed would tell it letter by letter."""
        shown = {*self.get_fields(request), *self.get_list_display(request), *self.get_list_filter(request), self.date_hierarchy} - {"password"}
        return lookup.partition(LOOKUP_SEP)[0] in shown and super().lookup_allowed(lookup, value, request)

    # --- the way to the service ---

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The reason comes last, and only where something can be written."""
        fields = [name for name in super().get_fields(request, obj) if name != "why"]
        can_write = self.has_change_permission(request, obj) if obj is not None else self.has_add_permission(request)
        return [*fields, "why"] if can_write else fields

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"refusal": request.__dict__.get("_refusal")})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        written = self.store(request, obj, form, change=change, at=timezone.now(), why=form.cleaned_data["why"])
        if written is not None:
            obj.__dict__.update(written.__dict__)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.erase(request, obj, at=timezone.now(), why=request.POST.get("why", ""))

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Mapping[str, Any] | None = None
    ) -> HttpResponse:
        """A refusal of the service (the transaction is gone by then) is shown on the form, with what was typed."""
        context = dict(extra_context or {})
        try:
            return super().changeform_view(request, object_id, form_url, context)
        except Refusal as refusal:
            request.__dict__["_refusal"] = refusal
            return super().changeform_view(request, object_id, form_url, context)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Mapping[str, Any] | None = None) -> HttpResponse:
        context = {"why_label": gettext_lazy("Why"), "why_help": ON_RECORD, "why": request.POST.get("why", ""), **(extra_context or {})}
        try:
            return super().delete_view(request, object_id, context)
        except Refusal as refusal:
            texts = [text for texts in refusal.fields.values() for text in texts] or [refusal.message]
            for text in texts:
                messages.error(request, str(text))
            request.method, request.POST = "GET", QueryDict()  # the question once more, with the reason that was typed
            return super().delete_view(request, object_id, context)


class ViewAdmin(AuditedAdmin):
    """A window: nothing can be written here."""

    may_add = may_change = may_delete = False


@admin.register(Change)
class ChangeAdmin(ViewAdmin):
    view_powers = ("set_policy", "see_audit")
    list_display = ("at", "by", "target_kind", "target_id", "what", "why")
    list_filter = ("target_kind", "what")
    search_fields = ("target_id", "why", "by__username")
    list_select_related = ("by",)
    ordering = ("-at", "-pk")
    show_full_result_count = False


@admin.register(Region)
class RegionAdmin(ViewAdmin):
    list_display = ("code", "label", "level", "postal_code")
    list_filter = ("level",)
    raw_id_fields = ("parent",)
    search_fields = ("label",)
    show_full_result_count = False

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[QuerySet[Any], bool]:
        return (queryset.search(search_term) if search_term else queryset), False  # type: ignore[attr-defined]


@admin.register(Institution)
class InstitutionAdmin(AuditedAdmin):
    may_delete = False  # an institution ends (until, successor), it is never as if it had not been
    list_display = ("name", "kind", "tier", "parent", "valid_from", "valid_to")
    list_filter = ("kind", "tier", "is_fictitious")
    list_select_related = ("parent",)
    search_fields = ("name", "short_name", "slug")
    raw_id_fields = ("parent", "region", "successor")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("slug",) if obj is not None else ("successor",)

    def store(self, request: HttpRequest, obj: Institution, form: ReasonForm, *, change: bool, at: datetime, why: str) -> Model | None:
        values = {name: form.cleaned_data[name] for name in form.changed_data if name != "why"}
        if not change:
            given = {name: value for name, value in form.cleaned_data.items() if name != "why"}
            return services.create_institution(**given, by=officer(request), at=at, why=why)
        ends = {name: values.pop(name) for name in ("valid_to", "successor") if name in values}
        row = Institution.objects.get(pk=obj.pk)
        if values:
            row = services.update_institution(row, values, by=officer(request), at=at, why=why)
        if ends and obj.valid_to is not None:
            row = services.retire_institution(row, on=obj.valid_to, successor=obj.successor, by=officer(request), at=at, why=why)
        elif ends:
            row = services.revive_institution(row, by=officer(request), at=at, why=why)
        return row


@admin.register(HubMembership)
class HubMembershipAdmin(AuditedAdmin):
    may_delete = False
    list_display = ("hub", "member", "kind", "valid_from", "valid_to")
    list_filter = ("kind",)
    list_select_related = ("hub", "member")
    raw_id_fields = ("hub", "member")


@admin.register(Topic)
class TopicAdmin(AuditedAdmin):
    list_display = ("code", "name_id", "name_en", "flag", "owner", "valid_from", "valid_to")
    list_filter = ("flag",)
    list_select_related = ("owner",)
    search_fields = ("code", "name_id", "name_en")
    raw_id_fields = ("parent", "owner")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("code",) if obj is not None else ()


@admin.register(PriorityIssue)
class PriorityIssueAdmin(AuditedAdmin):
    may_delete = False  # retired by its last day: figures of the past name it
    list_display = ("code", "name_id", "kind", "owner", "target_indicator", "target_value", "valid_from", "valid_to")
    list_filter = ("kind",)
    list_select_related = ("owner",)
    search_fields = ("code", "name_id", "name_en")
    raw_id_fields = ("owner",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("code",) if obj is not None else ()

    def store(self, request: HttpRequest, obj: PriorityIssue, form: ReasonForm, *, change: bool, at: datetime, why: str) -> Model | None:
        return services.set_issue(obj, by=officer(request), at=at, why=why)


@admin.register(IssueRule)
class IssueRuleAdmin(AuditedAdmin):
    may_delete = False  # tags say which rule proposed them
    list_display = ("issue", "topic", "region", "institution", "words", "valid_from", "valid_to")
    list_filter = ("issue",)
    list_select_related = ("issue", "topic", "region", "institution")
    search_fields = ("issue__code", "words")
    raw_id_fields = ("topic", "region", "institution")

    def store(self, request: HttpRequest, obj: IssueRule, form: ReasonForm, *, change: bool, at: datetime, why: str) -> Model | None:
        return services.set_issue_rule(obj, by=officer(request), at=at, why=why)


@admin.register(LegalBasis)
class LegalBasisAdmin(AuditedAdmin):
    list_display = ("code", "title", "article")
    search_fields = ("code", "title")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("code",) if obj is not None else ()


class RuleAdmin(AuditedAdmin):
    """A rule is not altered: a new row follows it. Only an institution's own value can be ended."""

    may_delete = False
    list_filter = ("key",)
    list_select_related = ("institution", "legal_basis")
    raw_id_fields = ("institution",)
    search_fields = ("key",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [name for name in super().get_fields(request, obj) if obj is not None or name not in ("stricter", "version")]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [field.name for field in self.opts.fields if field.name not in ("id", "valid_to")] if obj is not None else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.institution_id is not None)

    def store(self, request: HttpRequest, obj: Any, form: ReasonForm, *, change: bool, at: datetime, why: str) -> Model | None:
        if change:
            row: Any = self.model._default_manager.get(pk=obj.pk)
            if obj.valid_to is None:
                raise Refusal("invalid", _("Please check the marked fields."), fields={"valid_to": [_("Say when it ends.")]})
            ended: Model = services.end_override(row, on=obj.valid_to, by=officer(request), at=at, why=why)
            return ended
        given = {name: value for name, value in form.cleaned_data.items() if name != "why"}
        return self.follow(given, request, at, why)

    def follow(self, given: dict[str, Any], request: HttpRequest, at: datetime, why: str) -> Model:
        """Write the row that follows the one of today."""
        raise NotImplementedError


@admin.register(SlaPolicy)
class SlaPolicyAdmin(RuleAdmin):
    list_display = ("key", "institution", "length", "unit", "cap_length", "cap_unit", "legal_basis", "valid_from", "valid_to")

    def follow(self, given: dict[str, Any], request: HttpRequest, at: datetime, why: str) -> Model:
        return services.set_policy(**given, by=officer(request), at=at, why=why)


@admin.register(Limit)
class LimitAdmin(RuleAdmin):
    list_display = ("key", "institution", "value", "unit", "legal_basis", "valid_from", "valid_to")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [name for name in super().get_fields(request, obj) if obj is not None or name != "unit"]

    def follow(self, given: dict[str, Any], request: HttpRequest, at: datetime, why: str) -> Model:
        return services.set_limit(**given, by=officer(request), at=at, why=why)


@admin.register(CalendarYear)
class CalendarYearAdmin(AuditedAdmin):
    """The decree is entered; the service confirms the year."""

    may_delete = False
    list_display = ("year", "status", "decree", "version")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("year", "status", "version") if obj is not None else ("status",)

    def store(self, request: HttpRequest, obj: CalendarYear, form: ReasonForm, *, change: bool, at: datetime, why: str) -> Model | None:
        return services.confirm_year(year=obj.year, decree=obj.decree, by=officer(request), at=at, why=why)


@admin.register(CalendarDay)
class CalendarDayAdmin(AuditedAdmin):
    list_display = ("date", "kind", "name", "decree", "institution")
    list_filter = ("kind",)
    list_select_related = ("institution",)
    date_hierarchy = "date"
    raw_id_fields = ("institution",)
    search_fields = ("name", "decree")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(until=None)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("date", "institution") if obj is not None else ()

    def store(self, request: HttpRequest, obj: CalendarDay, form: ReasonForm, *, change: bool, at: datetime, why: str) -> Model | None:
        return services.set_calendar_day(
            date=obj.date, kind=obj.kind, name=obj.name, decree=obj.decree, institution=obj.institution, by=officer(request), at=at, why=why
        )  # fmt: skip

    def erase(self, request: HttpRequest, obj: CalendarDay, *, at: datetime, why: str) -> None:
        services.remove_calendar_day(obj, by=officer(request), at=at, why=why)


@admin.register(SiteBanner)
class SiteBannerAdmin(AuditedAdmin):
    list_display = ("text_id", "level", "audience", "since", "until")
    list_filter = ("level", "audience")
    ordering = ("-since",)
    search_fields = ("text_id", "text_en")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in ("text_id", "text_en"):
            kwargs["widget"] = forms.Textarea(attrs={"rows": 3})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"since": timezone.now(), **super().get_changeform_initial_data(request)}

    def store(self, request: HttpRequest, obj: SiteBanner, form: ReasonForm, *, change: bool, at: datetime, why: str) -> Model | None:
        services.set_banner(obj, by=officer(request), at=at, why=why)
        return None

    def erase(self, request: HttpRequest, obj: SiteBanner, *, at: datetime, why: str) -> None:
        services.remove_banner(obj, by=officer(request), at=at, why=why)
