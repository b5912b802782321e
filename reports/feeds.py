"""Feeds for everybody: months that were published, and public reports, of the country or of one body. No person is in them."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.syndication.views import Feed
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from complaints.models import Complaint
from institutions.models import Institution
from lapor.ground.problems import Refusal
from monitoring.figures import Period

from .models import Release

FORMS = {"rss": Rss201rev2Feed, "atom": Atom1Feed}
ITEMS = 30
SECONDS = 300  # for how long a reader need not ask again


class _Months(Feed[Release, Any]):
    """Statistics and open data, month by month."""

    link = "/statistik/"

    def title(self) -> str:
        return _("SP4N-LAPOR!: statistics")

    subtitle = description = title  # both kinds of feed need one

    def items(self) -> list[Release]:
        return list(Release.objects.order_by("-made_at", "-month", "-revision")[:ITEMS])

    def item_title(self, item: Release) -> str:
        name = Period.of("month", item.month).name
        return _("Statistics of %(month)s, final") % {"month": name} if item.is_final else _("Statistics of %(month)s") % {"month": name}

    def item_description(self, item: Release) -> str:
        return _("How many reports arrived, how quickly and how well they were handled, and the files of open data.")

    def item_link(self, item: Release) -> str:
        return f"/statistik/nasional/{item.code}/"

    def item_guid(self, item: Release) -> str:
        return f"tag:sp4n-lapor,{item.month:%Y-%m-%d}:statistik/{item.revision}"

    item_guid_is_permalink = False

    def item_pubdate(self, item: Release) -> datetime:
        return item.made_at


class _Reports(Feed[Complaint, Any]):
    """What the public list shows of a report, and no more."""

    link = "/laporan/"

    def __init__(self, institution: Institution | None, rows: list[Complaint]) -> None:
        self.institution, self.rows = institution, rows

    def title(self) -> str:
        if self.institution is None:
            return _("SP4N-LAPOR!: public reports")
        return _("SP4N-LAPOR!: public reports at %(name)s") % {"name": self.institution.name}

    subtitle = description = title

    def items(self) -> list[Complaint]:
        return self.rows

    def item_title(self, item: Complaint) -> str:
        return item.title_public

    def item_description(self, item: Complaint) -> str:
        return " · ".join(filter(None, (item.topic.name if item.topic else "", item.holder.name)))

    def item_link(self, item: Complaint) -> str:
        return f"/laporan/{item.tracking_id}/"

    def item_pubdate(self, item: Complaint) -> datetime:
        """The day alone: the hour could tell who filed an anonymous report."""
        day = timezone.localtime(item.published_at or item.submitted_at)
        return day.replace(hour=0, minute=0, second=0, microsecond=0)


@require_safe
def months(request: HttpRequest, form: str) -> HttpResponse:
    """Published months."""
    state = Release.objects.order_by("-pk").values_list("pk", flat=True).first()
    return _answer(request, form, _Months(), [state])


@require_safe
def reports(request: HttpRequest, form: str, slug: str = "") -> HttpResponse:
    """The newest public reports; with a short address, those at that body or below it."""
    rows = Complaint.objects.public().select_related("holder", "topic").order_by("-published_at", "pk")
    rows = rows.only("tracking_id", "title_public", "published_at", "submitted_at", "head", "holder__name", "topic__name_id", "topic__name_en")
    institution = None
    if slug:
        institution = Institution.objects.filter(slug=slug).first()
        if institution is None:
            raise Refusal("not_found", _("We do not know this institution."))
        rows = rows.filter(holder__path__startswith=institution.path)
    found = list(rows[:ITEMS])
    return _answer(request, form, _Reports(institution, found), [(row.pk, row.head) for row in found])


def _answer(request: HttpRequest, form: str, feed: Any, state: Iterable[object]) -> HttpResponse:
    """The feed in the first language of the country, the same for everybody: whoever has it already gets an empty answer."""
    if form not in FORMS:
        raise Http404
    tag = f'"{hashlib.sha256(repr((request.path, request.get_host(), list(state))).encode()).hexdigest()[:32]}"'
    if tag in request.headers.get("If-None-Match", ""):
        response = HttpResponse(status=304)
    else:
        feed.feed_type = FORMS[form]
        with translation.override("id"):
            response = feed(request)
    del response["Last-Modified"]
    response["ETag"] = tag
    response["Cache-Control"] = f"public, max-age={SECONDS}"
    return response
