"""What officers may choose about notices, what the night holds back, and what the nation may word itself."""

import email
import json
from datetime import datetime, timedelta
from email.message import Message as Mail
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from institutions.models import Change
from lapor.ground.problems import Refusal
from officers import services
from officers.models import Notice, NoticePreference, NoticeText
from officers.notices import DIGEST, EVENTS, GROUPS, OFF, PLACEHOLDER, SAMPLE, SMS_LENGTH, render, short
from officers.services import Message
from tests.world import WIB, World

NIGHT = datetime(2026, 11, 2, 21, 30, tzinfo=WIB)


def queue(world: World, who: str, event: str = "desk_received", count: int = 1, at: datetime | None = None) -> list[Notice]:
    user = world.user(who)
    return services.notify_many([Message(event, SAMPLE, recipient_id=user.pk, language="id") for _n in range(count)], at=at or world.at)


def deliver(at: datetime) -> dict[str, int]:
    return services.deliver(at=at, today=at.date()).as_dict()


def mails(tmp_path: Path) -> list[Mail]:
    return [email.message_from_bytes(file.read_bytes()) for file in sorted((tmp_path / "mail").glob("*.eml"))]


@pytest.mark.parametrize(("who", "zone_hours"), [("admin", 0), ("east_admin", 2)])
def test_the_night_of_the_recipients_office_is_kept(world: World, who: str, zone_hours: int) -> None:
    """21:00 in Papua is 19:00 in Jakarta; both mornings begin at 07:00 of their own clocks."""
    evening = datetime(2026, 11, 2, 20, 59, tzinfo=WIB) - timedelta(hours=zone_hours)
    queue(world, who, count=2)
    first = Notice.objects.order_by("id").first()
    assert first is not None
    Notice.objects.exclude(pk=first.pk).update(next_try_at=evening + timedelta(minutes=1), due_at=evening)

    assert deliver(evening)["sent"] == 1
    assert deliver(evening + timedelta(minutes=1))["sent"] == 0

    held = Notice.objects.get(state="waiting")
    assert held.next_try_at == datetime(2026, 11, 3, 7, tzinfo=WIB) - timedelta(hours=zone_hours)
    assert held.tries == 0
    assert deliver(held.next_try_at)["sent"] == 1


def test_the_middle_zone_has_its_own_night(world: World) -> None:
    type(world.city).objects.filter(pk=world.city.pk).update(time_zone="Asia/Makassar")
    queue(world, "admin")

    assert deliver(datetime(2026, 11, 2, 20, 0, tzinfo=WIB))["sent"] == 0
    assert Notice.objects.get().next_try_at == datetime(2026, 11, 3, 6, tzinfo=WIB)


def test_danger_wakes_people_up_whatever_they_chose(world: World) -> None:
    for group in GROUPS:
        services.prefer_notices(world.user("admin").pk, {group: DIGEST})
    queue(world, "admin", "desk_urgent")

    assert deliver(NIGHT)["sent"] == 1


def test_a_daily_mail_gathers_what_waited_and_names_no_more_than_the_subjects(world: World, tmp_path: Path) -> None:
    services.prefer_notices(world.user("admin").pk, {"work": DIGEST})
    queue(world, "admin", count=3)
    queue(world, "liaison")

    assert deliver(world.at)["sent"] == 1
    assert deliver(datetime(2026, 11, 3, 7, tzinfo=WIB))["sent"] == 3

    own = [mail for mail in mails(tmp_path) if mail["To"] == "admin@contoh.invalid"]
    assert len(own) == 1
    text = own[0].get_payload(0).get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert text.count("\n- ") == 3
    assert text.count(SAMPLE["number"]) == 3


def test_a_daily_mail_that_fails_is_tried_again_as_a_whole(world: World, tmp_path: Path, settings: Any) -> None:
    services.prefer_notices(world.user("admin").pk, {"work": DIGEST})
    queue(world, "admin", count=3)
    deliver(world.at)
    morning, good = datetime(2026, 11, 3, 7, tzinfo=WIB), settings.MAILERS
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend", "OPTIONS": {"host": "127.0.0.1", "port": 1}}}

    assert deliver(morning)["failed"] == 3
    settings.MAILERS = good
    assert deliver(morning + timedelta(minutes=5))["sent"] == 3
    assert len(mails(tmp_path)) == 1


def test_a_group_can_be_switched_off_only_where_the_office_allows_it(world: World) -> None:
    user = world.user("liaison").pk
    services.prefer_notices(user, {"colleagues": OFF})
    queue(world, "liaison", "desk_mentioned")

    assert deliver(world.at)["sent"] == 0
    assert Notice.objects.get().state == "declined"
    for group, choice in (("work", OFF), ("replies", OFF), ("urgent", DIGEST), ("work", "never")):
        with pytest.raises(Refusal):
            services.prefer_notices(user, {group: choice})


def test_the_page_shows_and_keeps_the_choices(world: World) -> None:
    client = world.login(Client(headers={"accept-language": "en"}), "liaison")

    page = client.get("/akun/pemberitahuan/").content.decode()
    answer = client.post("/akun/pemberitahuan/", {"work": "digest", "colleagues": "off"})
    refused = client.post("/akun/pemberitahuan/", {"work": "off"})

    assert "21:00 to 07:00" in page
    assert 'name="work" value="off"' not in page
    assert answer.status_code == 302
    assert refused.status_code == 422
    assert services.preferences_of(world.user("liaison").pk) == {"work": "digest", "replies": "now", "colleagues": "off"}
    assert Client().get("/akun/pemberitahuan/").status_code == 302


def test_one_click_ends_what_may_be_ended_and_a_scanner_that_only_looks_ends_nothing(world: World, tmp_path: Path) -> None:
    queue(world, "liaison", "desk_mentioned")
    queue(world, "liaison", "desk_received")
    deliver(world.at)
    by_kind = {bool(mail["List-Unsubscribe"]): mail for mail in mails(tmp_path)}
    assert set(by_kind) == {True, False}
    mail = by_kind[True]
    path = "/akun" + mail["List-Unsubscribe"].strip("<>").replace("\n", "").replace(" ", "").split("/akun", 1)[1]

    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    stranger = Client(enforce_csrf_checks=True)
    assert stranger.get(path).status_code == 200
    assert not NoticePreference.objects.exists()
    assert stranger.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert services.preferences_of(world.user("liaison").pk)["colleagues"] == OFF
    assert stranger.post(path[:-4] + "xyz/").status_code == 404


def test_every_mail_says_that_a_machine_wrote_it_in_text_and_html_without_anything_from_elsewhere(world: World, tmp_path: Path) -> None:
    queue(world, "liaison")
    deliver(world.at)
    mail = mails(tmp_path)[0]

    assert (mail["Auto-Submitted"], mail["Precedence"], mail["Reply-To"]) == ("auto-generated", "bulk", None)
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    html = mail.get_payload(1).get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert "<img" not in html
    assert "style" not in html
    assert SAMPLE["number"] in html


def test_a_dead_notice_is_tried_again_only_under_a_ticket_and_on_record(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    notice = queue(world, "admin")[0]
    Notice.objects.update(state="dead", tries=12)

    with pytest.raises(CommandError, match="ticket"):
        call_command("deliver", "--retry-dead", "--at", "2026-11-03")
    call_command("deliver", "--retry-dead", "--ticket", "T-17", "--at", "2026-11-03", "--json")

    assert json.loads(capsys.readouterr().out)["sent"] == 1
    assert Change.objects.get(target_id=str(notice.pk)).why == "T-17"


def test_the_list_of_notices_lets_the_nation_try_again_and_nobody_else(world: World) -> None:
    notice = queue(world, "admin")[0]
    Notice.objects.update(state="dead")
    form = {"action": "retry", "_selected_action": str(notice.pk)}

    world.login(Client(), "operator").post("/admin/officers/notice/", form)
    assert Notice.objects.get().state == "dead"
    world.login(Client(), "national").post("/admin/officers/notice/", form)
    assert Notice.objects.get().state == "waiting"


def write(world: World, **changes: Any) -> NoticeText:
    given = {"event": "case_sent", "language": "id", "subject": "Kabar %(number)s", "body": "Kini di %(holder)s.", "is_builtin": False}
    return services.write_text(**{**given, **changes}, by=world.user("national"), at=world.at, why="uji")


def test_the_houses_own_words_are_used_until_the_built_in_ones_are_wanted_again(world: World) -> None:
    row = write(world)
    assert services.preview(row).startswith(f"Kabar {SAMPLE['number']}")
    assert services.texts_in_force()["case_sent", "id"] == ("Kabar %(number)s", "Kini di %(holder)s.")

    back = write(world, is_builtin=True)
    assert ("case_sent", "id") not in services.texts_in_force()
    assert services.preview(back) == "\n\n".join(render("case_sent", SAMPLE, "id"))
    assert NoticeText.objects.count() == 2


@pytest.mark.parametrize(
    ("event", "field", "text"),
    [
        ("case_news", "body", "Kini di %(holder)s."),
        ("case_sent", "subject", "%(nik)s"),
        ("case_sent", "body", "100 % selesai"),
        ("case_sent", "body", "%(number)d"),
        ("case_sent", "body", " "),
        ("gone", "event", ""),
    ],
)
def test_what_a_notice_does_not_know_is_refused_with_a_sentence(world: World, event: str, field: str, text: str) -> None:
    with pytest.raises(Refusal) as found:
        write(world, event=event, subject=text if field == "subject" else "Kabar", body=text if field == "body" else "Teks")

    assert field in found.value.fields


def test_old_wordings_cannot_be_altered(world: World) -> None:
    row = write(world)

    with pytest.raises(DatabaseError), transaction.atomic():
        NoticeText.objects.filter(pk=row.pk).update(subject="lain")


def test_the_admin_writes_a_wording_with_a_reason_and_shows_its_preview(world: World) -> None:
    client = world.login(Client(), "national")
    form = {"event": "case_sent", "language": "id", "subject": "Kabar %(nik)s", "body": "Teks", "why": "lebih jelas"}

    refused = client.post("/admin/officers/noticetext/add/", form)
    assert "%(nik)s" in refused.content.decode()
    assert not NoticeText.objects.exists()
    client.post("/admin/officers/noticetext/add/", {**form, "subject": "Kabar %(number)s"})

    row = NoticeText.objects.get()
    assert SAMPLE["number"] in client.get(f"/admin/officers/noticetext/{row.pk}/change/").content.decode()
    assert world.login(Client(), "admin").get("/admin/officers/noticetext/").status_code == 403


def test_a_poisoned_wording_cannot_reach_the_mail_and_every_event_can_be_previewed() -> None:
    for event, text in EVENTS.items():
        assert text.placeholders <= set(SAMPLE), event
        for language in ("id", "en"):
            assert not PLACEHOLDER.search("".join(render(event, SAMPLE, language)))


def test_no_event_of_a_secret_reporter_knows_more_than_a_number() -> None:
    assert EVENTS["case_news"].placeholders == {"number", "track_url"}


def test_a_short_message_is_one_message() -> None:
    assert len(short("x" * 300, SAMPLE)) == SMS_LENGTH
    assert short("x" * 300, SAMPLE).endswith(SAMPLE["track_url"])
    for event, text in EVENTS.items():
        if text.to == "reporter":
            assert all(len(short(render(event, SAMPLE, language)[0], SAMPLE)) <= SMS_LENGTH for language in ("id", "en"))


def test_delivering_many_asks_for_texts_and_wishes_once(world: World) -> None:
    def asked(count: int) -> int:
        queue(world, "admin", count=count)
        with CaptureQueriesContext(connection) as queries:
            deliver(world.at)
        return len([q for q in queries if "noticetext" in q["sql"] or "noticepreference" in q["sql"]])

    assert asked(1) == asked(20) == 2


def test_the_documented_table_is_the_table() -> None:
    rows = {line.split("`")[1]: line for line in Path("docs/notices.md").read_text().splitlines() if line.startswith("| `")}

    assert set(rows) == set(EVENTS)
    for event, text in EVENTS.items():
        assert [cell.strip() for cell in rows[event].split("|")[2:5]] == [text.to, text.when, text.group or "-"]
