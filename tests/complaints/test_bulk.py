"""One act on many cases: what the preview tells is what is done, and every case is refused by itself."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from complaints import services
from complaints.models import Complaint, Transition
from complaints.services import Chosen
from institutions.models import Limit
from lapor.ground.problems import Refusal
from officers.models import Notice
from tests.world import SORT, World


def chosen(*cases: Complaint) -> list[Chosen]:
    for case in cases:
        case.refresh_from_db()
    return [Chosen(case.tracking_id, case.version, case.assignee_id) for case in cases]


def do(world: World, act: str, *cases: Complaint, who: str = "admin", **given: Any) -> services.Bulk:
    return services.act_on_many(chosen(*cases), act, given=given, by=world.actor(who), at=world.at)


def look(world: World, act: str, *cases: Complaint, who: str = "admin", **given: Any) -> services.Bulk:
    return services.preview(chosen(*cases), act, given=given, by=world.actor(who), at=world.at)


def test_reports_are_assigned_with_one_event_each_and_one_notice_for_all(world: World) -> None:
    cases = [world.to_state("awaiting_followup") for _number in range(3)]
    Notice.objects.all().delete()

    done = do(world, "assign", *cases, assignee="liaison")

    assert len(done.ready) == 3
    assert {c.assignee for c in Complaint.objects.all()} == {world.user("liaison")}
    events = Transition.objects.filter(kind="assign")
    assert events.count() == 3
    assert len({event.data["act"] for event in events}) == 1
    notice = Notice.objects.get()
    assert (notice.event, notice.recipient, notice.context["count"]) == ("desk_several", world.user("liaison"), 3)
    assert all(case.tracking_id in notice.context["numbers"] for case in cases)


def test_one_report_is_told_by_its_own_notice(world: World) -> None:
    case = world.to_state("awaiting_followup")
    Notice.objects.all().delete()

    do(world, "assign", case, assignee="liaison")

    assert Notice.objects.get().event == "desk_assigned"


def test_the_preview_changes_nothing_and_says_what_would_be(world: World) -> None:
    good, gone, ended = world.to_state("awaiting_followup"), world.to_state("awaiting_verification"), world.to_state("closed")
    events = Transition.objects.count()

    seen = look(world, "assign", good, gone, ended, assignee="liaison")

    assert [line.number for line in seen.ready] == [good.tracking_id]
    assert [(line.number, line.refusal.code) for line in seen.refused if line.refusal] == [(gone.tracking_id, "not_found"), (ended.tracking_id, "conflict")]
    assert all(line.reasons for line in seen.refused)
    assert Transition.objects.count() == events
    assert not Complaint.objects.filter(assignee__isnull=False).exists()


def test_what_moved_on_after_the_preview_is_refused_alone(world: World) -> None:
    stays, moves, taken = (world.to_state("awaiting_followup") for _number in range(3))
    seen = chosen(stays, moves, taken)
    world.step(moves, "respond", "liaison", text="Kami periksa.", estimated_on="2026-11-20")
    services.take(taken.pk, by=world.actor("liaison2"), at=world.at)

    done = services.act_on_many(seen, "assign", given={"assignee": "liaison"}, by=world.actor("admin"), at=world.at)

    assert [line.number for line in done.ready] == [stays.tracking_id]
    taken.refresh_from_db()
    assert taken.assignee == world.user("liaison2")


def test_reports_are_sent_to_an_institution_and_settled_where_they_were_not(world: World) -> None:
    cases = [world.submit().complaint for _number in range(2)]
    settled = world.step(world.to_state("at_city"), "return_upward", "admin", text="Bukan wilayah kami.")

    done = do(world, "dispose_to_institution", *cases, settled, who="national", target="kementerian-uji", **SORT)

    assert len(done.ready) == 3
    assert {c.holder for c in Complaint.objects.all()} == {world.ministry}
    assert {c.topic_id for c in Complaint.objects.all()} == {SORT["topic"]}


def test_an_unsettled_report_is_refused_with_a_sentence_that_helps(world: World) -> None:
    done = do(world, "dispose_to_institution", world.submit().complaint, who="national", target="kota-uji")

    assert done.lines[0].reasons == ["Topik atau jalur belum ditetapkan. Pilih di atas, atau ambil langkah ini di halaman laporannya."]


def test_the_accused_institution_does_not_receive_its_own_report_in_bulk(world: World) -> None:
    case, other = world.submit().complaint, world.submit().complaint
    services.edit(case.pk, changes={"reported_institution": world.city}, by=world.actor("national"), at=world.at)

    done = do(world, "dispose_to_institution", case, other, who="national", target="kota-uji", **SORT)

    assert [line.number for line in done.ready] == [other.tracking_id]


def test_a_note_goes_to_many_reports(world: World) -> None:
    cases = [world.to_state("awaiting_followup") for _number in range(2)]

    do(world, "note", *cases, who="liaison", text="Satu survei untuk semua.")

    assert [case.entries.filter(kind="note", text="Satu survei untuk semua.").count() for case in cases] == [1, 1]


@pytest.mark.parametrize(
    ("act", "given", "field"),
    [
        ("assign", {}, "assignee"),
        ("assign", {"assignee": "entah"}, "assignee"),
        ("assign", {"assignee": "\x00"}, "assignee"),
        ("note", {"text": "  "}, "text"),
        ("note", {"text": "Tolong @liaison"}, "text"),
        ("dispose_to_institution", {}, "target"),
        ("dispose_to_institution", {"target": "entah"}, "target"),
        ("dispose_to_institution", {"target": "kota-uji", "track": "oversight"}, "track"),
    ],
)
def test_what_is_wrong_for_all_is_told_once(world: World, act: str, given: dict[str, str], field: str) -> None:
    case = world.submit().complaint

    seen = look(world, act, case, who="national", **given)

    assert seen.wrong is not None
    assert list(seen.wrong.fields) == [field]
    with pytest.raises(Refusal):
        do(world, act, case, who="national", **given)


def test_no_more_cases_than_the_limit_and_never_none(world: World) -> None:
    Limit.objects.filter(key="bulk_max").update(value=1)
    cases = [world.submit().complaint for _number in range(2)]

    for wrong in ([], chosen(*cases)):
        with pytest.raises(Refusal):
            services.preview(wrong, "note", given={"text": "x"}, by=world.actor("national"), at=world.at)


def test_a_strangers_or_missing_report_answers_alike(world: World) -> None:
    secret = world.to_state("awaiting_followup", is_secret=True)
    pair = [*chosen(secret), Chosen("LPR-7K3M-92QX-4", 1)]

    done = services.preview(pair, "assign", given={"assignee": "liaison"}, by=world.actor("other_admin"), at=world.at)

    assert len({(line.refusal.code, str(line.refusal)) for line in done.lines if line.refusal}) == 1
    assert all(line.complaint is None for line in done.lines)


@pytest.mark.parametrize(
    ("act", "who", "given"),
    [
        ("assign", "admin", {"assignee": "liaison"}),
        ("note", "admin", {"text": "Sama."}),
        ("dispose_to_institution", "national", {"target": "kota-uji", **SORT}),
    ],
)
def test_fifty_cases_cost_as_many_queries_as_two(world: World, act: str, who: str, given: dict[str, Any]) -> None:
    state = "awaiting_followup" if who == "admin" else "awaiting_verification"
    cases = [world.to_state(state) for _number in range(12)]
    costs = []
    for some in (cases[:2], cases[2:]):
        for count in (look, do):
            with CaptureQueriesContext(connection) as queries:
                count(world, act, *[Complaint.objects.get(pk=c.pk) for c in some], who=who, **given)
            costs.append(len(queries) - 2 * len(some))

    assert (costs[0], costs[1]) == (costs[2], costs[3])
