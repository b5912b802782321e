"""The texts of notices, registered by whoever sends them, and the resolvers that open opaque addresses at delivery."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import translation
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

Resolver = Callable[[str, datetime], str | None]


@dataclass(frozen=True, slots=True)
class Text:
    subject: "_StrOrPromise"
    body: "tuple[_StrOrPromise, ...]"


EVENTS: dict[str, Text] = {}
RESOLVERS: dict[str, Resolver] = {}


def register(event: str, *, subject: "_StrOrPromise", body: "_StrOrPromise | tuple[_StrOrPromise, ...]") -> None:
    """Name the subject and the paragraphs of an event; both may hold named %(placeholders)s of the notice's context."""
    EVENTS[event] = Text(subject, body if isinstance(body, tuple) else (body,))


def register_resolver(prefix: str, resolver: Resolver) -> None:
    """Let `resolver` open addresses that begin with `prefix:`."""
    RESOLVERS[prefix] = resolver


def resolve(ref: str, at: datetime) -> str | None:
    """The e-mail address behind an opaque reference, None when there is none."""
    resolver = RESOLVERS.get(ref.partition(":")[0])
    return resolver(ref, at) if resolver else None


def render(event: str, context: Mapping[str, object], language: str) -> tuple[str, str]:
    """(subject, body) in the language. One line of subject, whatever the context holds."""
    text = EVENTS[event]
    with translation.override(language):
        subject = " ".join((str(text.subject) % context).split())
        body = "\n\n".join(str(paragraph) % context for paragraph in text.body)
    return subject, body + "\n"


register(
    "password_reset",
    subject=_("Set a new password"),
    body=(
        _("Somebody, probably you, asked for a new password for your account. Open this address within an hour: %(url)s"),
        _("If it was not you, do nothing: your password stays as it is."),
    ),
)
