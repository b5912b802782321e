"""The one way a service says no, whatever face asked: code, HTTP status, a kind sentence, and the fields it concerns."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

CODES = {
    "not_found": 404,
    "forbidden": 403,
    "step_up_required": 403,
    "conflict": 409,
    "gone": 410,
    "precondition_failed": 412,
    "too_large": 413,
    "invalid": 422,
    "not_yet_available": 422,
    "too_many_requests": 429,
    "unavailable": 503,
    "read_only": 503,
}


class Refusal(Exception):
    """A service refuses: nothing was changed.

    `fields` maps an input's name to the sentences about it; `extra` is shown to machines as it is (ids and codes only).
    """

    def __init__(
        self,
        code: str,
        message: "_StrOrPromise",
        *,
        fields: "Mapping[str, Sequence[_StrOrPromise]] | None" = None,
        retry_after: int | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status = CODES[code]
        self.message = message
        self.fields = {name: list(texts) for name, texts in (fields or {}).items()}
        self.retry_after = retry_after
        self.extra = dict(extra or {})

    def __str__(self) -> str:
        return str(self.message)


class StoreAway(Exception):
    """A store of files does not answer; whoever waits is asked to come back, and work is taken up again later."""
