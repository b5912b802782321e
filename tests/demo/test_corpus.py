"""The invented country of the demo: its files are whole, fit each other and the rules, and name nobody real."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from complaints.masks import found
from complaints.workflow import ArchiveReason, Classification, Finding, HandOverTarget, Outcome, PendReason, Track
from institutions.models import TIME_ZONES, Kind, Tier
from officers.models import EmploymentStatus, PositionType
from officers.powers import Role

FIXTURES = Path(settings.BASE_DIR) / "fixtures"
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
PERSONAL = re.compile(r"\{(nik|telepon|surel)\}")
LOGINS = ["admin.nasional", "hub", "admin.instansi", "penghubung", "pengawas", "atasan", "ombudsman", "kustodian", "auditor", "operator"]
AT_LEAST = {
    "initial": 25, "progress": 15, "final": 40, "refusal": 10, "pend": 10, "return_upward": 12, "return_to_admin": 8, "redispose": 8,
    "reply_satisfied": 20, "reply_dissatisfied": 25, "rating": 25, "reopen": 12, "withdraw": 8, "hand_over": 6, "note": 15, "completion": 12,
    "close_by_decision": 10,
}  # fmt: skip


def read(name: str) -> Any:
    return json.loads((FIXTURES / "demo" / f"{name}.json").read_text(encoding="utf-8"))


def rows(name: str) -> list[dict[str, str]]:
    with (FIXTURES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


INSTITUTIONS, OFFICERS = read("institutions"), read("officers")["officers"]
COMPLAINTS, ANSWERS, PEOPLE, PLACEHOLDERS = read("complaints"), read("answers"), read("people"), read("placeholders")
BODIES = INSTITUTIONS["institutions"]
UNITS = {unit["slug"]: (body, unit) for body in BODIES for unit in body["units"]}
TOPICS = {row["code"] for row in rows("topics.csv")}
KNOWN = {name for kind in PLACEHOLDERS.values() for name in kind}
REPORTS = [*COMPLAINTS["templates"], *COMPLAINTS["incomplete"], *COMPLAINTS["archivable"]]


def strings(value: Any) -> Iterator[str]:
    """Every text inside, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)


def values_of(name: str) -> list[str]:
    """What a placeholder may become; `#` and `YYYY` as some digits."""
    if name in PLACEHOLDERS["lists"]:
        return list(PLACEHOLDERS["lists"][name])
    if name in PLACEHOLDERS["patterns"]:
        return [pattern.replace("YYYY", "2026").replace("#", "4") for pattern in PLACEHOLDERS["patterns"][name]]
    return ["30 September 2026"]


def longest(text: str) -> str:
    return PLACEHOLDER.sub(lambda match: max(values_of(match[1]), key=len), text)


def shortest(text: str) -> str:
    return PLACEHOLDER.sub(lambda match: min(values_of(match[1]), key=len), text)


def full_names() -> list[str]:
    made = [f"{first} {last}" for group in PEOPLE["combinations"] for first in group["female"] + group["male"] for last in group["last"]]
    return [*made, *PEOPLE["single"]]


def covers(topics: list[str], topic: str) -> bool:
    return any(topic == own or topic.startswith(f"{own}.") for own in topics)


# bodies


def test_there_are_twelve_bodies_of_many_kinds_on_all_tiers() -> None:
    assert len(BODIES) == 12
    assert {body["tier"] for body in BODIES} == set(Tier.values)
    kinds = {"coordinating_ministry", "ministry", "agency", "province", "regency", "city", "state_enterprise", "university", "ombudsman"}
    assert kinds <= {body["kind"] for body in BODIES} <= set(Kind.values)
    assert {body["time_zone"] for body in BODIES} == {zone for zone, _label in TIME_ZONES}


def test_each_body_has_three_to_seven_units_and_one_internal_supervisor() -> None:
    for body in BODIES:
        assert 3 <= len(body["units"]) <= 7, body["slug"]
        assert sum(unit.get("is_oversight", False) for unit in body["units"]) == 1, body["slug"]


def test_slugs_and_prefixes_are_unique_and_well_formed() -> None:
    slugs = [body["slug"] for body in BODIES] + [unit["slug"] for body in BODIES for unit in body["units"]]
    assert len(set(slugs)) == len(slugs)
    assert all(re.fullmatch(r"[a-z0-9-]{2,80}", slug) for slug in slugs)
    prefixes = [body["sms_prefix"] for body in BODIES]
    assert len(set(prefixes)) == len(prefixes)
    assert all(re.fullmatch(r"[A-Z0-9]{2,20}", prefix) for prefix in prefixes)
    assert all(body["email"].endswith(".invalid") for body in BODIES)


def test_names_fit_their_columns() -> None:
    for row in [*BODIES, *(unit for _body, unit in UNITS.values())]:
        assert len(row["name"]) <= 200
        assert 0 < len(row["short_name"]) <= 60


def test_units_handle_known_topics() -> None:
    for slug, (_body, unit) in UNITS.items():
        assert set(unit["topics"]) <= TOPICS, slug


def test_two_units_receive_through_their_own_admin() -> None:
    own = {slug for slug, (_body, unit) in UNITS.items() if unit.get("has_own_admin")}
    assert len(own) == 2
    assert {o["unit"] for o in OFFICERS if o["role"] == Role.UNIT_ADMIN} == own


def test_hubs_join_known_bodies() -> None:
    slugs = {body["slug"] for body in BODIES}
    for row in INSTITUTIONS["hubs"]:
        assert {row["hub"], row["member"]} <= slugs
        assert row["hub"] != row["member"]
        assert row["kind"] in {"region", "sector"}


# officers


def test_the_shown_log_ins_come_first() -> None:
    assert [officer["username"] for officer in OFFICERS[:10]] == LOGINS


def test_officers_are_unique_and_fit_their_columns() -> None:
    for key in ("username", "full_name", "staff_number", "decree_number"):
        given = [officer[key] for officer in OFFICERS]
        assert len(set(given)) == len(given), key
    for officer in OFFICERS:
        assert re.fullmatch(r"[a-z0-9.-]{3,150}", officer["username"])
        assert officer["role"] in Role.values
        assert officer["employment_status"] in EmploymentStatus.values
        assert officer["position_type"] in PositionType.values
        assert len(officer["staff_number"]) <= 30
        assert officer["decree_on"] <= officer["valid_from"]


def test_officers_serve_at_known_places() -> None:
    slugs = {body["slug"] for body in BODIES}
    for officer in OFFICERS:
        assert officer["institution"] in slugs | {"nasional"}
        if "unit" in officer:
            assert UNITS[officer["unit"]][0]["slug"] == officer["institution"]


def test_every_desk_is_staffed() -> None:
    at = {(o["role"], o.get("unit", o["institution"])) for o in OFFICERS}
    for body in BODIES:
        assert (Role.INSTITUTION_ADMIN, body["slug"]) in at
        for unit in body["units"]:
            role = Role.OVERSIGHT_HANDLER if unit.get("is_oversight") else Role.LIAISON
            assert (role, unit["slug"]) in at


def test_the_city_of_the_tour_has_all_four_of_its_log_ins() -> None:
    by_name = {officer["username"]: officer for officer in OFFICERS}
    places = {name: by_name[name].get("unit", by_name[name]["institution"]) for name in ("admin.instansi", "penghubung", "pengawas", "atasan")}
    assert places == {
        "admin.instansi": "kota-tirta-kencana",
        "penghubung": "dinas-pu-tirta-kencana",
        "pengawas": "inspektorat-tirta-kencana",
        "atasan": "kota-tirta-kencana",
    }


# complaints


def test_many_topics_have_several_reports() -> None:
    counts = Counter(report["topic"] for report in COMPLAINTS["templates"] if report["track"] == Track.NON_OVERSIGHT)
    assert sum(count >= 4 for count in counts.values()) >= 45
    assert set(counts) <= TOPICS


def test_there_are_reports_of_every_kind() -> None:
    counts = Counter(report["classification"] for report in COMPLAINTS["templates"])
    assert len(COMPLAINTS["templates"]) >= 180
    assert counts[Classification.ASPIRATION] >= 25
    assert counts[Classification.INFORMATION_REQUEST] >= 25


def test_oversight_reports_name_whom_they_are_about() -> None:
    oversight = [report for report in COMPLAINTS["templates"] if report["track"] == Track.OVERSIGHT]
    assert len(oversight) >= 12
    assert all(report["reported_party"] for report in oversight)


def test_reports_are_of_a_length_that_the_form_takes() -> None:
    for report in REPORTS:
        assert report["classification"] in Classification.values
        assert len(shortest(report["title"])) >= 10, report["title"]
        assert len(longest(report["title"])) <= 150, report["title"]
        assert len(shortest(report["body"])) >= (60 if "track" in report else 30), report["title"]
        assert len(longest(report["body"])) <= 1000, report["title"]


def test_no_two_reports_share_a_title_or_a_body() -> None:
    for key in ("title", "body"):
        assert [text for text, count in Counter(report[key].casefold() for report in REPORTS).items() if count > 1] == []


def test_every_report_has_a_unit_that_handles_it() -> None:
    for report in COMPLAINTS["templates"]:
        if report["topic"] in {"other", "platform.platform_fault"}:
            continue  # these stay with the national desk or go anywhere
        handling = [(body, unit) for body, unit in UNITS.values() if covers(unit["topics"], report["topic"])]
        names = " ".join(unit["name"] for _body, unit in handling).casefold()
        assert any(hint in names for hint in report["unit_hint"]), report["title"]
        if "only" in report:
            assert set(report["only"]) <= {body["slug"] for body, _unit in handling}, report["title"]


def test_archivable_reports_cover_every_reason_a_desk_may_give() -> None:
    given = {report["reason"] for report in COMPLAINTS["archivable"]}
    assert given == set(ArchiveReason.values) - {ArchiveReason.NOT_COMPLETED}


# answers


@pytest.mark.parametrize(("section", "least"), AT_LEAST.items())
def test_there_are_enough_texts_for_each_step(section: str, least: int) -> None:
    assert len(ANSWERS[section]) >= least
    texts = [item["text"] for item in ANSWERS[section]]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("section", [name for name, items in ANSWERS.items() if "topics" in items[0]])
def test_every_step_has_a_text_for_any_topic(section: str) -> None:
    for item in ANSWERS[section]:
        assert all(topic in TOPICS for topic in item["topics"]), item["text"]
    assert any(not item["topics"] and "only" not in item for item in ANSWERS[section])


def test_answers_take_values_that_the_steps_take() -> None:
    assert {item["reason"] for item in ANSWERS["pend"]} <= set(PendReason.values)
    assert {item["reason"] for item in ANSWERS["archive"]} == set(ArchiveReason.values)
    assert {item["body"] for item in ANSWERS["hand_over"]} == set(HandOverTarget.values)
    outcomes = {item["outcome"] for section in ("final", "refusal", "close_by_decision") for item in ANSWERS[section]}
    assert outcomes == set(Outcome.values)
    assert {item["finding"] for item in ANSWERS["final"] if "finding" in item} == set(Finding.values)
    stars = Counter(item["stars"] for item in ANSWERS["rating"])
    assert set(stars) == {1, 2, 3, 4, 5}
    assert min(stars.values()) >= 5


def test_initial_responses_give_a_date_and_final_answers_a_day_and_evidence() -> None:
    assert all("{tanggal_rencana}" in item["text"] for item in ANSWERS["initial"])
    without_day = [item["text"] for item in ANSWERS["final"] if "{tanggal_selesai}" not in item["text"]]
    assert len(without_day) <= 3, without_day
    assert all(len(longest(item["evidence"])) >= 10 for section in ("final", "refusal") for item in ANSWERS[section])


def test_each_kind_of_report_gets_its_own_initial_and_final_answers() -> None:
    for section in ("initial", "final"):
        given = {item.get("classification", "complaint") for item in ANSWERS[section]}
        assert given == set(Classification.values)


def test_every_oversight_topic_meets_every_finding_it_needs() -> None:
    topics = {report["topic"] for report in COMPLAINTS["templates"] if report["track"] == Track.OVERSIGHT}
    with_finding = [item for item in ANSWERS["final"] if "finding" in item]
    for topic in topics:
        assert {"proven", "partly", "not_proven"} <= {item["finding"] for item in with_finding if covers(item["topics"], topic)}


def test_items_and_references_fit_their_fields() -> None:
    for item in ANSWERS["pend"]:
        assert 1 <= len(item["items"]) <= 20
        assert all(len(longest(line)) <= 200 for line in item["items"])
    assert all(len(longest(item["reference"])) <= 120 for item in ANSWERS["hand_over"])


# people and placeholders


def test_there_are_enough_reporters() -> None:
    names = full_names()
    assert len(names) >= 150
    assert len(set(names)) == len(names)
    assert PEOPLE["phone_last"] - PEOPLE["phone_first"] >= 5000


def test_placeholders_are_known_and_each_is_used() -> None:
    used = {name for text in strings([COMPLAINTS, ANSWERS]) for name in PLACEHOLDER.findall(text)}
    assert used == KNOWN
    assert all("{" not in text for text in strings(PLACEHOLDERS))
    assert all("{" not in PLACEHOLDER.sub("", text) and "}" not in PLACEHOLDER.sub("", text) for text in strings([COMPLAINTS, ANSWERS]))


def test_no_sentence_begins_with_a_text_in_small_letters() -> None:
    for text in strings([COMPLAINTS, ANSWERS]):
        for name in re.findall(r"(?:^|[.!?] )\{([^{}]*)\}", text):
            assert not any(value[:1].islower() for value in values_of(name)), text


def test_personal_data_inside_reports_is_masked() -> None:
    texts = [longest(report["body"]) for report in REPORTS if PERSONAL.search(report["body"])]
    assert len(texts) >= 15
    for text in texts:
        hidden = [text[match.start : match.end] for match in found(text)]
        for number in re.findall(r"\b99\d{14}\b|\b0899[-\d]{6,}\d|[\w.]+@[\w.]+\w", text):
            assert number in hidden, text


def test_house_addresses_inside_reports_are_masked() -> None:
    given = [(report["body"], match) for report in REPORTS for match in re.findall(r"Jalan [\w ]+ No\. \d+ RT \d+ RW \d+", report["body"])]
    assert len(given) >= 3
    for text, address in given:
        hidden = [text[match.start : match.end] for match in found(text) if match.kind == "ADDRESS"]
        assert any(address in part for part in hidden), (address, hidden)


# nobody real


def test_telephone_numbers_mail_addresses_and_identity_numbers_are_impossible() -> None:
    whole = "\n".join(strings([INSTITUTIONS, OFFICERS, COMPLAINTS, ANSWERS, PEOPLE, PLACEHOLDERS]))
    assert not [address for address in re.findall(r"[\w.#-]+@[\w.-]*\w", whole) if not address.endswith("contoh.invalid")]
    assert not [number for number in re.findall(r"\b08[\d#-]{8,}", whole) if not number.replace("-", "").startswith("08990000")]
    assert all(pattern.startswith("99") and len(pattern) == 16 and pattern[6:8] == "##" for pattern in PLACEHOLDERS["patterns"]["nik"])
    assert not re.findall(r"(?<!\d)(?!99)\d{16}(?!\d)", whole)


def test_no_reporter_is_named_in_a_text_or_is_an_officer() -> None:
    whole = "\n".join(strings([INSTITUTIONS, OFFICERS, COMPLAINTS, ANSWERS, PLACEHOLDERS])).casefold()
    assert [name for name in full_names() if re.search(rf"\b{re.escape(name.casefold())}\b", whole)] == []


def test_the_numbers_of_reporters_and_those_in_texts_never_meet() -> None:
    assert all(pattern.replace("-", "")[8] == "9" for pattern in PLACEHOLDERS["patterns"]["telepon"])
    assert 0 <= PEOPLE["phone_first"] < PEOPLE["phone_last"] < 9000


def test_no_real_institution_is_named() -> None:
    whole = "\n".join(strings([INSTITUTIONS, OFFICERS, COMPLAINTS, ANSWERS, PEOPLE, PLACEHOLDERS])).casefold()
    real = [row["name"] for row in rows("institutions_national.csv")]
    assert [name for name in real if re.search(rf"\b{re.escape(name.casefold())}\b", whole)] == []
