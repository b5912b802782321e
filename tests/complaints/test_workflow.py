"""The tables agree with one another, and no open case is without a way out that the reporter does not own."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from complaints import services
from complaints.access import OVERSIGHT_STEPS, STEPS
from complaints.models import Complaint
from complaints.notices import ASKING_CONSENT, PART_TELLS, TELLINGS, TELLINGS_BY_REASON, URGENT_ARRIVALS
from complaints.policy import POLICY
from complaints.services import READERS
from complaints.services.effects import EFFECTS
from complaints.services.guards import GUARDS
from complaints.wording import ACTIONS, NEXT_STEPS, REPORTER_ACTIONS, SENTENCES, SENTENCES_BY_REASON, sentence_of
from complaints.workflow import ENDED, OTHER_EVENTS, PRIVATE_EVENTS, WORKFLOW, State
from officers.notices import EVENTS
from tests.world import World

LATER = {"start", "dispute", "merge", "unmerge"}  # a dispute is never chosen: the return that is one too many becomes one


def test_every_step_of_the_regulation_stands_in_the_table_once() -> None:
    numbers = [step.number for step in WORKFLOW.values()]

    assert sorted(set(numbers)) == sorted(numbers)
    assert {f"S{n:02}" for n in range(1, 33)} - {"S29"} <= set(numbers)


def test_a_step_is_available_exactly_when_it_has_an_effect_or_a_door_of_its_own() -> None:
    available = {code for code, step in WORKFLOW.items() if step.is_available}

    assert available == set(EFFECTS) | {"submit"}
    assert set(WORKFLOW) - available == LATER


@pytest.mark.parametrize("table", [POLICY, SENTENCES], ids=["policy", "sentences"])
def test_every_step_and_event_has_its_row(table: dict[str, object]) -> None:
    assert set(WORKFLOW) | set(OTHER_EVENTS) <= set(table)


def test_other_tables_speak_only_of_known_steps() -> None:
    assert set(GUARDS) <= set(EFFECTS)
    assert set(ACTIONS) == set(EFFECTS)
    assert set(REPORTER_ACTIONS) <= set(EFFECTS)
    assert set(TELLINGS) | {kind for kind, _reason in TELLINGS_BY_REASON} <= set(WORKFLOW) | set(OTHER_EVENTS)
    assert {kind for kind, _reason in PRIVATE_EVENTS | set(SENTENCES_BY_REASON)} <= set(WORKFLOW)
    assert set(WORKFLOW) | set(OTHER_EVENTS) >= URGENT_ARRIVALS | PART_TELLS
    tellings = (*TELLINGS.values(), *TELLINGS_BY_REASON.values())
    assert {ASKING_CONSENT} | {name for telling in tellings for name in (telling.reporter, telling.officers) if name} <= set(EVENTS)
    assert set(NEXT_STEPS) == set(State)
    assert set(STEPS) == set(OVERSIGHT_STEPS) == set(EFFECTS)


def test_every_input_that_a_step_names_can_be_read() -> None:
    named = {name for step in WORKFLOW.values() for name in (*step.needs, *step.wants, *step.missing, *step.officer_needs, *step.reporter_wants)}

    assert named <= set(READERS)


@pytest.mark.parametrize("event", [*((kind, "") for kind in sorted(SENTENCES)), *sorted(SENTENCES_BY_REASON)])
def test_a_kind_of_event_has_one_sentence_in_each_language(event: tuple[str, str]) -> None:
    said = {}
    for language in ("id", "en"):
        with translation.override(language):
            said[language] = sentence_of(*event)

    assert said["en"].endswith(".")
    assert said["id"].endswith(".")
    assert said["id"] != said["en"]


def _reachable(edges: dict[State, set[State]], start: State) -> set[State]:
    seen, waiting = {start}, [start]
    while waiting:
        for following in edges[waiting.pop()] - seen:
            seen.add(following)
            waiting.append(following)
    return seen


@pytest.mark.parametrize("late_or_oversight", [False, True])
@pytest.mark.parametrize("state", [s for s in State if s not in ENDED and s != State.DRAFT])
def test_the_table_leads_from_every_open_state_to_an_end_without_the_reporter(state: State, late_or_oversight: bool) -> None:
    edges: dict[State, set[State]] = {s: set() for s in State}
    for step in WORKFLOW.values():
        if (
            step.code not in EFFECTS
            or step.actors == "reporter"
            or step.code in {"end_part", "change_track"}
            or (step.code == "close_by_silence" and late_or_oversight)
        ):
            continue
        for source in step.sources:
            edges[source] |= set(step.targets)

    assert _reachable(edges, state) & ENDED


OVERSIGHT: dict[str, Any] = {"topic": "public_works.potholes", "track": "oversight", "reported_party": "Oknum dinas"}
OFFICERS = ("national", "admin", "admin2", "liaison", "liaison2", "unit_admin", "supervisor")


def _cases(world: World, mode: dict[str, Any]) -> Iterator[Complaint]:
    for state in ("awaiting_verification", "at_city", "awaiting_completion", "awaiting_followup", "in_progress", "awaiting_reporter", "reporter_replied"):
        yield world.to_state(state, **mode)
    entered = world.submit(**mode).complaint
    yield world.step(entered, "dispose_to_institution", "national", target="kota-uji", **OVERSIGHT)
    handled = world.submit(**mode).complaint
    world.step(handled, "dispose_to_institution", "national", target="kota-uji", **OVERSIGHT)
    yield world.step(handled, "handle", "supervisor")
    answer: dict[str, Any] = {"text": "Selesai diperiksa.", "outcome": "not_proven", "done_on": "2026-11-02", "evidence": "LHP 3/2026"}
    answer["decision"] = {"number": "3/LHP/2026", "on": "2026-11-02", "finding": "not_proven"}
    decided = world.submit(**mode).complaint
    world.step(decided, "dispose_to_institution", "national", target="kota-uji", **OVERSIGHT)
    world.step(decided, "handle", "supervisor")
    yield world.step(decided, "answer", "supervisor", **answer)
    contested = world.to_state("closed", **mode)
    yield world.step(contested, "reopen", text="Belum selesai, masih berlubang.")


@pytest.mark.parametrize("days", [0, 61, 400])
@pytest.mark.parametrize("mode", [{}, {"is_anonymous": True}, {"is_secret": True}], ids=["named", "anonymous", "secret"])
def test_every_open_case_offers_a_step_to_an_officer_or_a_sweep_takes_it(world: World, mode: dict[str, Any], days: int) -> None:
    at = world.at + timedelta(days=days)
    for complaint in _cases(world, mode):
        offered = []
        for who in OFFICERS:
            actor = world.actor(who, at=at)
            row = Complaint.objects.answering(actor).select_related("holder__parent", "topic").get(pk=complaint.pk)
            offered += [step.code for step in services.open_steps(row, by=actor, at=at)] if row.knows else []
        lapses = complaint.state == State.AWAITING_COMPLETION  # the sweep takes every one, whatever its track

        assert offered or lapses, complaint.state
