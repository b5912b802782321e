"""The processes that tell the demo end with the one that started them."""

import signal
import subprocess
import sys
import time

from lapor.launcher.processes import end, living

TOLD = """
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
SECONDS = 30.0


def group(leader: int) -> set[int]:
    return {seen.pid for seen in living() if seen.group == leader}


def test_the_hands_of_a_killed_demo_do_not_stay_behind() -> None:
    with subprocess.Popen([sys.executable, "-c", TOLD], stdout=subprocess.PIPE, text=True, start_new_session=True) as parent:
        assert parent.stdout is not None
        told = parent.stdout.readline()
        grown = group(parent.pid)
        parent.kill()
        parent.wait()
        until = time.monotonic() + SECONDS
        while group(parent.pid) and time.monotonic() < until:
            time.sleep(0.1)
        left = group(parent.pid)
        end(sorted(left), signal.SIGKILL, 5)
    assert told == "1\n"
    assert len(grown) >= 4  # itself, the holder of what is shared, two hands
    assert left == set()
