"""Requests over kept connections from several threads, and what became of them."""

import http.client
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from statistics import median, quantiles


@dataclass(frozen=True, slots=True)
class Ask:
    """One HTTP request."""

    path: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass
class Figures:
    """Seconds of every answer that had the wanted status, the others counted; statements an answer; bytes of one."""

    times: list[float] = field(default_factory=list)
    seconds: float = 0.0
    queries: list[int] = field(default_factory=list)
    size: int = 0
    others: Counter[int] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds if self.seconds else 0.0

    def percentile(self, percent: int) -> float:
        """In milliseconds; 0 when nothing was answered."""
        if len(self.times) < 2:
            return 1000 * sum(self.times)
        return 1000 * quantiles(self.times, n=100, method="inclusive")[percent - 1]

    @property
    def statements(self) -> int:
        return int(median(self.queries)) if self.queries else 0


def drive(port: int, ask: Callable[[int], Ask], figures: Figures, *, seconds: float, connections: int, wanted: int = 200) -> None:
    """Ask for `seconds` over `connections` connections at once; adds to `figures`."""
    numbers, lock, until = count(), threading.Lock(), time.perf_counter() + seconds

    def one() -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        while time.perf_counter() < until:
            request = ask(next(numbers))
            began = time.perf_counter()
            line.request(request.method, request.path, request.body or None, dict(request.headers))
            answer = line.getresponse()
            body = answer.read()
            took = time.perf_counter() - began
            with lock:
                if answer.status == wanted:
                    figures.times.append(took)
                    figures.queries.append(int(answer.headers.get("X-Queries", 0)))
                    figures.size = len(body)
                else:
                    figures.others[answer.status] += 1
        line.close()

    threads = [threading.Thread(target=one) for _ in range(connections)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    figures.seconds += time.perf_counter() - began
