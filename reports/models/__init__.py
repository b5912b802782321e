"""What the reports keep: what was told to the public, once and for all."""

from .opendata import OpenDataFile, Release, ReleasedPlace, ReleaseQuerySet

__all__ = ["OpenDataFile", "Release", "ReleaseQuerySet", "ReleasedPlace"]
