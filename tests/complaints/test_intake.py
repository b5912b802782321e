"""Receiving a report: what is taken, what is kindly refused, where it arrives, and what is stored of the reporter."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from complaints import services, vault
from complaints.models import Complaint, Gedsi, Replay
from complaints.numbers import read_case_code, read_tracking_id
from lapor.ground.problems import Refusal
from officers.models import Notice
from tests.world import COMPLAINT, World


def refused(world: World, **overrides: Any) -> dict[str, list[Any]]:
    with pytest.raises(Refusal) as found:
        world.submit(**overrides)
    assert (found.value.code, found.value.status) == ("invalid", 422)
    assert not Complaint.objects.exists()
    return found.value.fields


def test_a_report_without_a_target_arrives_at_the_national_desk(world: World) -> None:
    receipt = world.submit()

    assert receipt.complaint.holder == world.nation
    assert read_tracking_id(receipt.complaint.tracking_id) == receipt.complaint.tracking_id
    assert read_case_code(receipt.case_code)
    assert not receipt.complaint.is_incomplete


@pytest.mark.parametrize(
    ("slug", "holder"),
    [
        ("kota-uji", "kota-uji"),
        ("kota-uji-dpu", "kota-uji"),  # a unit without a desk of its own: its institution's
        ("kota-uji-rsud", "kota-uji-rsud"),  # a unit with one
        ("kabupaten-sunyi", "nasional"),  # nobody is appointed
        ("tidak-ada", "nasional"),
        ("nasional", "nasional"),
    ],
)
def test_no_door_is_wrong(world: World, slug: str, holder: str) -> None:
    assert world.submit(target_institution=slug).complaint.holder.slug == holder


def test_an_institution_that_ended_falls_to_the_nation(world: World) -> None:
    world.city.__class__.objects.filter(slug="kota-uji").update(valid_to="2026-01-31")

    assert world.submit(target_institution="kota-uji").complaint.holder == world.nation


@pytest.mark.parametrize(
    ("overrides", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "   "}, "title"),
        ({"body": ""}, "body"),
        ({"title": "x" * 151}, "title"),
        ({"body": "x" * 20_001}, "body"),
        ({"classification": "gugatan"}, "classification"),
        ({"classification": ""}, "classification"),
        ({"consent": False}, "consent"),
        ({"consent": None}, "consent"),
        ({"incident_date": "2999-01-01"}, "incident_date"),
        ({"incident_date": "2026-02-30"}, "incident_date"),
        ({"incident_date": "kemarin"}, "incident_date"),
        ({"incident_region": "99.99"}, "incident_region"),
        ({"incident_region": "\x00"}, "incident_region"),
        ({"origin_region": "zz"}, "origin_region"),
        ({"title": "Jalan\x00rusak parah sekali"}, "title"),
        ({"body": "rusak \ud800 sekali sampai tidak bisa dilewati kendaraan"}, "body"),
        ({"title": ["a"]}, "title"),
        ({"is_secret": "mungkin"}, "is_secret"),
        ({"contact": {"email": "bukan surel"}}, "contact.email"),
        ({"contact": {"email": "a@b.id\r\nBcc: c@d.id"}}, "contact.email"),
        ({"contact": {"phone": "12"}}, "contact.phone"),
        ({"contact": "Budi"}, "contact"),
        ({"gedsi": {"gender": "x"}}, "gedsi.gender"),
        ({"gedsi": "x"}, "gedsi"),
    ],
)
def test_what_cannot_be_used_is_named_field_by_field_and_nothing_is_stored(world: World, overrides: dict[str, Any], field: str) -> None:
    fields = refused(world, **overrides)

    assert set(fields) == {field}
    assert all(str(text).endswith(".") for text in fields[field])


def test_all_wrong_fields_are_named_at_once(world: World) -> None:
    assert set(refused(world, title="", body="", consent=False, incident_date="x")) == {"title", "body", "consent", "incident_date"}


@pytest.mark.parametrize(
    "text", ["Jalan 😀 rusak parah sekali di sini", "\u202eterbalik sekali jalan ini", "<script>alert(1)</script> jalan rusak", "jalan \u200f rusak parah"]
)
def test_emoji_direction_marks_and_markup_are_kept_as_typed(world: World, text: str) -> None:
    complaint = world.submit(title=text, body=text).complaint

    complaint.refresh_from_db()
    assert (complaint.title, complaint.body_original) == (text, text)


@pytest.mark.parametrize(
    ("overrides", "missing"),
    [
        ({"title": "Jalan"}, ["title"]),
        ({"body": "Rusak"}, ["body"]),
        ({"incident_date": None}, ["incident_date"]),
        ({"incident_region": None}, ["incident_region"]),
        ({"classification": "aspiration"}, ["origin_region"]),
        ({"classification": "information_request", "origin_region": "33.74"}, []),
    ],
)
def test_below_the_minimum_information_a_report_is_received_and_marked(world: World, overrides: dict[str, Any], missing: list[str]) -> None:
    complaint = world.submit(**overrides).complaint

    assert services.missing_of(complaint, at=world.at) == missing
    assert complaint.is_incomplete == bool(missing)


def test_a_sensitive_topic_makes_the_report_secret(world: World) -> None:
    topic = "sensitive"
    from institutions.models import Topic  # noqa: PLC0415 - one look-up in one test

    code = Topic.objects.filter(flag=topic).values_list("pk", flat=True).first()

    assert world.submit(topic=code).complaint.is_secret


def test_the_identity_lies_sealed_in_the_vault_and_nowhere_else(world: World) -> None:
    receipt = world.submit()

    identity = vault.open_identity(receipt.complaint.pk)
    assert identity == vault.Identity("Zznama Pelapor", "zz1@contoh.invalid", "+6289900001234")
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(c)::text || (SELECT coalesce(string_agg(n::text, ''), '') FROM officers_notice n) FROM complaints_complaint c")
        stored = cursor.fetchone()[0]
    assert "Zznama" not in stored
    assert "zz1@" not in stored
    assert "89900001234" not in stored


def test_the_applications_role_may_put_into_the_vault_but_not_read_it(world: World) -> None:
    world.submit()

    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(current_user, 'vault.identity', p) FROM unnest(ARRAY['INSERT', 'SELECT', 'UPDATE', 'DELETE']) p")
        assert [row[0] for row in cursor.fetchall()] == [True, False, False, False]


def test_without_the_opening_key_reports_are_received_but_identities_stay_closed(world: World, settings: Any) -> None:
    settings.VAULT_KEY = ""

    receipt = world.submit()

    with pytest.raises(Refusal) as found:
        vault.open_identity(receipt.complaint.pk)
    assert found.value.status == 503


def test_nothing_of_the_browser_or_of_an_officers_account_is_kept_with_an_anonymous_report(world: World) -> None:
    complaint = services.submit({**COMPLAINT, "is_anonymous": True, "contact": {}}, by=world.actor("liaison"), at=world.at).complaint

    assert complaint.entered_by_id is None
    assert complaint.transitions.get().by.username == "reporter"
    names = {field.name for field in Complaint._meta.get_fields()}
    assert not names & {"ip", "address", "user_agent", "session", "session_key", "reporter"}
    assert not Notice.objects.exists()


def test_gedsi_answers_are_kept_apart(world: World) -> None:
    complaint = world.submit(gedsi={"gender": "female", "age_band": "60_plus"}).complaint

    row = Gedsi.objects.get(complaint=complaint)
    assert (row.gender, row.age_band, row.disability) == ("female", "60_plus", "")


def test_assisted_intake_names_the_officer_and_needs_the_power(world: World) -> None:
    receipt = services.submit(COMPLAINT, by=world.actor("admin"), at=world.at, channel="walk_in", assisted=True)

    assert receipt.complaint.entered_by == world.user("admin")
    assert receipt.complaint.transitions.get().by == world.user("admin")
    with pytest.raises(Refusal) as found:
        services.submit(COMPLAINT, by=world.actor("auditor"), at=world.at, channel="walk_in", assisted=True)
    assert found.value.status == 403


def test_the_same_idempotency_key_gives_the_same_receipt_for_a_day(world: World) -> None:
    key = str(uuid.uuid4())

    first = services.submit(COMPLAINT, by=world.reporter(), at=world.at, idempotency_key=key)
    again = services.submit(COMPLAINT, by=world.reporter(), at=world.at + timedelta(hours=23), idempotency_key=key)

    assert (again.complaint, again.case_code, again.is_replay) == (first.complaint, first.case_code, True)
    assert Complaint.objects.count() == 1
    assert first.case_code.encode() not in bytes(Replay.objects.get().sealed)
    later = world.at + timedelta(hours=25)
    assert not services.submit(COMPLAINT, by=world.reporter(), at=later, idempotency_key=key).is_replay
    assert services.forget_replays(at=later + timedelta(days=2)) == 1


def test_the_same_key_with_another_report_is_a_conflict(world: World) -> None:
    key = str(uuid.uuid4())
    services.submit(COMPLAINT, by=world.reporter(), at=world.at, idempotency_key=key)

    with pytest.raises(Refusal) as found:
        services.submit({**COMPLAINT, "title": "Laporan yang lain"}, by=world.reporter(), at=world.at, idempotency_key=key)

    assert found.value.status == 409


@pytest.mark.parametrize("key", ["1", "abc123", "a" * 64, "0123456789abcdef"])
def test_an_idempotency_key_under_128_bits_is_refused(world: World, key: str) -> None:
    with pytest.raises(Refusal) as found:
        services.submit(COMPLAINT, by=world.reporter(), at=world.at, idempotency_key=key)

    assert "Idempotency-Key" in found.value.fields


def test_number_and_code_open_the_case_and_nothing_else_does(world: World) -> None:
    receipt, other = world.submit(), world.submit()
    number, code = receipt.complaint.tracking_id, receipt.case_code

    assert services.prove(number.lower().replace("-", " "), code.lower(), client="a", at=world.at) == receipt.complaint
    for pair in ((number, other.case_code), (other.complaint.tracking_id, code), ("LPR-0000-0000-0", code)):
        with pytest.raises(Refusal) as found:
            services.prove(*pair, client="b", at=world.at)
        assert found.value.status == 404


def test_a_typing_slip_is_named_and_not_counted(world: World) -> None:
    receipt = world.submit()
    number = receipt.complaint.tracking_id
    slip = number[:-1] + ("0" if number[-1] != "0" else "1")

    for _try in range(10):
        with pytest.raises(Refusal) as found:
            services.prove(slip, "AAAA-BBBB", client="a", at=world.at)
        assert set(found.value.fields) == {"number", "code"}
    assert services.prove(number, receipt.case_code, client="a", at=world.at).pk == receipt.complaint.pk


def test_wrong_pairs_are_throttled_per_number_and_per_client(world: World) -> None:
    receipt, other = world.submit(), world.submit()
    limits = services.Reference(world.at).limits
    for n in range(limits["code_tries_per_number"]):
        with pytest.raises(Refusal):
            services.prove(receipt.complaint.tracking_id, other.case_code, client=f"client-{n}", at=world.at)

    with pytest.raises(Refusal) as found:
        services.prove(receipt.complaint.tracking_id, receipt.case_code, client="somebody", at=world.at)

    assert found.value.status == 429
    assert 0 < (found.value.retry_after or 0) <= limits["code_tries_number_minutes"] * 60
    assert services.prove(other.complaint.tracking_id, other.case_code, client="somebody", at=world.at).pk == other.complaint.pk


def test_a_renewed_code_opens_and_the_old_one_does_not(world: World) -> None:
    receipt = world.submit()

    code = services.rotate_code(receipt.complaint.pk, by=world.reporter(receipt.complaint), at=world.at)

    assert services.prove(receipt.complaint.tracking_id, code, client="a", at=world.at).pk == receipt.complaint.pk
    with pytest.raises(Refusal):
        services.prove(receipt.complaint.tracking_id, receipt.case_code, client="a", at=world.at)


def test_too_many_reports_from_one_connection_are_asked_to_wait(world: World) -> None:
    for _n in range(services.Reference(world.at).limits["submit_per_client"]):
        services.throttle_submission("client", at=world.at)

    with pytest.raises(Refusal) as found:
        services.throttle_submission("client", at=world.at)

    assert found.value.status == 429


def test_the_receipts_notice_names_nothing_when_the_reporter_is_anonymous(world: World) -> None:
    world.submit(is_anonymous=True)

    notice = Notice.objects.get()
    assert (notice.event, set(notice.context), notice.recipient_id) == ("case_news", {"number", "track_url"}, None)
    assert notice.address_ref.startswith("complaint:")


def test_keys_differ_from_one_another() -> None:
    assert len({settings.SECRET_KEY, settings.VAULT_KEY, settings.VAULT_PUBLIC_KEY, settings.CASE_CODE_PEPPER}) == 4
