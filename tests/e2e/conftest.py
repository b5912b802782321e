"""One browser for all tests here: a second one beside it could not run in the same process."""

from tests.browser import browser

__all__ = ["browser"]
