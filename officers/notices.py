"""Who is told what, when: the table of events with their texts, and the resolvers that open opaque addresses at delivery."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
SMS_LENGTH = 160  # what one message of the GSM alphabet holds

REPORTER, OFFICER, SUPERIOR = "reporter", "officer", "superior"
# `always`: at once, in the night too; `now`: at once, outside quiet hours; `reminder`: at a time before an end, found by a sweep.
ALWAYS, NOW, REMINDER = "always", "now", "reminder"
AT_ONCE, DIGEST, OFF = "now", "digest", "off"

# What an officer may choose for: group -> (name, choices). What stands in no group can be neither gathered nor switched off.
GROUPS: dict[str, tuple["_StrOrPromise", tuple[str, ...]]] = {
    "work": (_("Reports that arrive at my desk or are assigned to me"), (AT_ONCE, DIGEST)),
    "replies": (_("Replies of reporters"), (AT_ONCE, DIGEST)),
    "colleagues": (_("Mentions and delegations by colleagues"), (AT_ONCE, DIGEST, OFF)),
}
CHOICES: dict[str, "_StrOrPromise"] = {AT_ONCE: _("At once"), DIGEST: _("Once a day, in one e-mail"), OFF: _("Not at all")}

# Invented, for previews.
SAMPLE: dict[str, str] = {
    "number": "LPR-7K3M-92QX-4",
    "holder": "Dinas Pekerjaan Umum Kota Contoh",
    "due": "1 Desember 2026",
    "period": "Triwulan 3 2026",
    "track_url": "https://lapor.contoh.invalid/lacak/",
    "desk_url": "https://lapor.contoh.invalid/meja/",
    "url": "https://lapor.contoh.invalid/masuk/",
    "name": "Budi Contoh",
    "from": "1 Desember 2026",
    "to": "5 Desember 2026",
    "count": "3",
    "numbers": "LPR-7K3M-92QX-4, LPR-8B2N-11QZ-7",
    "lines": "- LPR-7K3M-92QX-4",
    "code": "123456",
    "minutes": "15",
}


@dataclass(frozen=True, slots=True)
class Addressee:
    """Where somebody can be reached: (channel, address) in the order of trying, and the zone whose night is kept."""

    channels: tuple[tuple[str, str], ...] = ()
    zone: str = "Asia/Jakarta"


Resolver = Callable[[str, datetime], Addressee]
# From what a notice keeps to what only its letter says: a secret that stands in no row.
Words = Callable[[Mapping[str, Any]], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Text:
    """A row of the table: what is said of an event, to whom, when, and in which group an officer finds it."""

    subject: "_StrOrPromise"
    body: "tuple[_StrOrPromise, ...]"
    to: str
    when: str
    group: str
    words: Words | None = None

    def said(self, language: str) -> tuple[str, str]:
        """The built-in subject and body with their placeholders."""
        with translation.override(language):
            return str(self.subject), "\n\n".join(str(paragraph) for paragraph in self.body)

    @property
    def placeholders(self) -> frozenset[str]:
        """What a text of this event may name: what the built-in one names, so that a secret event never learns more."""
        return frozenset(PLACEHOLDER.findall(" ".join(self.said("en"))))


EVENTS: dict[str, Text] = {}
RESOLVERS: dict[str, Resolver] = {}


def register(
    event: str,
    *,
    subject: "_StrOrPromise",
    body: "_StrOrPromise | tuple[_StrOrPromise, ...]",
    to: str = OFFICER,
    when: str = NOW,
    group: str = "",
    words: Words | None = None,
) -> None:
    """Add a row to the table; subject and paragraphs may hold named %(placeholders)s of the notice's context and of `words`."""
    EVENTS[event] = Text(subject, body if isinstance(body, tuple) else (body,), to, when, group, words)


def register_resolver(prefix: str, resolver: Resolver) -> None:
    """Let `resolver` open addresses that begin with `prefix:`."""
    RESOLVERS[prefix] = resolver


def resolve(ref: str, at: datetime) -> Addressee:
    """Where the one behind an opaque reference is reached; no channel when nowhere."""
    resolver = RESOLVERS.get(ref.partition(":")[0])
    return resolver(ref, at) if resolver else Addressee()


def render(event: str, context: Mapping[str, object], language: str, own: tuple[str, str] | None = None) -> tuple[str, str]:
    """(subject, body) in the language, from the house's own text where there is one. One line of subject, whatever the context holds."""
    subject, body = own or EVENTS[event].said(language)
    return " ".join((subject % context).split()), body % context + "\n"


def short(subject: str, context: Mapping[str, object]) -> str:
    """The notice as one SMS: the subject and where to look, never longer than one message."""
    link = str(context.get("track_url", ""))
    return f"{subject[: SMS_LENGTH - len(link) - 2]}. {link}".strip() if link else subject[:SMS_LENGTH]


register(
    "password_reset",
    when=ALWAYS,
    subject=_("Set a new password"),
    body=(
        _("Somebody, probably you, asked for a new password for your account. Open this address within an hour: %(url)s"),
        _("If it was not you, do nothing: your password stays as it is."),
    ),
)
register("desk_digest", subject=_("%(count)s notices from your desk"), body=(_("This is new since your last summary:"), "%(lines)s", "%(desk_url)s"))
