"""The sweep that counts deadlines anew: few questions, any number of windows, many at once, killed anywhere."""

import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from complaints import services
from complaints.models import NEVER, Clock, ClockEvent
from institutions.models import CalendarDay, CalendarYear
from tests.complaints.crowd import crowd
from tests.complaints.decrees import HOLIDAY, LATER, WIB, decree, dues, local, recomputed, take_back, whole
from tests.world import World


@pytest.fixture
def calendar_back(committed: World) -> Iterator[World]:
    """What a test commits to the calendar is taken out again: it is no moving table."""
    years, newest = dict(CalendarYear.objects.values_list("year", "version")), CalendarDay.objects.latest("pk").pk
    ended = list(CalendarDay.objects.filter(until=None).values_list("pk", flat=True))
    yield committed
    CalendarDay.objects.filter(pk__gt=newest).delete()
    CalendarDay.objects.filter(pk__in=ended).update(until=None)
    CalendarYear.objects.exclude(year__in=years).delete()
    for year, version in years.items():
        CalendarYear.objects.filter(year=year).update(version=version)


def test_an_idle_sweep_asks_few_questions(world: World) -> None:
    crowd(world, [world.at] * 20, [world.unit])
    services.recompute(at=LATER)

    with CaptureQueriesContext(connection) as asked:
        services.recompute(at=LATER)

    assert len(asked) <= 4


def _starts(count: int, seed: int) -> list[datetime]:
    """Around the holiday: some windows end before it, most contain it, some begin after it."""
    numbers = random.Random(seed)
    return [datetime(2026, 10, 5, tzinfo=WIB) + timedelta(days=numbers.randrange(70), minutes=numbers.randrange(1440)) for _n in range(count)]


def _show(world: World, count: int, capsys: pytest.CaptureFixture[str]) -> None:
    holders = [world.unit, world.place("kabupaten-timur"), world.ministry]
    clocks = crowd(world, _starts(count, count), holders)
    before = dues()
    inside = {clock.pk for clock in clocks if local(clock, clock.started_at) < HOLIDAY <= local(clock, clock.due_at)}
    inside |= set(
        Clock.objects.running().filter(policy__unit="working", started_at__date__lt=HOLIDAY, due_at__date__gte=HOLIDAY).values_list("pk", flat=True)
    ) - {clock.pk for clock in clocks}
    day = decree()

    assert services.recompute(at=LATER).moved == len(inside)
    after = dues()
    assert {pk for pk, due in after.items() if due != before[pk]} == inside
    assert all(after[pk] > before[pk] for pk in inside)
    assert dict(ClockEvent.objects.filter(kind="recompute").values_list("clock", "due_at")) == {pk: after[pk] for pk in inside}
    assert recomputed() == len(inside)
    assert services.recompute(at=LATER).moved == 0
    take_back(day)
    assert services.recompute(at=LATER).moved == 0
    assert (dues(), recomputed()) == (after, len(inside))
    whole()
    with capsys.disabled():
        sys.stdout.write(f"\n{len(clocks)} running deadlines, {len(inside)} with the holiday inside: {len(inside)} moved, one event each\n")


def test_only_windows_that_contain_the_holiday_move_and_nothing_moves_back(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    _show(world, 300, capsys)


@pytest.mark.night
def test_ten_thousand_running_windows(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    _show(world, 10_000, capsys)


def test_four_at_once_count_each_deadline_once(calendar_back: World) -> None:
    clocks = crowd(calendar_back, _starts(300, 7), [calendar_back.unit])
    decree()
    inside = {clock.pk for clock in clocks if local(clock, clock.started_at) < HOLIDAY <= local(clock, clock.due_at)}
    barrier, counts = threading.Barrier(4), []

    def sweep() -> None:
        try:
            barrier.wait()
            counts.append(services.recompute(at=LATER).moved)
        finally:
            connection.close()

    threads = [threading.Thread(target=sweep) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    counts.append(services.recompute(at=LATER).moved)  # what one held, another let go by

    assert len(counts) == 5
    moved = list(ClockEvent.objects.filter(kind="recompute", clock__in=[clock.pk for clock in clocks]).values_list("clock", flat=True))
    assert (len(moved), set(moved)) == (len(inside), inside)
    assert sum(counts) == recomputed()
    whole()


def test_a_report_that_somebody_works_on_is_left_to_the_next_sweep(calendar_back: World) -> None:
    complaint = calendar_back.to_state("in_progress")
    decree()
    held, let_go = threading.Event(), threading.Event()

    def work() -> None:
        try:
            with transaction.atomic():
                services.lock(complaint.pk, by=calendar_back.actor("liaison"), act="answer")
                held.set()
                let_go.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    held.wait(20)
    first = services.recompute(at=LATER).moved
    let_go.set()
    thread.join()

    assert (first, services.recompute(at=LATER).moved) == (0, 1)


def test_a_sweep_that_is_killed_anywhere_is_run_again_and_nothing_is_done_twice(calendar_back: World) -> None:
    """Killed right before and right after the commit of a batch of one."""
    crowd(calendar_back, [calendar_back.at] * 3, [calendar_back.unit])
    decree()
    script = (
        "import django; django.setup(); import os, signal, sys\n"
        "from datetime import datetime\n"
        "from complaints.services import recompute as sweep\n"
        "from importlib import import_module\n"
        "module = import_module('complaints.services.recompute'); module.BATCH = 2\n"
        "when, true_save = sys.argv[1], module.save_clocks\n"
        "def save(clocks):\n"
        "    true_save(clocks)\n"
        "    if when == 'before': os.kill(os.getpid(), signal.SIGKILL)\n"
        "def progress(count):\n"
        "    if when == 'after': os.kill(os.getpid(), signal.SIGKILL)\n"
        "module.save_clocks = save\n"
        f"sweep(at=datetime.fromisoformat('{LATER.isoformat()}'), progress=progress)\n"
    )
    settings = connection.settings_dict
    url = f"postgresql://{settings['USER']}@/{settings['NAME']}?host={settings['HOST'] or settings['OPTIONS'].get('host', '')}"
    counts = []
    for when in ("before", "after"):
        ended = subprocess.run([sys.executable, "-c", script, when], env={**os.environ, "DATABASE_URL": url}, check=False, timeout=60)
        counts.append((ended.returncode, recomputed()))
    services.recompute(at=LATER)

    assert counts[0] == (-9, 0)
    assert counts[1] == (-9, 2)
    assert recomputed() == 4  # three of the crowd and the one it was copied from
    assert Clock.objects.running().filter(policy__unit="working", complaint__next_due_at=NEVER, key="resolution_non_oversight").count() == 0
    whole()
