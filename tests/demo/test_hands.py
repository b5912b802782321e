"""The processes that tell the demo or draw for a bench end with the one that started them."""

import signal
import subprocess
import sys
import time

import pytest

from lapor.launcher.processes import end, living

SPAWNED = """
import time
from complaints.management.demo.hands import hands
if __name__ == "__main__":
    with hands(2) as (manager, pool):
        shared = manager.Queue()
        for hand in range(2):
            pool.submit(shared.put, hand)
        print(shared.get() + shared.get(), flush=True)
        time.sleep(60)
"""
FORKED = """
import multiprocessing, time
from lapor.ground.parent import end_with_parent
with multiprocessing.get_context("fork").Pool(2, end_with_parent) as pool:
    print(sum(pool.map(abs, [0, -1])), flush=True)
    pool.map(time.sleep, [90, 90])  # one that waits for its next task would hear of the end by itself
"""
SECONDS = 30.0


def group(leader: int) -> set[int]:
    return {seen.pid for seen in living() if seen.group == leader}


# Itself and two hands; those of the demo have one more that holds what they share.
@pytest.mark.parametrize(("program", "least"), [(SPAWNED, 4), (FORKED, 3)], ids=["spawned", "forked"])
def test_the_hands_of_whoever_is_killed_do_not_stay_behind(program: str, least: int) -> None:
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, start_new_session=True) as parent:
        assert parent.stdout is not None
        told = parent.stdout.readline()
        grown = group(parent.pid)
        time.sleep(1)
        parent.kill()
        parent.wait()
        until = time.monotonic() + SECONDS
        while group(parent.pid) and time.monotonic() < until:
            time.sleep(0.1)
        left = group(parent.pid)
        end(sorted(left), signal.SIGKILL, 5)
    assert told == "1\n"
    assert len(grown) >= least
    assert left == set()
