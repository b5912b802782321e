"""The frozen content of an edition: taken from the sums in a constant number of queries, and everything that can be done with it later."""

from .canonical import Data, canonical, digest
from .masking import masked
from .record import Difference, differences, indicators_of, ledger_of, recorded, scope_of
from .tables import OF_PLACES
from .taking import Frame, take

__all__ = [
    "OF_PLACES",
    "Data",
    "Difference",
    "Frame",
    "canonical",
    "differences",
    "digest",
    "indicators_of",
    "ledger_of",
    "masked",
    "recorded",
    "scope_of",
    "take",
]
