"""Every template in a real browser, examined by axe for WCAG 2.2 AA; a new template without a page here fails."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client, RequestFactory
from django.utils import timezone
from playwright.sync_api import Browser

from complaints.services import propose_tags, tag
from institutions import services as places
from institutions.models import SiteBanner
from lapor.errors import outage
from monitoring.models import Fact
from monitoring.services import watch
from officers.actors import machine
from reports import services as reports
from tests.faces import HOST, Face
from tests.monitoring.books import taken
from tests.monitoring.filled import fill
from tests.parts import WISH
from tests.referrals import brought_to
from tests.reports import test_release as months
from tests.reports.figures import counted, frozen, frozen_of_issue, issue_of
from tests.world import COMPLAINT, World

pytestmark = pytest.mark.browser

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}

FORM = {
    "classification": "complaint",
    "title": COMPLAINT["title"],
    "body": COMPLAINT["body"],
    "consent": "on",
    "langkah": "periksa",
    "is_anonymous": "",
}

# One line a page: who looks, where, and what is sent. `{number}` is a published case in progress, `{own}` the citizen's own.
Sent = dict[str, Any] | None
PAGES: tuple[tuple[str, str, Sent], ...] = (
    ("", "/", None),
    ("", "/lapor/", None),
    ("", "/lapor/", {**FORM, "title": ""}),
    ("", "/lapor/", FORM),
    ("", "/lapor/", {**FORM, "langkah": "kirim", "idempotency_key": str(uuid.uuid4())}),
    ("", "/i/kota-uji/", None),
    ("", "/lacak/", None),
    ("", "/lacak/", {"number": "x", "code": "y"}),
    ("", "/laporan/", None),
    ("", "/laporan/?issue=free-meals", None),
    ("", "/laporan/{number}/", None),
    ("", "/laporan/LPR-0000-0000-0/", None),
    ("", "/laporan/{number}/tenggat/", None),
    ("", "/tenggat/", None),
    ("", "/tenggat/?policy=resolution_oversight&start=2026-11-02&institution=kota-uji", None),
    ("", "/tenggat/?policy=&start=kemarin&institution=uji", None),
    ("", "/privasi/", None),
    ("", "/verifikasi/", None),
    ("", "/statistik/", None),
    ("", "/statistik/kota-uji/", None),
    ("", "/statistik/kabupaten-sunyi/", None),
    ("", "/statistik/definisi/", None),
    ("", "/statistik/data/", None),
    ("", "/masuk/", None),
    ("", "/masuk/", {"login": "salah", "password": "salah"}),
    ("", "/masuk/sandi/", None),
    ("", "/masuk/sandi/terkirim/", None),
    ("", "/meja/jawaban-siap/tulis/", {"title": "Lampu jalan"}),
    ("", "/tidak-ada/", None),
    ("", "/desain/", None),
    ("own", "/lacak/{own}/", None),
    ("own", "/lacak/{own}/tenggat/", None),
    ("own", "/lacak/{own}/nilai/", None),
    ("own", "/lacak/{own}/langkah/reply/", None),
    ("own", "/lacak/{own}/kontak/", None),
    ("own", "/lacak/{own}/kontak/", {"langkah": "ubah", "email": "salah"}),
    ("own", "/lacak/{own}/kode-baru/", {}),
    ("liaison", "/meja/", None),
    ("liaison", "/meja/{number}/", None),
    ("admin", "/meja/{number}/", None),
    ("liaison", "/meja/{number}/tenggat/", None),
    ("liaison", "/meja/{number}/langkah/answer/", None),
    ("liaison", "/meja/{number}/catatan/", None),
    ("admin", "/meja/{number}/sunting/", None),
    ("admin", "/meja/{number}/publikasi/", None),
    ("admin", "/meja/{number}/publikasi/turunkan/", None),
    ("liaison", "/meja/{number}/hak-jawab/", None),
    ("admin", "/meja/{number}/mendesak/", None),
    ("admin", "/meja/{number}/perpanjang/", None),
    ("national", "/meja/{fresh}/langkah/invite/", None),
    ("national", "/meja/{asked}/langkah/invite/", None),
    ("admin", "/meja/{number}/langkah/ask_support/", None),
    ("admin", "/meja/aturan/", None),
    ("admin", "/meja/aturan/", {"aksi": "period", "length": "99"}),
    ("admin", "/meja/aturan/", {"aksi": "week", "week": "6", "why": "Perda 3/2026."}),
    ("admin", "/meja/hak-jawab/", None),
    ("national", "/meja/baru/", None),
    ("liaison", "/meja/{number}/identitas/", {"reason": "Menghubungi pelapor."}),
    ("national", "/meja/massal/", {"apa": "note", "kasus": "{number}", "diisi": "1", "text": "Mohon dicek bersama."}),
    ("admin", "/meja/serah-terima/", None),
    ("admin", "/meja/tangga/", None),
    ("admin", "/meja/ukuran/", None),
    ("national", "/meja/ukuran/", None),
    ("liaison", "/meja/ukuran/", None),
    ("admin", "/meja/ukuran/isu/stunting/", None),
    ("admin", "/meja/ukuran/definisi/", None),
    ("admin", "/meja/ukuran/kasus/?scope=kota-uji&measure=received", None),
    ("national", "/meja/kekosongan/", None),
    ("liaison", "/meja/delegasi/", None),
    ("liaison", "/meja/pengaturan/", None),
    ("admin", "/meja/jawaban-siap/", None),
    ("admin", "/meja/jawaban-siap/tulis/", None),
    ("liaison", "/meja/hitung/", None),
    ("national", "/meja/kop-surat/", None),
    ("admin", "/meja/kop-surat/kota-uji/", None),
    ("ombudsman", "/ombudsman/", None),
    ("ombudsman", "/ombudsman/?tab=rujukan", None),
    ("ombudsman", "/ombudsman/{referral}/", None),
    ("ombudsman", "/ombudsman/{referral}/catatan/", {"text": ""}),
    ("ombudsman", "/ombudsman/{referral}/langkah/close/", {"outcome": ""}),
    ("admin", "/meja/ombudsman/", None),
    ("national", "/meja/ombudsman/", None),
    ("admin", "/meja/ombudsman/{referral}/record_action/", None),
    ("admin", "/meja/evaluasi/", None),
    ("admin", "/meja/evaluasi/buat/", None),
    ("admin", "/meja/evaluasi/buat/", {"template": "unit", "institution": "kota-uji-dpu", "period": "kemarin"}),
    ("admin", "/meja/evaluasi/{edition}/", None),
    ("admin", "/meja/evaluasi/?isu=road-damage", None),
    ("admin", "/meja/evaluasi/{issue}/", None),
    ("admin", "/meja/evaluasi/{edition}/rencana/", {"text": ""}),
    ("liaison", "/akun/pemberitahuan/", None),
    ("liaison", "/akun/faktor/cadangan/", None),
    ("liaison", "/akun/faktor/kunci/", None),
    ("liaison", "/akun/faktor/kunci/tambah/", None),
    ("liaison", "/akun/sesi/", None),
    ("liaison", "/akun/token/", None),
    ("liaison", "/akun/faktor/", None),
    ("liaison", "/akun/sandi/", None),
)

# No pages of ours, by the beginning of the name; each with the reason.
NO_PAGES = {
    "complaints/letters/": "letters are drawn as PDF",
    "monitoring/dossier.html": "drawn as PDF",
    "reports/edition_pdf.html": "drawn as PDF",
    "monitoring/clock_event.html": "a line of the dossier",
    "allauth/elements/": "pieces that the library's own pages choose",
}
# Not among the pages above; each with the reason.
ELSEWHERE = {
    "400.html": "404.html with other words",
    "403.html": "404.html with other words",
    "429.html": "404.html with other words",
    "500.html": "drawn without a request",
    "outage.html": "drawn when the database is away",
    "read_only.html": "drawn while the system can only be read: the test below",
    "stale_form.html": "drawn when the form token is missing",
    "api_docs.html": "Swagger UI's own markup",
    "admin/base_site.html": "the admin is the framework's own markup; of ours is one list of words",
    "account/unsubscribe.html": "needs a signed link out of a mail",
    "complaints/desk/bulk_done.html": "bulk.html with what was done",
    "officers/notice.html": "a mail",
    "account/token.html": "shown once, behind a fresh second factor",
    "complaints/citizen/letter.html": "needs an answer with a letter",
    "complaints/desk/letter.html": "needs an answer with a letter",
    "complaints/public/verify.html": "needs a letter's code",
    "complaints/desk/intake_receipt.html": "the receipt's parts, at the desk",
    "complaints/desk/parts.html": "needs a case of several institutions",
    "complaints/desk/republish.html": "take_down.html with other words",
    "components/kept.html": "part of pages that are drawn on trouble",
    "components/on_behalf.html": "needs a report on behalf of somebody",
}


@dataclass
class Scene:
    faces: dict[str, Face]
    words: dict[str, str]


@pytest.fixture
def scene(world: World, browser: Browser, settings: Any, tmp_path: Path) -> Iterator[Scene]:
    at = timezone.now()
    options = {"location": tmp_path / "releases", "allow_overwrite": True}
    settings.STORAGES = {**settings.STORAGES, "releases": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": options}}
    case, own = world.to_state("in_progress"), world.submit(at=at)
    fresh = world.submit(at=at).complaint
    asked = world.step(world.to_state("in_progress"), "ask_support", "admin", **WISH)
    answered = world.to_state("awaiting_reporter")
    propose_tags(at=at)
    tag(case.pk, issue="free-meals", by=world.actor("national", at=at), at=at)
    watch(at=at)
    for place in (world.nation, world.city):
        fill(place, on=at.date())
    taken(at.date())
    Fact.objects.create(complaint=case, institution=world.city, arrived_on=at.date(), last_on=at.date(), cohort={"received": {}})
    months.country(world, has_stock=False)  # the edition below brings the stock of that day
    reports.release(at=months.AT)
    clients = {"": Client(), "own": Client(), **{name: world.login(Client(), name) for name in ("liaison", "admin", "national", "ombudsman")}}
    clients["liaison"].post("/akun/faktor/cadangan/baru/")
    session = clients["own"].session
    session["cases"] = {str(answered.pk): timezone.now().replace(year=2099).isoformat()}
    session.save()
    scene = Scene({who: Face(browser, client) for who, client in clients.items()}, {})
    scene.words = {"number": case.tracking_id, "own": answered.tracking_id, "fresh": fresh.tracking_id, "asked": asked.tracking_id, "code": own.case_code}
    counted(world)
    edition = frozen(world)
    for kind in ("pdf", "csv"):
        reports.queue_file(edition.pk, kind, by=world.actor("admin"), at=at)
    reports.add_item(edition.pk, {"text": "Latih admin unit", "owner": "Diskominfo", "due_on": "2026-12-01"}, by=world.actor("admin"), at=at)
    issue_of(world.city, target_indicator="followup_rate", target_value="74.50")
    scene.words |= {"edition": str(edition.pk), "issue": str(frozen_of_issue(world).pk)}
    scene.words["referral"] = str(brought_to(world, "corrective_action").pk)
    yield scene
    for face in scene.faces.values():
        face.close()


def findings(face: Face) -> list[str]:
    """What axe finds on the page that is shown: rule and first place."""
    found = Axe().run(face.page, options=RULES).response["violations"]
    return [f"{one['id']} {one['nodes'][0]['target'][0]} ({len(one['nodes'])})" for one in found]


def test_every_page_is_without_a_finding_and_every_template_is_on_one(scene: Scene, settings: Any) -> None:
    wrong: dict[str, Any] = {}
    for who, path, sent in PAGES:
        face, address = scene.faces[who], path.format(**scene.words)
        settings.DEBUG = path == "/desain/"  # a page for developers
        answer = face.show(address, sent and {key: str(value).format(**scene.words) for key, value in sent.items()})
        name = f"{who or 'public'} {path} {'sent' if sent else ''} {answer.status_code}"
        if answer.status_code in {301, 302, 403, 405, 500}:
            wrong[name] = "is no page"
            continue
        if found := [*findings(face), *face.alarms]:
            wrong[name] = found
        face.alarms.clear()

    assert wrong == {}
    shown = {name for face in scene.faces.values() for name in face.rendered}
    mine = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html")}
    unseen = sorted(name for name in mine - shown - set(ELSEWHERE) if not name.startswith(tuple(NO_PAGES)))
    assert not unseen, " ".join(unseen)
    assert set(ELSEWHERE) <= mine


@pytest.mark.parametrize("language", ["id", "en"])
def test_banners_and_the_pages_of_trouble_are_without_a_finding(scene: Scene, settings: Any, language: str) -> None:
    now = timezone.now()
    system = machine("system")
    places.set_banner(SiteBanner(text_id="Layanan 112 terganggu.", text_en="112 is disturbed.", level="warning", since=now), by=system, at=now, why="uji")
    places.set_read_only(True, by=system, at=now, reason="Pemeliharaan malam ini.", until=now + timedelta(hours=2))
    places.forget_site()
    face = scene.faces[""]
    face.client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    wrong = {}
    for path, sent, status in (("/", None, 200), ("/lapor/", FORM, 503)):
        assert face.show(path, sent).status_code == status
        wrong[path] = findings(face)
    assert "read_only.html" in face.rendered
    request = RequestFactory().post("/lapor/", FORM)
    request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = language
    face.answers["/lapor/"] = outage(request)
    face.page.goto(f"{HOST}/lapor/", wait_until="load")
    wrong["outage"] = findings(face)

    assert {path: found for path, found in wrong.items() if found} == {}
