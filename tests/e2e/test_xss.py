"""Forty hostile strings in every free text, every page that shows one in a real browser, and a trap for whatever comes to life."""

import email
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import Browser

from complaints import services
from complaints.models import CannedAnswer, Complaint, Letter
from lapor.ground import pdf
from officers import services as people
from tests.citizen import TYPED
from tests.faces import HOST, Face
from tests.files import NAMES
from tests.hostile import SIGN, STRINGS, Texts, said, side_ways, spoil_house, whole_way
from tests.pages import opened
from tests.world import World

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("clock")]

# What came to life on the page that is shown: a set mark, a foreign frame, an attribute or an address that a text brought along.
ALIVE = """() => {
  const found = [], addresses = ['href', 'src', 'srcset', 'action', 'data', 'style'];
  const alive = /^\\s*javascript:|^data:(?!image\\/)|trap\\.invalid/i;
  if (window.__xss) found.push(`ran ${window.__xss}`);
  if (document.querySelector('base, iframe, object, embed, marquee, math')) found.push('a foreign element');
  for (const one of document.querySelectorAll('*')) for (const {name, value} of one.attributes) {
    if (name.startsWith('on')) found.push(`${one.tagName} ${name}`);
    if (addresses.includes(name) && alive.test(value)) found.push(`${one.tagName} ${name}=${value.slice(0, 60)}`);
  }
  return found;
}"""
REFLECTED = STRINGS[::8]  # of those that an address carries
CATALOG = "/admin/jsi18n/"
Sent = dict[str, Any] | None


@dataclass
class Trap:
    """Looks at pages as several people, and writes down what came to life where."""

    browser: Browser
    faces: dict[str, Face] = field(default_factory=dict)
    found: dict[str, list[str]] = field(default_factory=dict)
    silent: list[str] = field(default_factory=list)
    pages: int = 0
    texts: int = 0

    def sees(self, who: str, client: Client) -> None:
        self.faces[who] = Face(self.browser, client)

    def look(self, who: str, path: str, sent: Sent = None, *, speaks: bool = True) -> None:
        """Open a page; it must answer with a page, and (where it `speaks`) with one of the strings on it."""
        face = self.faces[who]
        if path.startswith("/admin/"):  # the one script there that a view makes
            face.answers[CATALOG] = face.client.get(CATALOG)
        answer = face.show(path, sent)
        name = f"{who or 'public'} {path[:80]}{' sent' if sent else ''}"
        body = answer.content.decode() if not answer.streaming else ""
        if answer.status_code in {301, 302, 403, 405, 500} or (answer.status_code == 404 and speaks):
            self.found[name] = [f"is no page: {answer.status_code}"]
            return
        if speaks and SIGN not in body:
            self.silent.append(name)
        self._judge(face, name, body)
        if face.page.url.partition("#")[0] != f"{HOST}{path}":
            self.found.setdefault(name, []).append(f"went to {face.page.url}")

    def draw(self, name: str, html: str) -> None:
        """A document that no policy of ours guards: a mail or a letter."""
        face = self.faces[""]
        face.page.goto("about:blank")
        face.page.set_content(html, wait_until="load")
        self._judge(face, name, html)

    def _judge(self, face: Face, name: str, body: str) -> None:
        face.page.wait_for_timeout(20)
        self.pages += 1
        self.texts += body.count(SIGN)
        if alive := [*face.page.evaluate(ALIVE), *face.alarms]:
            self.found[name] = alive
        face.alarms.clear()

    def close(self) -> None:
        for face in self.faces.values():
            face.close()


@pytest.fixture
def trap(browser: Browser, world: World) -> Iterator[Trap]:
    made = Trap(browser)
    made.sees("", Client())
    for who in ("liaison", "admin", "national"):
        made.sees(who, world.login(Client(), who))
    world.user("national").__class__.objects.filter(username="national").update(is_staff=True)
    yield made
    made.close()


def test_the_trap_sees_what_lives(trap: Trap) -> None:
    """Shown raw, most of the strings come to life: a trap that finds nothing here would find nothing anywhere."""
    for number, text in enumerate(STRINGS, 1):
        trap.draw(f"raw {number}", f"<!doctype html><title>x</title><main><p title='{text}'>{text}</main>")

    assert trap.pages == len(STRINGS) == 40
    assert len(trap.found) >= 30


def typed_by(texts: Texts) -> dict[str, str]:
    return {name: value for name, value in said(texts).items() if isinstance(value, str)}


def public_pages(trap: Trap, case: Complaint, cases: dict[str, Complaint], code: str) -> None:
    for path in ("/", "/laporan/", f"/laporan/?q={SIGN}", "/laporan/?institution=kota-uji", f"/laporan/{case.tracking_id}/", f"/verifikasi/{code}/"):
        trap.look("", path)
    for name in ("working", "replied", "closed", "lead"):
        trap.look("", f"/laporan/{cases[name].tracking_id}/")
    trap.look("", f"/laporan/{cases['down'].tracking_id}/", speaks=False)
    trap.look("", "/i/kota-uji/")
    for text in REFLECTED:
        trap.look("", f"/laporan/?q={quote(text)}&halaman={quote(text)}&region={quote(text)}", speaks=False)
        trap.look("", f"/{quote(text, safe='')}/", speaks=False)
    texts = Texts()
    typed = {**TYPED, **typed_by(texts), "langkah": "periksa"}
    lines = {name: texts.line() for name in ("contact_email", "incident_region", "incident_date", "group_size")}
    trap.look("", "/lapor/", typed | lines)
    trap.look("", "/lapor/", typed)
    trap.look("", "/lapor/", {**typed, "title": "", "files": [SimpleUploadedFile(f"{SIGN}{NAMES['tag']}", b"MZ")]})
    for path, fields in (("/lacak/", ("number", "code")), ("/masuk/", ("login",)), ("/verifikasi/", ("code",)), ("/masuk/sandi/", ("email",))):
        trap.look("", path, {"password": "x", **{name: texts.line() for name in fields}}, speaks=False)


def own_pages(trap: Trap, world: World, case: Complaint, cases: dict[str, Complaint]) -> None:
    for name, mine in {"way": case, **cases}.items():
        if name == "part":
            continue
        trap.sees(name, opened(Client(), world, mine))
        trap.look(name, f"/lacak/{mine.tracking_id}/")
    trap.look("closed", f"/lacak/{cases['closed'].tracking_id}/nilai/", speaks=False)
    trap.look("closed", f"/lacak/{cases['closed'].tracking_id}/langkah/reopen/", {"text": ""}, speaks=False)
    trap.look("way", f"/lacak/{case.tracking_id}/langkah/reply/", {"text": Texts().long, "version": "0"})


# Whoever looks, where on a case; `speaks` where the case's own words stand there.
ON_A_CASE = (
    ("liaison", "", True),
    ("admin", "", True),
    ("national", "", True),
    ("liaison", "catatan/", False),
    ("admin", "sunting/", True),
    ("admin", "publikasi/", True),
    ("admin", "publikasi/turunkan/", False),
    ("admin", "hak-jawab/", True),
)


def desk_pages(trap: Trap, case: Complaint, cases: dict[str, Complaint]) -> None:
    for who, tail, speaks in ON_A_CASE:
        trap.look(who, f"/meja/{case.tracking_id}/{tail}", speaks=speaks)
    for name, mine in cases.items():
        trap.look("admin" if name not in {"fresh", "archived", "part"} else "national", f"/meja/{mine.tracking_id}/")
    texts = Texts()
    number, version = cases["working"].tracking_id, str(cases["working"].version)
    trap.look("liaison", f"/meja/{number}/langkah/answer/")
    trap.look("liaison", f"/meja/{number}/langkah/answer/", {"text": texts.long, "evidence": texts.long, "done_on": texts.line(), "version": version})
    trap.look("liaison", f"/meja/{number}/catatan/", {"text": f"@{SIGN} {texts.long}"})
    trap.look("admin", f"/meja/{number}/mendesak/", speaks=False)
    trap.look("liaison", f"/meja/{number}/identitas/", {"reason": texts.long[:200]})
    trap.look("admin", f"/meja/{cases['down'].tracking_id}/publikasi/")
    trap.look("national", f"/meja/{cases['down'].tracking_id}/publikasi/tayangkan/", speaks=False)
    trap.look("national", f"/meja/{cases['fresh'].tracking_id}/langkah/invite/")
    trap.look("national", f"/meja/{cases['fresh'].tracking_id}/langkah/dispose_to_institution/")
    asked = {"part_title": texts.line()[:150], "part_text": texts.long, "text": texts.long, "version": version}
    trap.look("admin", f"/meja/{number}/langkah/ask_support/", asked)
    rule = {"aksi": "day", "date": "2027-06-01", "name": texts.line()[:200], "decree": texts.line()[:200], "why": texts.long[:200]}
    trap.look("admin", "/meja/aturan/", rule)
    trap.look("admin", "/meja/aturan/", {**rule, "date": ""})
    trap.look("national", "/meja/baru/", {**TYPED, **typed_by(texts), "langkah": "periksa"})
    trap.look("national", "/meja/massal/", {"apa": "note", "kasus": number, "diisi": "1", "text": texts.long})
    for who in ("liaison", "admin", "national"):
        trap.look(who, "/meja/")
        trap.look(who, f"/meja/?q={quote(STRINGS[0])}&tab={quote(STRINGS[1])}", speaks=False)
    canned = CannedAnswer.objects.get()
    for path in ("jawaban-siap/", f"jawaban-siap/{canned.pk}/", "serah-terima/", "hak-jawab/", "kop-surat/", "kop-surat/kota-uji-dpu/"):
        trap.look("admin", f"/meja/{path}", speaks=path not in {"serah-terima/", "hak-jawab/"})
    written = {"institution": "kota-uji-dpu", "title": texts.line(), "body": "{" + texts.long + "}", "step": texts.line()}
    trap.look("admin", "/meja/jawaban-siap/tulis/", written)
    head = {"lines": "\n".join(STRINGS), "pattern": "{" + SIGN + "}", "city": texts.line(), "why": texts.line()}
    trap.look("admin", "/meja/kop-surat/kota-uji-dpu/", head)
    for path in ("/meja/delegasi/", "/meja/pengaturan/"):
        trap.look("liaison", path)


def admin_pages(trap: Trap) -> None:
    """Every table of the admin: its list with a search in it, and a row that says one of the strings."""
    for model, options in admin.site._registry.items():
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        if trap.faces["national"].client.get(base).status_code != 200:
            continue
        trap.look("national", f"{base}?q={quote(STRINGS[0])}" if options.search_fields else base, speaks=False)
        texts = [f.name for f in model._meta.concrete_fields if f.get_internal_type() in {"CharField", "TextField", "JSONField"}]
        row = next((row for row in model._default_manager.order_by("-pk")[:400] if any(SIGN in str(getattr(row, name)) for name in texts)), None)
        if row is not None:
            trap.look("national", f"{base}{quote(str(row.pk), safe='')}/change/", speaks=False)
            if getattr(options, "may_delete", False):
                trap.look("national", f"{base}{quote(str(row.pk), safe='')}/delete/", speaks=False)


def documents(trap: Trap, world: World, case: Complaint, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Letters, receipts and sheets as they are drawn, and mails as they are sent."""
    drawn: list[str] = []
    render = pdf.render

    def noted(html: str, **given: Any) -> bytes:
        drawn.append(html)
        return render(html, **given)

    monkeypatch.setattr(pdf, "render", noted)
    number = case.tracking_id
    letter = Letter.objects.get(complaint=case)
    services.named_letter(case, letter.transition.seq, by=world.actor("liaison"), at=world.at, reason="Diserahkan di loket.")
    paths = (("way", f"/lacak/{number}/tanda-terima/"), ("admin", f"/meja/{number}/disposisi/"), ("admin", "/meja/kop-surat/kota-uji-dpu/contoh/"))
    for who, path in paths:
        assert trap.faces[who].client.get(path)["Content-Type"] == "application/pdf"
    assert len(drawn) == 4
    people.deliver(at=world.at, today=world.at.date())
    mails = [email.message_from_bytes(file.read_bytes()) for file in sorted((folder / "mail").glob("*.eml"))]
    bodies = [part.get_payload(decode=True) for mail in mails for part in mail.walk() if part.get_content_type() == "text/html"]
    said_by_mail = dict.fromkeys(body.decode() for body in bodies if isinstance(body, bytes) and SIGN.encode() in body)
    assert said_by_mail
    for place, html in enumerate([*drawn, *list(said_by_mail)[:10]]):
        trap.draw(f"document {place}", html)


def judge(trap: Trap, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\n{len(STRINGS)} strings shown {trap.texts} times on {trap.pages} pages; came to life: {len(trap.found)}")  # noqa: T201
    assert not trap.found, "\n".join(f"{name}: {what}" for name, what in trap.found.items())
    assert trap.silent == [], "\n".join(trap.silent)


def test_no_text_comes_to_life_on_any_view_of_a_case(trap: Trap, world: World, capsys: pytest.CaptureFixture[str]) -> None:
    """All strings in one case, and each view that shows a case once; the other pages, and cases of other ends, have the night."""
    case = whole_way(world, texts := Texts())
    number, typed = case.tracking_id, {**TYPED, **typed_by(texts), "langkah": "periksa"}
    trap.sees("own", opened(Client(), world, case))
    for path in ("/laporan/", f"/laporan/?q={SIGN}", f"/laporan/{number}/"):
        trap.look("", path)
    trap.look("", "/lapor/", typed)
    trap.look("", "/lapor/", {**typed, "title": ""})
    trap.look("own", f"/lacak/{number}/")
    trap.look("own", f"/lacak/{number}/langkah/reply/", {"text": texts.long, "version": "0"})
    for who, tail, speaks in ON_A_CASE:
        trap.look(who, f"/meja/{number}/{tail}", speaks=speaks)
    trap.look("admin", "/meja/")
    trap.look("admin", f"/meja/{number}/langkah/close_by_decision/", {"text": texts.long, "version": str(case.version)})
    trap.look("national", f"/admin/complaints/complaint/{case.pk}/change/", speaks=False)

    judge(trap, capsys)
    assert trap.pages == 18


@pytest.mark.night  # over a hundred pages in a browser take minutes
def test_no_text_comes_to_life_on_any_page(
    trap: Trap, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = Texts()
    spoil_house(world, texts)
    case, cases = whole_way(world, texts), side_ways(world, texts)
    public_pages(trap, case, cases, Letter.objects.get(complaint=case).code)
    own_pages(trap, world, case, cases)
    desk_pages(trap, case, cases)
    admin_pages(trap)
    documents(trap, world, case, tmp_path, monkeypatch)

    judge(trap, capsys)
    assert trap.pages > 100


@pytest.mark.night
@pytest.mark.parametrize("number", range(len(STRINGS)))
def test_no_string_comes_to_life_in_a_case_of_its_own(trap: Trap, world: World, number: int) -> None:
    case = whole_way(world, Texts((STRINGS[number],)))
    trap.sees("own", opened(Client(), world, case))
    trap.look("own", f"/lacak/{case.tracking_id}/")
    trap.look("", f"/laporan/{case.tracking_id}/")
    trap.look("", f"/laporan/?q={quote(STRINGS[number])}")
    for who, tail, speaks in ON_A_CASE:
        trap.look(who, f"/meja/{case.tracking_id}/{tail}", speaks=speaks)

    assert not trap.found, "\n".join(f"{name}: {what}" for name, what in trap.found.items())
    assert trap.silent == []
