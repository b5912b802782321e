"""Every write of the reports: what is released to the public."""

from .release import release, release_month

__all__ = ["release", "release_month"]
