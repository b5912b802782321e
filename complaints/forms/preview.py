"""What goes with a preview: nothing is applied but exactly the values that were shown."""

from typing import Any

from django.core.signing import Signer
from django.http import QueryDict

PREVIEWED, AGAIN = "_previewed", "_again"
APART = frozenset({"csrfmiddlewaretoken", PREVIEWED, AGAIN})


def typed(sent: QueryDict) -> list[tuple[str, str]]:
    """Everything that was sent, without what belongs to the preview itself."""
    return [(name, str(value)) for name, values in sent.lists() if name not in APART for value in values]


def seal(sent: QueryDict, *, of: Any = "") -> str:
    """Says that exactly these values were shown in a preview; other values are shown in another one first. `of` says whose page it was."""
    return Signer(salt="lapor.preview").signature(repr((str(of), sorted(typed(sent)))))
