"""Proving a case by number and code, throttled per number and per client; and opening an identity, which is logged first."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from lapor.ground import throttle
from lapor.ground.actor import Actor
from lapor.ground.problems import Refusal

from .. import numbers, vault
from ..models import Complaint, Reading
from ..vault import Identity
from .quota import spend
from .reference import Reference


def _buckets(number: str, client: str, reference: Reference) -> list[tuple[str, int, int]]:
    limits = reference.limits
    return [
        (f"code:number:{number}", limits["code_tries_per_number"], limits["code_tries_number_minutes"] * 60),
        (f"code:client:{client}", limits["code_tries_per_client"], limits["code_tries_client_minutes"] * 60),
    ]


def prove(number: str, code: str, *, client: str, at: datetime) -> Complaint:
    """The case that number and code open.

    Refuses: 422 when one cannot be a number or code at all (a typing slip, not counted); 404 for a wrong pair, whichever of
    the two is wrong; 429 after too many wrong pairs for this number or from this client.
    """
    tracking_id, bare = numbers.read_tracking_id(number), numbers.read_case_code(code)
    wrong = {}
    if tracking_id is None:
        wrong["number"] = [_("This number has a typing error. It looks like LPR-7K3M-92QX-4.")]
    if bare is None:
        wrong["code"] = [_("This case code has a typing error. It has 17 characters in groups of four.")]
    if tracking_id is None or bare is None:
        raise Refusal("invalid", _("Please check the marked fields."), fields=wrong)
    buckets = _buckets(tracking_id, client, Reference(at))
    for bucket, limit, seconds in buckets:
        wait = throttle.blocked(bucket, limit=limit, seconds=seconds, at=at)
        if wait is not None:
            raise Refusal(
                "too_many_requests", _("Too many tries. Please wait %(minutes)d minutes and try again.") % {"minutes": -(-wait // 60)}, retry_after=wait
            )
    complaint = Complaint.objects.filter(tracking_id=tracking_id).first()
    salt, expected = (bytes(complaint.code_salt), bytes(complaint.code_hash)) if complaint else (b"-" * 16, b"-" * 32)
    if not numbers.code_matches(bare, salt=salt, expected=expected, pepper=settings.CASE_CODE_PEPPER) or complaint is None:
        for bucket, _limit, seconds in buckets:
            throttle.hit(bucket, seconds=seconds, at=at)
        raise Refusal("not_found", _("This number and this case code do not belong together. Please check both."))
    return complaint


def throttle_submission(client: str, *, at: datetime, reference: Reference | None = None) -> None:
    """Count one submission of a client; refuses 429 above the limit of the policy row."""
    limits = (reference or Reference(at)).limits
    sentence = _("Too many reports from this connection. Please wait %(minutes)d minutes and try again.")
    spend(f"submit:client:{client}", most=limits["submit_per_client"], minutes=limits["submit_client_minutes"], sentence=sentence, at=at)


def read_identity(complaint: Complaint, *, by: Actor, at: datetime, reason: str) -> Identity | None:
    """Open who the reporter is, for those whom the policy allows; the reading is on record before the value leaves.

    Refuses 403, also for an anonymous reporter: no break-glass exists yet, so nobody passes.
    """
    row = Complaint.objects.answering(by).filter(pk=complaint.pk).first()
    if row is None or not row.knows:
        raise Refusal("not_found", _("There is no such report, or you may not see it."))
    if not row.may("see_identity"):
        raise Refusal("forbidden", _("Who the reporter is stays closed to you."))
    if complaint.pk not in by.case_ids:
        with transaction.atomic():
            Reading.objects.create(complaint=complaint, by_id=by.user_id, at=at, what="identity", reason=reason[:200])
    return vault.open_identity(complaint.lead_id or complaint.pk)  # a part has no vault row of its own
