"""Two thousand reports lived through in order of time, with the sweeps of every day in between; by several processes at once where asked."""

import heapq
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, Future, wait
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count
from queue import Queue
from random import Random
from threading import Barrier, BrokenBarrierError
from typing import Any

from complaints import services
from lapor.ground.problems import Refusal

from .corpus import read
from .hands import hands
from .haste import in_haste
from .stories import WIB, Country, Move, Story, tell

DAYS = 240


def _born(random: Random, now: datetime) -> datetime:
    """When a report comes in: more of them lately and on Mondays, in the morning and in the evening."""
    age = timedelta(days=DAYS * random.random() ** 1.7)
    day: date = (now - age).astimezone(WIB).date()
    if random.random() < 0.2:
        day -= timedelta(days=day.weekday())
    hour = random.choices((7, 9, 10, 13, 15, 19, 20, 21, 23), (5, 18, 18, 9, 9, 14, 13, 10, 4))[0]
    return min(datetime(day.year, day.month, day.day, hour, random.randrange(60), tzinfo=WIB), now - timedelta(minutes=5))


def _cast(country: Country, random: Random, size: int, now: datetime) -> list[tuple[datetime, Story]]:
    texts = read("complaints")
    pools = {"handled": texts["templates"], "incomplete": texts["incomplete"], "archived": [{"topic": "other", **row} for row in texts["archivable"]]}
    stories = []
    for number in range(size):
        kind = random.choices(("handled", "incomplete", "archived"), (86, 7, 7))[0]
        stories.append((_born(random, now), Story(country, Random(random.random()), number, random.choice(pools[kind]), kind)))
    return stories


def _next(story: Story, moves: Iterator[Move], at: datetime) -> datetime | None:
    """Make the move whose time has come; the time of the one after it, or None at the end."""
    pending = story.pending or next(moves)[1]
    try:
        pending(at)
    except Refusal as refusal:
        story.country.refused[f"{refusal.code}: {refusal} {sorted(refusal.fields)}"] += 1
        story.pending = None
        return None  # a sweep or the reporter was first: the story ends where it stands
    found = next(moves, None)
    story.pending = found[1] if found else None
    return at + found[0] if found else None


@dataclass(frozen=True, slots=True)
class Telling:
    """What is to be told: the same seed gives the same country, however many hands tell it."""

    now: datetime
    size: int
    seed: int
    hands: int = 1


def _tell(telling: Telling, hand: int, progress: Callable[[int], None], sweep: Callable[[datetime], object]) -> Counter[str]:
    """Live every report of one hand up to now, calling the sweep once a day; says what the workflow refused."""
    country, order = Country(telling.now), count()
    cast = _cast(country, Random(telling.seed), telling.size, telling.now)
    queue: list[tuple[datetime, int, Story | None, Any]] = [(at, next(order), story, tell(story)) for at, story in cast if story.number % telling.hands == hand]
    first = min(at for at, _story in cast)
    queue += [(first + timedelta(days=day, hours=2), next(order), None, None) for day in range((telling.now - first).days + 1)]
    heapq.heapify(queue)
    while queue:
        at, _number, story, moves = heapq.heappop(queue)
        country.reference.at = at
        if story is None:
            sweep(at)
            continue
        following = _next(story, moves, at)
        if following is not None and following <= telling.now:
            heapq.heappush(queue, (following, next(order), story, moves))
        else:
            progress(1)
    sweep(telling.now)
    return country.refused


def live(telling: Telling, progress: Callable[[int], None]) -> Counter[str]:
    """Let all stories happen; says what was refused, and how often."""
    if telling.hands == 1:
        return _tell(telling, 0, progress, lambda at: services.expire(at=at))
    with hands(telling.hands) as (manager, pool):
        gate, told = manager.Barrier(telling.hands), manager.Queue()
        running = [pool.submit(_as_hand, telling, hand, gate, told) for hand in range(telling.hands)]
        _watch(running, told, progress)
        return sum((hand.result() for hand in running), Counter())


def _watch(running: list[Future[Counter[str]]], told: Queue[int], progress: Callable[[int], None]) -> None:
    """Show how far they are until they have ended; raises what one of them died of."""
    left = set(running)
    while left:
        ended, left = wait(left, timeout=1, return_when=FIRST_EXCEPTION)
        progress(sum(told.get() for _number in range(told.qsize())))
        failed = [error for hand in ended if (error := hand.exception()) is not None]
        if cause := next((error for error in failed if not isinstance(error, BrokenBarrierError)), None):
            raise cause


def _as_hand(telling: Telling, hand: int, gate: Barrier, told: Queue[int]) -> Counter[str]:
    """One process's share. The first one sweeps, while all wait: what time brings to a report must not come before its day."""

    def sweep(at: datetime) -> None:
        gate.wait()
        if hand == 0:
            services.expire(at=at)
        gate.wait()

    try:
        with in_haste():
            return _tell(telling, hand, told.put, sweep)
    except BaseException:
        gate.abort()
        raise
