"""The dossier: one for each state of a case, sealed, complete, and silent about whom it must not name."""

import json
import threading
import zipfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import storages
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from complaints import services as complaints
from complaints.models import Clock, Reading, Transition
from lapor.ground.problems import Refusal
from monitoring import services
from monitoring.dossier import Content, digest, gather
from monitoring.models import Dossier, Referral
from tests.files import keep, photo
from tests.lapor.pdfs import faults_of, pages_of, tags_of, words_of
from tests.referrals import SECOND, brought_to, dossier, end_of_day_60, proposed, refer, referred, take
from tests.world import ANSWER, World

MARKERS = ("Zznama", "zz1@contoh.invalid", "0899", "899-0000", "62899")


def opened(world: World, row: Referral, version: int = 1) -> zipfile.ZipFile:
    return zipfile.ZipFile(BytesIO(services.open_dossier(row.pk, version, by=world.actor("ombudsman"), at=world.at)))


def test_at_confirmation_one_dossier_makes_itself_and_tells_the_whole_case(world: World, tmp_path: Path) -> None:
    upload = keep(world, photo((64, 48)))
    row = referred(world, files=[str(upload.pk)])
    made = dossier(row)

    with opened(world, row) as archive:
        names = archive.namelist()
        said, index, drawn = json.loads(archive.read("berkas.json")), json.loads(archive.read("indeks.json")), archive.read("berkas.pdf")
    words = words_of(drawn)

    assert names == ["indeks.json", "berkas.pdf", "berkas.json"]
    assert [file["sha256"] for file in index["files"]] == [digest(drawn), digest(json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True).encode())]
    assert index == made.manifest
    assert [event["kind"] for event in said["history"]] == ["submit", "dispose_to_institution", "dispose_to_unit", "respond", "refer", "consent_transfer"]
    assert "Kami periksa lokasinya." in words
    assert said["attachments"][0]["sha256"] == upload.sha256
    assert upload.sha256 in "".join(words.split())
    statutory = next(clock for clock in said["clocks"] if clock["key"] == "statutory_60")
    assert (statutory["policy"]["length"], statutory["events"][0]["kind"], bool(statutory["calendar"])) == (60, "start", True)
    assert faults_of(drawn, tmp_path) == ""
    assert {"H1", "H2", "TH", "TD"} <= {tag for tag, _element in tags_of(drawn)}
    assert pages_of(drawn) >= 3


def test_each_deadline_stands_there_with_the_lines_of_its_count_as_its_page_tells_them(world: World) -> None:
    complaint = world.to_state("in_progress")
    by, at = world.actor("admin"), world.at + timedelta(days=3)
    complaints.extend_clock(complaint.pk, key="resolution_non_oversight", days=2, legal_basis="uu-25-2009", text="Menunggu hasil uji.", by=by, at=at)
    services.follow(at=end_of_day_60(complaint) + SECOND)
    row = Referral.objects.get()
    refer(world, row)
    with translation.override("en"):
        services.follow(at=row.proposed_at)

    with opened(world, row) as archive:
        said, words = json.loads(archive.read("berkas.json")), words_of(archive.read("berkas.pdf"))
    clocks = list(Clock.objects.told().filter(complaint=complaint).order_by("started_at", "key"))
    told = complaints.explanations(clocks, reference=complaints.Reference(row.proposed_at))

    assert [[line["text"] for line in clock["why"]] for clock in said["clocks"]] == [[line.text for line in why.lines] for why in told]
    assert [line.text for why in told for line in why.lines if line.text not in words] == []
    extended = next(clock for clock in said["clocks"] if clock["key"] == "resolution_non_oversight")
    granted = next(line for line in extended["why"] if line["kind"] == "extension")
    assert (granted["days"], granted["from"]) == (2, "2026-11-05")
    assert [(clock["why"][0]["kind"], clock["why"][-1]["kind"], clock["why"][-1]["to"]) for clock in said["clocks"]] == [
        ("start", "due", clock["due_at"][:10]) for clock in said["clocks"]
    ]


def test_of_an_anonymous_reporter_no_hour_is_told(world: World) -> None:
    row = referred(world, is_anonymous=True, contact_allowed=False, at=world.at.replace(hour=6, minute=37))

    with opened(world, row) as archive:
        everything = archive.read("berkas.json").decode() + words_of(archive.read("berkas.pdf"))

    assert [hour for hour in ("06:37", "06.37", "6.37") if hour in everything] == []


def test_a_case_with_more_deadlines_asks_the_database_as_often(world: World, django_assert_num_queries: Any) -> None:
    small, big = referred(world), referred(world)
    for _turn in range(3):
        world.step(big.complaint, "progress", "liaison", at=big.proposed_at, text="Aspal dipesan.")
        world.step(big.complaint, "answer", "liaison", at=big.proposed_at, **ANSWER)
        world.step(big.complaint, "reply", at=big.proposed_at, text="Belum selesai.")

    def read(row: Referral) -> Content:
        return gather(row, version=1, at=row.proposed_at, identity=None, why_no_identity="refused")

    with CaptureQueriesContext(connection) as asked:
        few = read(small)
    with django_assert_num_queries(len(asked)):
        many = read(big)
    assert len(many.clocks) > len(few.clocks) > 1


def test_the_digest_is_on_record_and_the_file_lies_sealed(world: World) -> None:
    row = referred(world)
    made = dossier(row)

    raw = services.open_dossier(row.pk, 1, by=world.actor("ombudsman"), at=world.at)
    with storages["vault"].open(made.name) as file:
        sealed = file.read()

    assert (digest(raw), len(raw)) == (made.sha256, made.size)
    assert b"berkas.json" not in sealed
    assert Reading.objects.filter(what="dossier", by=world.user("ombudsman"), complaint=row.complaint).count() == 1


def test_a_file_that_was_exchanged_is_not_given_out(world: World) -> None:
    row = referred(world)
    other = brought_to(world, "confirmed")
    path = storages["vault"].path(dossier(row).name)
    Path(path).write_bytes(Path(storages["vault"].path(dossier(other).name)).read_bytes())

    with pytest.raises(Exception):  # noqa: B017, PT011 - the seal of another file does not open
        services.open_dossier(row.pk, 1, by=world.actor("ombudsman"), at=world.at)


def test_without_consent_nothing_names_the_reporter(world: World) -> None:
    row = referred(world)

    with opened(world, row) as archive:
        everything = archive.read("berkas.json").decode() + words_of(archive.read("berkas.pdf"))

    assert [marker for marker in MARKERS if marker in everything] == []
    assert not dossier(row).has_identity
    assert not Reading.objects.filter(what="identity").exists()


def test_with_consent_the_name_goes_along_and_the_opening_is_on_record(world: World) -> None:
    row = referred(world, consent="granted")

    with opened(world, row) as archive:
        said, words = json.loads(archive.read("berkas.json")), words_of(archive.read("berkas.pdf"))

    assert said["identity"]["name"] == "Zznama Pelapor"
    assert "Zznama Pelapor" in words
    assert "Zznama" not in json.dumps(dossier(row).manifest)
    assert Reading.objects.get(what="identity").reason == "referral"


def test_without_an_answer_it_goes_on_without_a_name_after_the_limit_and_a_late_yes_makes_version_2(world: World) -> None:
    row = referred(world, consent="")
    assert (row.stage, Dossier.objects.count()) == ("consent_requested", 0)
    assert row.asked_at is not None
    end = services.consent_until(row.asked_at, complaints.Reference(row.asked_at))
    assert services.follow(at=end)["moved"] == 0

    assert services.follow(at=end + SECOND)["moved"] == 1
    row.refresh_from_db()
    assert row.asked_at is not None
    assert (row.stage, dossier(row).has_identity, row.asked_at.astimezone(world.at.tzinfo).date() + timedelta(days=5)) == (
        "confirmed",
        False,
        end.astimezone(world.at.tzinfo).date(),
    )

    world.step(row.complaint, "consent_transfer", at=end + SECOND, consent=True)
    services.follow(at=end + 2 * SECOND)
    assert [made.has_identity for made in Dossier.objects.order_by("version")] == [False, True]


def test_a_case_without_a_name_is_confirmed_at_once(world: World) -> None:
    row = proposed(world, contact=None, contact_allowed=False)
    refer(world, row, consent="")

    services.follow(at=row.proposed_at)

    row.refresh_from_db()
    assert row.stage == "confirmed"
    assert dossier(row).manifest["has_identity"] is False


def test_a_sweep_that_runs_again_makes_no_second_one_and_what_comes_later_makes_version_2(world: World) -> None:
    row = referred(world)
    assert services.follow(at=row.proposed_at)["dossiers"] == 0

    world.step(row.complaint, "progress", "liaison", at=row.proposed_at, text="Aspal dipesan kemarin.")
    assert services.follow(at=row.proposed_at)["dossiers"] == 1
    assert services.follow(at=row.proposed_at)["dossiers"] == 0

    first, second = Dossier.objects.order_by("version")
    assert (first.version, second.version, second.events) == (1, 2, first.events + 1)
    with opened(world, row) as old, opened(world, row, 2) as new:
        assert "Aspal dipesan kemarin." not in old.read("berkas.json").decode()
        assert "Aspal dipesan kemarin." in new.read("berkas.json").decode()
    with pytest.raises(Exception, match="Cannot"), transaction.atomic():
        Dossier.objects.update(sha256="0" * 64)


def test_a_proposal_has_no_dossier_and_one_that_ended_gets_no_more(world: World) -> None:
    row = proposed(world)
    assert services.follow(at=row.proposed_at)["dossiers"] == 0
    assert not Dossier.objects.exists()

    other = brought_to(world, "accepted")
    take(world, other, "close")
    complaints.add_note(other.complaint_id, by=world.actor("liaison"), at=world.at, text="Nanti.")
    assert services.follow(at=other.proposed_at)["dossiers"] == 0


def test_one_that_cannot_be_drawn_stops_no_other(world: World) -> None:
    rows = [proposed(world), proposed(world)]
    for row in rows:
        refer(world, row)
    odd = {"seq": 99, "kind": "unheard", "at": world.at, "by": world.user("liaison"), "state_after": "in_progress", "holder_after": world.unit, "track": "x"}
    Transition.objects.create(complaint_id=rows[0].complaint_id, hash="0" * 64, **odd)  # no step is called so: it has no sentence

    done = services.follow(at=rows[0].proposed_at)

    assert (done["dossiers"], done["failed"]) == (1, 1)
    assert Dossier.objects.get().referral == rows[1]


@pytest.mark.parametrize(("who", "status"), [("national", 403), ("admin", 403), ("liaison", 404), ("hub", 404)])
def test_the_dossier_is_for_the_ombudsman(world: World, who: str, status: int) -> None:
    row = referred(world)

    with pytest.raises(Refusal) as refusal:
        services.open_dossier(row.pk, 1, by=world.actor(who), at=world.at)

    assert refusal.value.status == status


def test_after_the_end_it_is_closed(world: World) -> None:
    row = brought_to(world, "closed")
    for version, status in ((1, 403), (9, 404)):
        with pytest.raises(Refusal) as refusal:
            services.open_dossier(row.pk, version, by=world.actor("ombudsman"), at=world.at)
        assert refusal.value.status == status


def test_ten_sweeps_at_once_make_one_referral_and_one_dossier(committed: World) -> None:
    complaint = committed.to_state("in_progress")
    at = end_of_day_60(complaint) + SECOND
    faults: list[BaseException] = []

    def run() -> None:
        try:
            services.follow(at=at)
        except BaseException as fault:  # noqa: BLE001 - told by the test
            faults.append(fault)
        finally:
            connection.close()

    def at_once() -> None:
        threads = [threading.Thread(target=run) for _count in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    for early in (timedelta(days=1), SECOND):
        services.follow(at=at - early)
    assert not Referral.objects.exists()

    at_once()
    assert (Referral.objects.count(), Dossier.objects.count(), faults) == (1, 0, [])

    refer(committed, Referral.objects.get())
    at_once()
    services.follow(at=at)
    row = Referral.objects.get()
    assert (row.stage, [event.code for event in row.events.all()], faults) == ("confirmed", ["propose", "confirm"], [])
    assert [made.version for made in Dossier.objects.all()] == [1]
