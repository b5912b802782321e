"""What the system needs before its first day, by name: each package adds its own, so that whoever loads the rest need not know those above it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

Seed = Callable[[Any, datetime], int]  # by whom and when; says how many rows it wrote
SEEDS: dict[str, Seed] = {}


def register(name: str, seed: Seed) -> None:
    SEEDS[name] = seed


def run(by: Any, at: datetime) -> dict[str, int]:
    """Every registered seed in the order of registration; what each of them wrote."""
    return {name: seed(by, at) for name, seed in SEEDS.items()}
