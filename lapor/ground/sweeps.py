"""What time brings, by name: each package adds its own, so that whoever runs them all need not know those above it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

Sweep = Callable[[datetime], Any]  # answers what can be shown as JSON
SWEEPS: dict[str, Sweep] = {}


def register(name: str, sweep: Sweep) -> None:
    SWEEPS[name] = sweep


def run(at: datetime) -> dict[str, Any]:
    """Every registered sweep in the order of registration; what each of them did."""
    return {name: sweep(at) for name, sweep in SWEEPS.items()}
