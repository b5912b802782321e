"""Random lives of reports, counted now and then: what the sweeps summed up is what their events say, to the last unit."""

import os
import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from complaints import services
from complaints.models import Clock, Complaint, Transition
from complaints.workflow import WORKFLOW
from institutions import services as places
from lapor.ground.problems import Refusal
from monitoring.models import Fact
from monitoring.services import measure, recount
from officers.actors import machine
from tests.parts import PART
from tests.world import ANSWER, SORT, START, World

Given = Callable[[random.Random, datetime], dict[str, Any]]
UNITS = ("kota-uji-dpu", "kota-uji-dinkes", "kota-uji-rsud", "kota-uji-inspektorat")
# Lives that come to 25 kinds of events between them, whatever others are drawn.
RICH = (13, 15, 26, 28, 68, 80, 137)
REASONS = ("too_general", "spam_or_abuse", "advertisement", "test_message", "hate_content")


def on(at: datetime, days: int) -> str:
    return (at.date() + timedelta(days=days)).isoformat()


# Who may, what, and with what: most are refused where the report stands, and those that are not come to every step of the table.
MOVES: tuple[tuple[str, str, Given], ...] = (
    ("national", "dispose_to_institution", lambda r, _at: {"target": r.choice(("kota-uji", "kementerian-uji", "kabupaten-timur")), **SORT}),
    ("national", "dispose_to_institution", lambda _r, _at: {"target": "kota-uji"}),
    ("admin", "dispose_to_unit", lambda r, _at: {"target": r.choice(UNITS), **SORT}),
    ("admin", "dispose_to_unit", lambda r, _at: {"target": r.choice(UNITS)}),
    ("admin", "handle", lambda _r, _at: {}),
    ("admin", "handle", lambda _r, _at: {**SORT}),
    *(
        (who, "respond", lambda _r, at: {"text": "Kami periksa ke lokasi.", "estimated_on": on(at, 9)})
        for who in ("liaison", "unit_admin", "admin", "supervisor")
    ),
    *((who, "progress", lambda _r, _at: {"text": "Masih kami kerjakan."}) for who in ("liaison", "admin", "health_liaison")),
    *((who, "answer", lambda _r, at: {**ANSWER, "done_on": on(at, 0)}) for who in ("liaison", "health_liaison", "unit_admin", "admin", "east_admin")),
    ("", "reply", lambda _r, _at: {"text": "Belum selesai."}),
    ("", "confirm", lambda r, _at: {"rating": r.randint(1, 5)}),
    ("", "withdraw", lambda _r, _at: {}),
    ("", "reopen", lambda _r, _at: {"text": "Rusak lagi."}),
    ("", "restore", lambda _r, _at: {"text": "Mohon dibaca lagi."}),
    ("", "complete", lambda _r, _at: {"text": "Lokasinya di depan pasar."}),
    ("system", "lapse", lambda _r, _at: {}),
    ("system", "close_by_silence", lambda _r, _at: {}),
    ("national", "archive", lambda r, _at: {"reason": r.choice(REASONS), "text": "Tidak dapat diproses."}),
    ("admin", "archive", lambda r, _at: {"reason": r.choice(REASONS[:2]), "text": "Tidak dapat diproses."}),
    ("national", "restore", lambda _r, _at: {"text": "Diperiksa lagi."}),
    ("national", "pend", lambda _r, _at: {"reason": "incomplete", "items": "Foto lokasi"}),
    ("admin", "pend", lambda _r, _at: {"reason": "unclear_place", "items": "Alamat"}),
    *((who, "return_upward", lambda _r, _at: {"text": "Bukan wewenang kami."}) for who in ("admin", "other_admin", "unit_admin", "national")),
    ("liaison", "return_to_admin", lambda _r, _at: {"text": "Bukan bidang kami."}),
    ("admin", "redispose", lambda r, _at: {"target": r.choice(UNITS), "text": "Mohon ditangani."}),
    ("admin", "invite", lambda r, _at: {**PART, "mandatory": r.random() < 0.5}),
    ("national", "invite", lambda _r, _at: {**PART, "target": "kementerian-uji", **SORT}),
    ("admin", "hold", lambda _r, at: {"reason": "third_party", "until": on(at, 6), "text": "Menunggu pihak lain."}),
    ("admin", "end_hold", lambda _r, _at: {}),
    ("admin", "close_by_decision", lambda _r, _at: {"text": "Sudah jelas.", "outcome": "partly"}),
    ("national", "hand_over", lambda _r, _at: {"body": "ppid", "reference": "PPID-1", "text": "Diteruskan."}),
    ("admin", "change_track", lambda _r, _at: {"track": "oversight", "text": "Dugaan pungutan.", "reported_party": "Petugas loket"}),
    ("national", "change_track", lambda _r, _at: {"track": "non_oversight", "text": "Bukan pengawasan."}),
    ("", "change_visibility", lambda r, _at: {"secret": r.random() < 0.5}),
)
QUIET = tuple(move for move in MOVES if move[1] not in {"archive", "withdraw", "hand_over"})  # what does not end a life too early


def act(world: World, rolled: random.Random, at: datetime) -> None:
    """One thing that somebody does to one of the reports, if it is allowed there."""
    rows = list(Complaint.objects.order_by("submitted_at", "part_number", "tracking_id"))
    case = rolled.choice(rows)
    kind = rolled.random()
    if kind < 0.08 or not rows:
        world.submit(at=at, **birth(rolled))
    elif kind < 0.12:
        services.edit(case.pk, changes={"topic": "public_works.potholes"}, by=world.actor("national", at=at), at=at)
    elif kind < 0.16:
        services.rate(case.pk, rating=rolled.randint(1, 5), by=world.reporter(case, at=at), at=at)
    elif kind < 0.2:
        clock = Clock.objects.running().filter(complaint=case).order_by("key").first()
        if clock is not None:
            by, basis = world.actor("national", at=at), clock.policy.legal_basis_id
            services.extend_clock(case.pk, key=clock.key, days=3, legal_basis=basis, text="Perlu waktu.", by=by, at=at)
    else:
        open_here = [move for move in (MOVES if rolled.random() < 0.3 else QUIET) if case.state in WORKFLOW[move[1]].sources]
        who, code, given = rolled.choice(open_here)
        world.step(case, code, who, at=at, **given(rolled, at))


def birth(rolled: random.Random) -> dict[str, Any]:
    return {
        "incident_date": "2026-10-01",
        "is_secret": rolled.random() < 0.2,
        "classification": rolled.choice(("complaint", "complaint", "information_request")),
        "target_institution": rolled.choice((None, "kota-uji", "kabupaten-timur")),
        "gedsi": rolled.choice(({}, {"gender": "female", "age_band": "18_29"})),
    }


def live(world: World, rolled: random.Random) -> Counter[str]:
    """Some reports and what becomes of them; the sweep looks in now and then, and sometimes sleeps for weeks, or is ahead of an event."""
    done: Counter[str] = Counter()
    at = START
    for number in range(rolled.randint(1, 3)):  # each at its own minute: the same seed picks the same report again
        world.submit(at=at + timedelta(minutes=number), **birth(rolled))
    for _number in range(rolled.randint(5, 24)):
        at += timedelta(minutes=rolled.choice((7, 60, 300, 1440, 4000, 12_000)))
        try:
            with transaction.atomic():
                act(world, rolled, at)
            done["acts"] += 1
        except Refusal:
            done["refused"] += 1
        if rolled.random() < 0.02:
            day = at.date() + timedelta(days=rolled.randint(-6, 9))
            places.set_calendar_day(date=day, kind="national_holiday", name="Hari uji", by=machine("system"), at=at, why="decreed late")
            services.recompute(at=at)
        if rolled.random() < 0.25:
            measure(at=at + timedelta(days=rolled.choice((0, 0, 0, 3, 20))))
    measure(at=at)
    return done


def differences(world: World, seed: int) -> Counter[str]:
    with transaction.atomic():
        done = live(world, random.Random(seed))
        found = recount(check=True)
        assert (found.examples, dict(found.counts), found.waiting) == ([], {}, 0)
        done["reports"] += found.reports
        done["facts"] += Fact.objects.count()
        done.update(f"step {kind}" for kind in Transition.objects.values_list("kind", flat=True))
        transaction.set_rollback(True)
    return done


@pytest.fixture
def vacuumed(django_db_setup: None) -> None:
    """Lives that are rolled back leave dead rows behind, and those slow down whoever lives next."""
    dsn = psycopg.conninfo.make_conninfo(os.environ["LAPOR_OWNER_URL"], dbname=connection.settings_dict["NAME"])
    with psycopg.connect(dsn, autocommit=True) as owner:
        owner.execute("VACUUM")


@pytest.mark.parametrize(("examples", "stretch"), [(60, 0), *(pytest.param(250, number, marks=pytest.mark.night) for number in range(1, 41))])
def test_whatever_happens_the_figures_are_what_the_events_say(vacuumed: None, world: World, examples: int, stretch: int) -> None:
    """60 lives, at night 10,000: in stretches, for what is rolled back inside a transaction cannot be swept before it ends."""
    total: Counter[str] = Counter()

    @settings(max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], database=None)
    @given(st.integers(stretch << 40, (stretch + 1 << 40) - 1))
    def lives(seed: int) -> None:
        total.update(differences(world, seed))

    for seed in RICH:
        lives = example(seed)(lives)
    lives()
    assert total["acts"] > 3 * examples
    assert total["facts"] > total["reports"] > examples
    assert sum(name.startswith("step ") for name in total) >= 25
