"""How the launcher speaks: on stderr alone, so that a command's stdout stays its own; and the error that ends a start."""

import sys
import time

BEGAN = time.monotonic()


class Refused(Exception):
    """The start cannot go on; the text is the sentence that a person reads."""


def say(text: str) -> None:
    """One line of progress with the seconds since the start."""
    sys.stderr.write(f"[{time.monotonic() - BEGAN:6.1f} s] {text}\n")
    sys.stderr.flush()


def tell(text: str) -> None:
    """A line without the clock: what stays to be read."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
