"""Letters: numbered without a gap, drawn once, closed to everybody else, and silent about who reports."""

import threading
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client

from complaints import numbers, services
from complaints.models import Letter, LetterCopy, LetterJob, Reading
from institutions import services as places
from institutions.models import LetterCounter
from lapor.ground.problems import Refusal
from tests.desk import address
from tests.lapor.pdfs import faults_of, pages_of, tags_of, words_of
from tests.letters import content, letterhead, written
from tests.pages import opened, page
from tests.world import ANSWER, World

MARKERS = ("Zznama", "zz1@contoh.invalid", "0899", "899-0000", "62899")
STRINGS = ("<script>alert(1)</script>", "<img src=http://127.0.0.1:9/x>", "{{ settings.SECRET_KEY }}", "{% load static %}", "</style><b>tebal</b>", "&lt;i&gt;")


def test_an_answer_becomes_a_letter_with_head_number_date_and_remedies(world: World, tmp_path: Path) -> None:
    letterhead(world)

    complaint, letter = written(world)
    said = words_of(content(letter))

    assert letter.number == "1/DPU/LAPOR/XI/2026"
    for words in (
        "Dinas Pekerjaan Umum",
        letter.number,
        "Uji, 2 November 2026",
        complaint.tracking_id,
        ANSWER["text"],
        "Kepala Dinas",
        "Sekar Ayu",
        "Ombudsman",
    ):
        assert words.upper() in said.upper()
    assert numbers.grouped(letter.code) in said
    assert faults_of(content(letter), tmp_path) == ""
    assert {"H1", "TH", "TD", "Figure"} <= {tag for tag, _element in tags_of(content(letter))}


@pytest.mark.night
def test_every_document_passes_the_thorough_checker(world: World, tmp_path: Path) -> None:
    letterhead(world)
    complaint, letter = written(world)
    receipt = services.receipt(complaint, by=world.reporter(complaint), at=world.at, client="a")
    sheet = services.sheet(complaint, by=world.actor("admin"), at=world.at, name="Petugas")

    for file in (content(letter), receipt, sheet):
        assert faults_of(file, tmp_path, thoroughly=True) == ""


def test_who_reports_stands_in_no_kept_letter_receipt_or_sheet(world: World, storage: Path) -> None:
    for overrides in ({}, {"is_anonymous": True}, {"is_secret": True}):
        complaint, letter = written(world, **overrides)
        receipt = services.receipt(complaint, by=world.reporter(complaint), at=world.at, client="a")
        sheet = services.sheet(complaint, by=world.actor("admin"), at=world.at, name="Petugas")
        for file in (content(letter), receipt, sheet):
            assert [marker for marker in MARKERS if marker in words_of(file)] == []
    assert [path for path in (storage / "letters").rglob("*") if any(marker in path.name for marker in MARKERS)] == []


def test_a_copy_with_the_name_is_for_whoever_may_know_it_and_is_not_kept(world: World) -> None:
    complaint, letter = written(world)
    seq = letter.transition.seq

    named = services.named_letter(complaint, seq, by=world.actor("admin"), at=world.at, reason="pos")

    assert "Zznama Pelapor" in words_of(named)
    assert Reading.objects.filter(complaint=complaint, what="identity", reason="pos").exists()
    assert LetterCopy.objects.filter(letter=letter, name="").count() == 1
    assert named != services.named_letter(complaint, seq, by=world.actor("admin"), at=world.at, reason="pos")
    with pytest.raises(Refusal) as refused:
        services.named_letter(complaint, seq, by=world.actor("superior"), at=world.at, reason="ingin tahu")
    assert refused.value.status == 403


def test_nobody_gets_a_named_letter_of_an_anonymous_reporter(world: World) -> None:
    complaint, letter = written(world, is_anonymous=True)

    for who in ("admin", "liaison", "national"):
        with pytest.raises(Refusal) as refused:
            services.named_letter(complaint, letter.transition.seq, by=world.actor(who), at=world.at, reason="x")
        assert refused.value.status == 403
    assert not Reading.objects.filter(complaint=complaint, what="identity").exists()


def test_what_people_typed_is_text_in_every_document(world: World) -> None:
    typed = " ".join(STRINGS)
    complaint = world.to_state("in_progress", title=STRINGS[0] + " jalan rusak", body=typed + " jalan rusak di depan pasar sejak lama")
    world.step(complaint, "answer", "liaison", **{**ANSWER, "text": typed, "evidence": STRINGS[1]})
    services.write_letters(at=world.at)
    complaint.refresh_from_db()

    for file in (
        content(Letter.objects.get(complaint=complaint)),
        services.receipt(complaint, by=world.reporter(complaint), at=world.at, client="a"),
        services.sheet(complaint, by=world.actor("admin"), at=world.at, name=STRINGS[0]),
    ):
        assert [string for string in STRINGS if string.replace(" ", "") not in words_of(file).replace(" ", "")] == []


def test_the_same_letter_drawn_again_is_the_same_file_and_one_row(world: World) -> None:
    _complaint, letter = written(world)
    first = content(letter)

    LetterJob.objects.create(letter=letter, next_try_at=world.at)
    counts = services.write_letters(at=world.at + timedelta(hours=1))

    assert counts == {"numbered": 0, "drawn": 1, "failed": 0}
    assert content(letter) == first
    assert letter.copies.count() == 1


def test_a_second_sweep_finds_nothing_to_do(world: World) -> None:
    written(world)

    assert services.write_letters(at=world.at) == {"numbered": 0, "drawn": 0, "failed": 0}


def test_a_letter_that_cannot_be_drawn_waits_and_stops_no_other(world: World, storage: Path) -> None:
    (storage / "letters").write_text("a file where the folder should be")
    world.to_state("awaiting_reporter")

    assert services.write_letters(at=world.at)["failed"] == 1
    (storage / "letters").unlink()
    assert services.write_letters(at=world.at)["drawn"] == 0
    assert services.write_letters(at=world.at + timedelta(minutes=6))["drawn"] == 1
    assert not LetterJob.objects.exists()


def test_an_older_answer_gets_its_letter_when_somebody_asks(world: World) -> None:
    complaint = world.to_state("awaiting_reporter")
    later = world.at + timedelta(days=30)
    seq = complaint.transitions.get(kind="answer").seq

    assert services.write_letters(at=later)["numbered"] == 0
    first = services.order_letter(complaint, seq, by=world.reporter(complaint, at=later), at=later)

    assert services.order_letter(complaint, seq, by=world.actor("liaison", at=later), at=later) == first
    assert services.write_letters(at=later)["drawn"] == 1
    with pytest.raises(Refusal):
        services.order_letter(complaint, 1, by=world.reporter(complaint), at=later)


def test_numbers_start_again_each_year_and_a_rolled_back_one_is_given_again(world: World) -> None:
    with transaction.atomic():
        assert places.claim_serial(world.unit, year=2026) == 1
    with transaction.atomic():
        assert places.claim_serial(world.unit, year=2026) == 2
        transaction.set_rollback(True)

    assert places.claim_serial(world.unit, year=2026) == 2
    assert places.claim_serial(world.unit, year=2027) == 1


def test_a_race_for_numbers_leaves_no_gap_and_no_double(committed: World) -> None:
    world = committed
    for _number in range(6):
        world.to_state("awaiting_reporter")

    def sweep() -> None:
        try:
            services.write_letters(at=world.at)
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    services.write_letters(at=world.at)

    assert sorted(Letter.objects.values_list("serial", flat=True)) == [1, 2, 3, 4, 5, 6]
    assert LetterCopy.objects.count() == 6
    assert LetterCounter.objects.get().last == 6


def test_the_page_of_a_letter_waits_then_gives_the_file_under_a_neutral_name(client: Client, world: World) -> None:
    complaint = world.to_state("awaiting_reporter")
    seq = complaint.transitions.get(kind="answer").seq
    where = f"/lacak/{complaint.tracking_id}/surat/{seq}/"

    with time_machine.travel(world.at, tick=False):
        opened(client, world, complaint)
        asked = client.get(where)
        assert "Refresh" not in asked
        assert client.post(where).status_code == 302
        assert client.get(where)["Refresh"]
        services.write_letters(at=world.at)
        given = client.get(where)

    assert (given["Content-Type"], given["Content-Disposition"]) == ("application/pdf", 'attachment; filename="surat-jawaban.pdf"')
    assert "no-store" in given["Cache-Control"]
    assert given.content.startswith(b"%PDF")


def test_only_the_reporter_and_the_desks_of_the_case_reach_its_documents(client: Client, world: World) -> None:
    complaint, letter = written(world, is_secret=True)
    seq = letter.transition.seq

    with time_machine.travel(world.at, tick=False):
        assert client.get(f"/lacak/{complaint.tracking_id}/surat/{seq}/")["Location"].startswith("/lacak/")
        assert client.get(f"/lacak/{complaint.tracking_id}/tanda-terima/")["Location"].startswith("/lacak/")
        assert client.get(address(complaint, "disposisi/")).status_code == 302
        for who, sheet, answer in (("admin", 200, 200), ("liaison", 200, 200), ("auditor", 403, 200), ("other_admin", 404, 404), ("operator", 403, 403)):
            world.login(client, who)
            assert client.get(address(complaint, "disposisi/")).status_code == sheet, who
            assert client.get(address(complaint, f"surat/{seq}/")).status_code == answer, who
    assert Reading.objects.filter(complaint=complaint, what="disposition_sheet").count() == 2


def test_the_receipt_prints_the_code_only_when_it_is_sent_along(client: Client, world: World, storage: Path) -> None:
    with time_machine.travel(world.at, tick=False):
        receipt = world.submit()
        given = client.post("/lacak/tanda-terima/", {"number": receipt.complaint.tracking_id, "code": receipt.case_code})
        wrong = client.post("/lacak/tanda-terima/", {"number": receipt.complaint.tracking_id, "code": numbers.new_case_code()})
        again = opened(client, world, receipt.complaint).get(f"/lacak/{receipt.complaint.tracking_id}/tanda-terima/")

    assert receipt.case_code in words_of(given.content)
    assert given["Content-Disposition"] == 'attachment; filename="tanda-terima.pdf"'
    assert wrong.status_code == 404
    assert receipt.complaint.tracking_id in words_of(again.content)
    assert receipt.case_code not in words_of(again.content)
    assert not (storage / "letters").exists()


def test_documents_are_drawn_within_limits(world: World) -> None:
    complaint = world.submit().complaint
    limit = services.Reference(world.at).limits["letters_per_client"]
    for _number in range(limit):
        services.receipt(complaint, by=world.reporter(complaint), at=world.at, client="a")

    with pytest.raises(Refusal) as refused:
        services.receipt(complaint, by=world.reporter(complaint), at=world.at, client="a")
    assert refused.value.status == 429
    assert services.receipt(complaint, by=world.reporter(complaint), at=world.at, client="b")


def test_a_long_answer_goes_on_with_numbered_pages(world: World) -> None:
    complaint = world.to_state("in_progress")
    world.step(complaint, "answer", "liaison", **{**ANSWER, "text": "Paragraf panjang tentang perbaikan jalan.\n\n" * 120})
    services.write_letters(at=world.at)

    file = content(Letter.objects.get(complaint=complaint))

    assert pages_of(file) > 2
    assert f"Halaman {pages_of(file)} / {pages_of(file)}" in words_of(file)


# Verifying


def test_anybody_learns_that_a_letter_is_real_and_nothing_of_the_case(client: Client, world: World) -> None:
    letterhead(world)
    complaint, letter = written(world, is_secret=True)
    where = f"/verifikasi/{numbers.grouped(letter.code)}/"

    with time_machine.travel(world.at, tick=False):
        found = client.post("/verifikasi/", {"code": letter.code.lower()})
        shown = page(client.get(where))
        same = client.post(where, {"file": BytesIO(content(letter))})
        other = client.post(where, {"file": BytesIO(content(letter) + b" ")})

    assert found["Location"] == where
    for words in (letter.number, world.unit.name, "2 November 2026", letter.copies.get().sha256):
        assert words in shown
    for secret in (complaint.tracking_id, complaint.title, ANSWER["text"], str(complaint.pk), "Petugas"):
        assert secret not in shown
    assert "Berkas cocok" in page(same)
    assert "Berkas tidak cocok" in page(other)


def test_an_unknown_code_is_told_kindly_and_never_put_into_an_address(client: Client, world: World) -> None:
    receipt = world.submit()

    unknown = client.get("/verifikasi/0000-0000/")
    assert unknown.status_code == 404
    assert 'value="0000-0000"' in unknown.content.decode()
    typed = client.post("/verifikasi/", {"code": receipt.case_code})

    assert (typed.status_code, "Location" in typed) == (422, False)
    assert "Kami tidak mengenal" in page(typed)
