"""Making a copy of somebody's file that holds what they meant to show and nothing else, in a process that may fail alone."""

from .kinds import EXTENSIONS, kind_of
from .parent import Outcome, clean

__all__ = ["EXTENSIONS", "Outcome", "clean", "kind_of"]
