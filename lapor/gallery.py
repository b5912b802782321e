"""The page that shows every component of the design system in every state; only where debugging is on."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from complaints.clock import Level
from complaints.forms import Offer
from complaints.models import NEVER, Upload
from complaints.services import Known
from complaints.why import Line
from complaints.workflow import State

LONG = "Pertanggungjawabanketidaksinambunganpenyelenggaraanpelayananpublik"
RTL = "تأخر إصدار بطاقة الهوية منذ ثلاثة أشهر"

LINES = [
    Line("counted", "2 sampai 23 Desember 2026: 14 hari kerja dihitung, akhir pekan dilewati (6 hari)."),
    Line("national_holiday", "25 Desember 2026: tidak dihitung, libur nasional: Hari Raya Natal (SKB 3 Menteri 1497/2025)."),
    Line("pause", f"{LONG}: {RTL}"),
    Line("due", "Hari terakhir: Selasa, 29 Desember 2026, sampai pukul 23.59 WIB."),
]


FILES = (("image", "waiting", ""), ("pdf", "clean", ""), ("audio", "refused", "long"), ("office", "clean", ""))


class SampleForm(forms.Form):
    """One field of each kind."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=100, help_text=gettext_lazy("A few words that say what it is about."))
    body = forms.CharField(label=gettext_lazy("What happened?"), widget=forms.Textarea, max_length=5000, required=False)
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        widget=forms.RadioSelect,
        choices=[("a", gettext_lazy("Complaint")), ("b", gettext_lazy("Request for information")), ("c", gettext_lazy("Aspiration"))],
    )
    topic = forms.ChoiceField(label=gettext_lazy("Topic"), required=False, choices=[("", "-"), ("1", LONG)])
    day = forms.DateField(label=gettext_lazy("When did it happen?"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    is_anonymous = forms.BooleanField(label=gettext_lazy("Anonymous"), required=False)
    is_secret = forms.BooleanField(label=gettext_lazy("Secret"), required=False)


def gallery(request: HttpRequest) -> HttpResponse:
    """Every component with data of its own; a production site has no such page."""
    if not settings.DEBUG:
        raise Http404
    return render(request, "desain.html", _context(request.at, request.GET.get("tema", "")))  # type: ignore[attr-defined]


def _reports(holder: SimpleNamespace, at: datetime) -> list[SimpleNamespace]:
    """One in each state, all of them over 60 days."""
    titles = ["KTP elektronik belum terbit", LONG, RTL, *["Jalan berlubang"] * 5]
    shared = {"holder": holder, "tracking_id": "LPR-7K3M-92QX-4", "topic": SimpleNamespace(name="Adminduk"), "regency": None, "submitted_at": at}
    states = [state for state in State if state != State.DRAFT]
    return [SimpleNamespace(state=state, title_public=title, day_60=at - timedelta(days=1), **shared) for state, title in zip(states, titles, strict=True)]


def _context(at: datetime, theme: str) -> dict[str, Any]:
    holder = SimpleNamespace(
        name="Dinas Kependudukan dan Pencatatan Sipil Kota Bandung", short_name="Disdukcapil Bandung", is_national=False, time_zone="Asia/Jakarta"
    )
    reports = _reports(holder, at)
    moments = [at - timedelta(days=3), at + timedelta(hours=20), at + timedelta(days=9), NEVER]
    clocks = [
        SimpleNamespace(
            pk=number, key="first_response", state=state, due_at=due, started_at=at - timedelta(days=4), zone="Asia/Jakarta", is_provisional=not number
        )
        for number, (state, due) in enumerate([("running", moments[0]), ("running", moments[1]), ("running", moments[2]), ("paused", moments[2])])
    ]
    event = SimpleNamespace(kind="submit", reason="", at=at, holder_after=holder, complaint=SimpleNamespace(part_number=None))
    return {
        "files": [Upload(kind=kind, state=state, reason=reason, size=1_200_000, clean_size=800_000, extension="pdf") for kind, state, reason in FILES],
        "complaint": reports[0],
        "theme": theme if theme in {"light", "dark"} else "",
        "at": at,
        "empty_form": SampleForm(),
        "wrong_form": SampleForm({"title": LONG * 3, "body": RTL, "kind": "", "day": "31-31-2026"}),
        "reports": reports,
        "levels": list(Level),
        "moments": moments,
        "clocks": clocks,
        "lines": LINES,
        "ended": [SimpleNamespace(**{**vars(clocks[1]), "pk": outcome, "state": "stopped", "outcome": outcome}) for outcome in ("met", "breached", "void")],
        "states": list(State),
        "event": event,
        "entry": {"text": f"{LONG} {RTL}", "details": {"items": [_("First"), RTL], "evidence": "BA-12/2026"}},
        "headings": [_("Institution"), _("Reports"), _("On time")],
        "rows": [[(_("Institution"), name), (_("Reports"), number), (_("On time"), share)] for name, number, share in TABLE],
        "tabs": [("#a", _("All open"), True), ("#b", _("Mine"), False), ("#c", LONG, False)],
        "crumbs": [("/", _("Start")), ("/laporan/", _("Public reports")), ("", "LPR-7K3M-92QX-4")],
        "steps": [_("Received"), _("Checked"), LONG],
        "again": ["files"],
        "typed": [("text", f"{RTL} {LONG}")],
        "places": [Offer("1", "Kota Bandung, Jawa Barat"), Offer("2", f"{LONG}, Papua Pegunungan")],
        "lost": (lost := Known(exists=True, lost_at=at)),
        "contacts": [Known(exists=True), Known(exists=True, is_verified=True, verified_at=at), lost],
        "group": SimpleNamespace(on_behalf="group", group_size=1250, relation="", represented_agree=True),
        "long": LONG,
        "rtl": RTL,
    }


TABLE = (("Kementerian Pekerjaan Umum", "1.234", "87,5 %"), (LONG, "12", "100,0 %"), (RTL, "0", "-"))
