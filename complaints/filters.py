"""How lists of complaints are narrowed: one set of filters for the desk, the public list and the API."""

from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from institutions.models import PriorityIssue, coarse

from . import numbers
from .clock import Level
from .models import Complaint, ComplaintQuerySet, IssueTag, climbed
from .workflow import Classification, State, Track

DECIDED = [choice for choice in IssueTag.State.choices if choice[0] != IssueTag.State.REJECTED]


class PublicFilter(django_filters.FilterSet):
    """Looks only at what is published."""

    q = django_filters.CharFilter(method="search", label=_("Words or number"))
    state = django_filters.ChoiceFilter(choices=State.choices, label=_("State"))
    topic = django_filters.CharFilter(method="by_topic", label=_("Topic"))
    institution = django_filters.CharFilter(method="by_institution", label=_("Institution"))
    region = django_filters.CharFilter(method="by_region", label=_("Region code"))
    classification = django_filters.ChoiceFilter(choices=Classification.choices, label=_("Kind"))
    issue = django_filters.CharFilter(method="by_issue", label=_("Priority issue"))

    reads_published_text = True

    class Meta:
        model = Complaint
        fields: tuple[str, ...] = ()

    def search(self, rows: ComplaintQuerySet, _name: str, value: str) -> ComplaintQuerySet:
        """A number finds its case exactly; anything else is searched as words."""
        number = numbers.read_tracking_id(value)
        if number is not None:
            return rows.filter(tracking_id=number)
        if not self.reads_published_text and value.strip().isdigit():
            return rows.filter(external_ref=value.strip())
        return rows.matching(value, public=self.reads_published_text)

    def by_topic(self, rows: ComplaintQuerySet, _name: str, value: str) -> ComplaintQuerySet:
        """The topic or any below it."""
        return rows.filter(Q(topic=value) | Q(topic__parent=value))

    def by_institution(self, rows: ComplaintQuerySet, _name: str, value: str) -> ComplaintQuerySet:
        """Held by the institution itself or anything below it."""
        path = Complaint.holder.field.related_model.objects.filter(slug=value).values_list("path", flat=True).first()  # type: ignore[attr-defined]
        return rows.held_under(path) if path else rows.none()

    def by_region(self, rows: ComplaintQuerySet, _name: str, value: str) -> ComplaintQuerySet:
        """Happened in the region or any part of it; of a finer one than is public, in the regency that it lies in."""
        if self.reads_published_text:
            value = coarse(value)
        return rows.filter(Q(incident_region=value) | Q(incident_region__code__startswith=f"{value}."))

    def by_issue(self, rows: ComplaintQuerySet, _name: str, value: str) -> ComplaintQuerySet:
        """Counted under the issue."""
        return rows.filter(Exists(self.tags().filter(complaint=OuterRef("pk"), issue=value)))

    def tags(self) -> "QuerySet[IssueTag]":
        return IssueTag.objects.confirmed()


class DeskFilter(PublicFilter):
    """Looks at the text of the desk, for those who may read it."""

    track = django_filters.ChoiceFilter(choices=Track.choices, label=_("Track"))
    is_urgent = django_filters.BooleanFilter(label=_("Urgent"))
    issue_state = django_filters.ChoiceFilter(choices=DECIDED, method="by_issue_state", label=_("State of the issue"))
    level = django_filters.ChoiceFilter(choices=Level.choices, method="by_level", label=_("Escalation"))

    reads_published_text = False

    def by_level(self, rows: ComplaintQuerySet, _name: str, value: str) -> ComplaintQuerySet:
        """A deadline has climbed to this level or higher."""
        return rows.filter(climbed(int(value)))

    def by_issue_state(self, rows: ComplaintQuerySet, _name: str, value: str) -> ComplaintQuerySet:
        """With any issue in this state; together with an issue, that one."""
        return rows.filter(Exists(IssueTag.objects.filter(complaint=OuterRef("pk"), state=value)))

    def by_issue(self, rows: ComplaintQuerySet, _name: str, value: str) -> ComplaintQuerySet:
        """By its code or a part of its name, so that the queue need not list all of them; also what is only proposed, when it is asked for."""
        is_code = Exists(PriorityIssue.objects.filter(code=value))
        named = Q(issue=value) | (~Q(is_code) & (Q(issue__name_id__icontains=value) | Q(issue__name_en__icontains=value)))
        return rows.filter(Exists(self.tags().filter(named, complaint=OuterRef("pk"))))

    def tags(self) -> "QuerySet[IssueTag]":
        return IssueTag.objects.filter(state=self.form.cleaned_data.get("issue_state") or IssueTag.State.CONFIRMED)


# What the desk's filters offer beside words, for a page that shows them whether or not they are used.
OFFERED = {"state": State.choices, "classification": Classification.choices, "track": Track.choices, "level": Level.choices, "issue_state": DECIDED}


def is_narrowed(filters: type[PublicFilter], given: Any) -> bool:
    """Whether one of the filters is used."""
    return any(given.get(name) for name in filters.base_filters)


def narrowed(filters: type[PublicFilter], given: Any, rows: ComplaintQuerySet) -> tuple[ComplaintQuerySet, PublicFilter]:
    """The rows as far as the inputs can be used, and the bound filters with what is wrong in them."""
    bound = filters(given, queryset=rows)
    return (bound.qs if bound.is_valid() else rows), bound
