"""The launcher's command line, as `run` calls it."""

import sys
from collections.abc import Callable, Sequence

from lapor.launcher import benching, commands, trial, up
from lapor.launcher.speech import Refused, tell

USAGE = """usage: ./run                  start everything: web, worker, beat, PostgreSQL, Valkey
       ./run test [ARGS]      run the tests on throw-away services (ARGS go to pytest; -m night: the long ones)
       ./run manage ARGS      a manage.py command against the same services
       ./run psql ARGS        psql on the embedded server, as its owner
       ./run bench [WORK...] [--size 10k|200k]   measure our work beside floors, in one run
       ./run keys             print a new set of secrets for a production system
Every variable it listens to stands in deploy/env.example."""


def _up(arguments: Sequence[str]) -> int:
    if arguments:
        tell(USAGE)
        return 2
    return up.up()


def _help(_arguments: Sequence[str]) -> int:
    tell(USAGE)
    return 0


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "up": _up,
    "test": trial.test,
    "manage": commands.manage,
    "psql": commands.psql,
    "bench": benching.bench,
    "keys": commands.new_keys,
    "help": _help,
    "--help": _help,
    "-h": _help,
}


def main(arguments: Sequence[str]) -> int:
    """Run one command of ./run; the exit code."""
    name = arguments[0] if arguments else "up"
    command = COMMANDS.get(name)
    if command is None:
        tell(USAGE)
        return 2
    try:
        return command(arguments[1:])
    except Refused as refusal:
        tell(str(refusal))
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
