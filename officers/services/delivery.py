"""From the queue to the gateway: who sleeps is let sleep, who wants one mail a day gets one, and what fails is tried again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from email.message import EmailMessage
from email.policy import Policy, default
from functools import cached_property
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from institutions.models import Limit
from lapor.ground import sms
from lapor.ground.problems import Refusal

from ..models import Appointment, Notice, Reach, User
from ..notices import ALWAYS, DIGEST, EVENTS, OFF, Addressee, render, resolve, short
from .people import record
from .preferences import preferences_of, unsubscribe_token
from .reach import blames_address, is_refused, mark_lost
from .texts import Texts, texts_in_force


@dataclass(slots=True)
class Delivered:
    sent: int = 0
    undeliverable: int = 0
    failed: int = 0
    dead: int = 0

    def as_dict(self) -> dict[str, int]:
        return {"sent": self.sent, "undeliverable": self.undeliverable, "failed": self.failed, "dead": self.dead}


def next_hour(at: datetime, zone: str, hour: int) -> datetime:
    """The next time that clocks in the zone show this hour."""
    local = at.astimezone(ZoneInfo(zone))
    today = datetime.combine(local.date(), time(hour), local.tzinfo)
    return today if today > local else datetime.combine(local.date() + timedelta(days=1), time(hour), local.tzinfo)


class _Mail(EmailMultiAlternatives):
    """A mail whose header lines may be as long as the standard allows: a folded or encoded address in one is no address to mail programs."""

    def message(self, *, policy: Policy | None = None) -> EmailMessage:
        return super().message(policy=(policy or default).clone(max_line_length=998))


@dataclass
class _Courier:
    """Sends one notice after another, each in a transaction of its own."""

    at: datetime
    limits: Mapping[str, int]
    done: Delivered = field(default_factory=Delivered)
    known: dict[int, tuple[str, dict[str, str]]] = field(default_factory=dict)

    @cached_property
    def texts(self) -> Texts:
        return texts_in_force()

    @transaction.atomic
    def one(self) -> bool:
        """Claim the next waiting notice and send it; False when none is left that nobody else holds.

        The row stays locked while it is sent: a worker that dies gives it back at once, and the repeat carries the same
        Message-ID, so that no mail exists twice.
        """
        rows = Notice.objects.filter(state="waiting", next_try_at__lte=self.at).select_related("recipient").order_by("next_try_at", "id")
        notice = rows.select_for_update(of=("self",), skip_locked=True).first()
        if notice is None:
            return False
        batch, who = [notice], Addressee()
        try:
            who = self._addressee(notice)
            if not self._put_off(notice, who.zone):
                batch = self._batch(notice, rows)
                self._settle(batch, is_sent=self._send(batch, who))
        except Exception as error:  # noqa: BLE001 - a poisoned notice or a dead gateway must not stop the others
            for row in batch:
                self._failed(row, who, error)
        Notice.objects.bulk_update(batch, ["state", "sent_at", "due_at", "tries", "next_try_at", "last_error", "channel", "is_digest"])
        return True

    def _addressee(self, notice: Notice) -> Addressee:
        if notice.recipient is None:
            who, lost = resolve(notice.address_ref, self.at), Reach.objects.lost(notice.address_ref)
            return replace(who, channels=tuple(way for way in who.channels if way[0] not in lost))
        zone, _wishes = self._officer(notice.recipient.pk)
        return Addressee((("email", notice.recipient.email),) if notice.recipient.email else (), zone)

    def _officer(self, user_id: int) -> tuple[str, dict[str, str]]:
        """(zone of the office, wishes), read once a run."""
        if user_id not in self.known:
            places = Appointment.objects.in_force(self.at.date()).filter(user=user_id).order_by("pk")
            zone = places.values_list("institution__time_zone", flat=True).first() or settings.TIME_ZONE
            self.known[user_id] = (zone, preferences_of(user_id))
        return self.known[user_id]

    def _put_off(self, notice: Notice, zone: str) -> bool:
        """Whether it is not to be sent now: pointless by now, not wanted, kept for the daily mail, or kept until the night is over."""
        text = EVENTS[notice.event]
        until = notice.context.get("until")
        if until is not None and datetime.fromisoformat(until) <= self.at:
            notice.state = "declined"
            return True
        if text.when == ALWAYS:
            return False
        wish = self._officer(notice.recipient.pk)[1].get(text.group, "") if notice.recipient is not None else ""
        if wish == OFF:
            notice.state = "declined"
            return True
        if wish == DIGEST and not notice.is_digest:
            notice.is_digest = True
            notice.due_at = notice.next_try_at = next_hour(self.at, zone, self.limits["digest_hour"])
            return True
        hour, until = self.at.astimezone(ZoneInfo(zone)).hour, self.limits["quiet_until_hour"]
        if until <= hour < self.limits["quiet_from_hour"]:
            return False
        notice.due_at = notice.next_try_at = next_hour(self.at, zone, until)
        return True

    def _batch(self, notice: Notice, rows: QuerySet[Notice]) -> list[Notice]:
        """What goes out together: a daily mail takes everything that waits for it."""
        if not notice.is_digest:
            return [notice]
        others = rows.filter(is_digest=True, recipient=notice.recipient).exclude(pk=notice.pk).order_by("created_at", "id")
        return [notice, *others.select_for_update(of=("self",), skip_locked=True)]

    def _render(self, event: str, context: Mapping[str, object], language: str) -> tuple[str, str]:
        return render(event, context, language, self.texts.get((event, language)))

    def _send(self, batch: Sequence[Notice], who: Addressee) -> bool:
        if not who.channels:
            return False
        notice, channels = batch[0], dict(who.channels)
        if notice.channel not in channels:
            notice.channel = who.channels[0][0]
        event, context, words = notice.event, notice.context, EVENTS[notice.event].words
        if words is not None:
            context = {**context, **words(context)}
        if len(batch) > 1:
            lines = [f"- {self._render(row.event, row.context, notice.language)[0]}" for row in batch]
            event, context = "desk_digest", {"count": len(batch), "lines": "\n".join(lines), "desk_url": f"{settings.SITE_URL}/meja/"}
        subject, body = self._render(event, context, notice.language)
        if notice.channel == "sms":
            sms.gateway().send(to=channels["sms"], text=short(subject, context), key=notice.message_id)
        else:
            self._mail(notice, channels["email"], subject, body)
        return True

    def _mail(self, notice: Notice, address: str, subject: str, body: str) -> None:
        """Says that a machine wrote it, so that no machine answers (RFC 3834), and how to end it where one may (RFC 8058)."""
        headers = {
            "Message-ID": notice.message_id,
            "X-Lapor-Notice": str(notice.pk),  # comes back where a relay gave the mail a Message-ID of its own
            "Date": notice.created_at.strftime("%a, %d %b %Y %H:%M:%S %z"),
            "Auto-Submitted": "auto-generated",
            "Precedence": "bulk",
            "X-Auto-Response-Suppress": "All",
        }
        token = unsubscribe_token(notice.recipient.pk, EVENTS[notice.event].group) if notice.recipient is not None else ""
        link = f"{settings.SITE_URL}/akun/pemberitahuan/berhenti/{token}/" if token else ""
        if link:
            headers |= {"List-Unsubscribe": f"<{link}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
        mail = _Mail(subject=subject, body=body, to=[address], headers=headers)
        context = {"subject": subject, "paragraphs": body.strip().split("\n\n"), "language": notice.language, "unsubscribe_url": link}
        mail.attach_alternative(render_to_string("officers/notice.html", context), "text/html")
        mail.send()

    def _settle(self, batch: Sequence[Notice], *, is_sent: bool) -> None:
        for notice in batch:
            notice.state, notice.sent_at = ("sent", self.at) if is_sent else ("undeliverable", None)
        self.done.sent += len(batch) * is_sent
        self.done.undeliverable += len(batch) * (not is_sent)

    def _failed(self, notice: Notice, who: Addressee, error: Exception) -> None:
        """The error's kind only: its text may hold an address. What is given up on one channel goes on by the next."""
        notice.tries += 1
        notice.last_error = type(error).__name__
        is_lost = bool(notice.address_ref) and is_refused(error)
        if notice.tries < self.limits["notice_tries_max"] and not is_lost:
            self.done.failed += 1
            notice.next_try_at = self.at + timedelta(minutes=self.limits["notice_retry_minutes"]) * 2 ** min(notice.tries - 1, 8)
            return
        self._remember(notice, error, is_lost=is_lost)
        names = [name for name, _address in who.channels]
        later = names[names.index(notice.channel) + 1 :] if notice.channel in names else []
        if later:
            self.done.failed += 1
            notice.channel, notice.tries, notice.next_try_at = later[0], 0, self.at
        elif is_lost:
            self.done.undeliverable += 1
            notice.state = "undeliverable"
        else:
            self.done.dead += 1
            notice.state = "dead"

    def _remember(self, notice: Notice, error: Exception, *, is_lost: bool) -> None:
        """Keep that the address is lost: refused for good, or given up although our own way out works."""
        if notice.address_ref and blames_address(error):
            cause = Reach.Cause.REFUSED if is_lost else Reach.Cause.GIVEN_UP
            mark_lost(notice.address_ref, notice.channel, sent_at=self.at, at=self.at, cause=cause)


def deliver(*, at: datetime, today: date, limit: int = 1000, progress: Callable[[int], None] = lambda _n: None) -> Delivered:
    """Send the notices that are due. Safe side by side and when killed: nothing is lost, nothing goes out twice."""
    courier = _Courier(at, Limit.objects.table(today))
    for _number in range(limit):
        if not courier.one():
            break
        progress(1)
    return courier.done


@transaction.atomic
def retry_dead(rows: QuerySet[Notice], *, by: User, at: datetime, why: str) -> int:
    """Let notices that were given up be tried again from the beginning, on record. Refuses without a reason or ticket."""
    if not why.strip():
        raise Refusal("invalid", _("Please say why."), fields={"why": [_("Please say why.")]})
    dead = list(rows.filter(state="dead").select_for_update(skip_locked=True))
    for notice in dead:
        notice.state, notice.tries, notice.next_try_at, notice.due_at = "waiting", 0, at, at
        record(notice, "retried", before={"state": "dead"}, after={"state": "waiting"}, why=why, by=by, at=at)
    Notice.objects.bulk_update(dead, ["state", "tries", "next_try_at", "due_at"])
    return len(dead)
