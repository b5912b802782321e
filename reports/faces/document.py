"""What every face of an edition is drawn from: the frozen snapshot, the action plan, and where the edition stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.text import format_lazy

from complaints.letters import head_of
from institutions.models import Letterhead
from officers.powers import Role

from ..models import Edition
from ..snapshot import Data, digest, masked
from . import words

__all__ = ["Document"]


@dataclass(frozen=True, slots=True)
class Document:
    """One edition as it is shown to one kind of reader."""

    pk: UUID
    template: str
    place: str
    slug: str
    period: str
    revision: int
    why: str
    state: str
    number: str
    sha256: str
    submitted_on: date | None
    cut_off: datetime
    zone: str
    snapshot: Data
    plan: list[Data]
    head: Mapping[str, Any]
    signer: Mapping[str, Any]
    is_masked: bool = False

    @classmethod
    def of(cls, edition: Edition, plan: list[Data], *, least: int | None = None) -> "Document":
        """With `least` as a hub reads it of its members, and the owner of an issue of all who have to do with it."""
        where = edition.institution
        snapshot = edition.snapshot if least is None else masked(edition.snapshot, least)
        head = Letterhead.objects.serving(where) or Letterhead.of_the_tree(where)
        return cls(
            pk=edition.pk,
            template=edition.template,
            place=where.name,
            slug=edition.issue_id or where.slug,
            period=edition.period,
            revision=edition.revision,
            why=edition.why,
            state=edition.state,
            number=edition.number,
            sha256=edition.sha256 if least is None else digest(snapshot),  # the whole one's would tell whether a guess at what is hidden is right
            submitted_on=edition.submitted_on,
            cut_off=edition.cut_off,
            zone=where.time_zone,
            snapshot=snapshot,
            plan=plan,
            head=head_of(head),
            signer={
                "position": head.signer_position or format_lazy("{} {}", Role.ACCOUNTABLE_OFFICIAL.label, where.name),
                "name": head.signer_name,
                "number": head.signer_number,
                "city": head.city,
            },
            is_masked=least is not None,
        )

    @property
    def name(self) -> str:
        """What it is about, in the language spoken now."""
        issue = self.snapshot.get("issue")
        return words.spoken(issue["names"]) if issue else self.place

    @property
    def file_name(self) -> str:
        """Without anything that a person typed."""
        return f"evaluasi-{self.template.replace('_', '-')}-{self.slug}-{self.period}-r{self.revision}{'-ringkas' if self.is_masked else ''}"
