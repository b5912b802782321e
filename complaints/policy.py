"""Who may: every rule is a filter on complaints, so the check on one, the list of many and the buttons are the same rule.

How to read `POLICY`: the key is a step of `workflow.WORKFLOW` or another act on a complaint; the value is a `Rule`, built from
a few named ones with `&`, `|` and `~`. Tables are named by lookup path only. `ROWLESS` holds what needs no complaint.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from django.db.models import Model, Q

from lapor.ground.actor import Actor
from lapor.ground.matching import meets

from .workflow import ClosureKind, Referral, State, Track

NOTHING = Q(pk__in=())
EVERYTHING = ~NOTHING


def both(one: Q, other: Q) -> Q:
    if one is NOTHING or other is NOTHING:
        return NOTHING
    return other if one is EVERYTHING else one if other is EVERYTHING else one & other


def either(one: Q, other: Q) -> Q:
    if one is EVERYTHING or other is EVERYTHING:
        return EVERYTHING
    return other if one is NOTHING else one if other is NOTHING else one | other


def neither(found: Iterable[bool]) -> bool:
    return not any(found)


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A filter that depends on who asks; what is settled without looking at a row never reaches the database.

    A rule made of others knows them: of a row in memory each is asked once, whatever it is a part of.
    """

    q: Callable[[Actor], Q]
    parts: tuple["Rule", ...] = ()
    joined: Callable[[Iterable[bool]], bool] = all

    def __call__(self, actor: Actor) -> Q:
        return self.q(actor)

    def __and__(self, other: "Rule") -> "Rule":
        return Rule(lambda actor: NOTHING if (mine := self.q(actor)) is NOTHING else both(mine, other.q(actor)), (self, other))

    def __or__(self, other: "Rule") -> "Rule":
        return Rule(lambda actor: EVERYTHING if (mine := self.q(actor)) is EVERYTHING else either(mine, other.q(actor)), (self, other), any)

    def __invert__(self) -> "Rule":
        return inverted(self)

    def met(self, row: Model, actor: Actor, known: "dict[Rule, bool]") -> bool:
        """Whether the filter would find this row; `known` keeps what was asked about it."""
        found = known.get(self)
        if found is None:
            if self.parts:
                found = self.joined(part.met(row, actor, known) for part in self.parts)
            else:
                wanted = self.q(actor)
                found = wanted is EVERYTHING or (wanted is not NOTHING and meets(row, wanted))
            known[self] = found
        return found


@cache
def inverted(rule: Rule) -> Rule:
    """One for each rule: what was asked of a row is known by it."""
    return Rule(lambda actor: EVERYTHING if (mine := rule.q(actor)) is NOTHING else NOTHING if mine is EVERYTHING else ~mine, (rule,), neither)


def within(paths: tuple[str, ...], field: str = "holder__path") -> Q:
    """Rows whose institution lies in one of the subtrees."""
    wanted = NOTHING
    for path in paths:
        wanted = either(wanted, Q(**{f"{field}__startswith": path}))
    return wanted


@cache
def under(power: str) -> Rule:
    """The holder lies where the actor has the power."""
    return Rule(lambda actor: within(actor.under(power)))


def fixed(q: Q) -> Rule:
    return Rule(lambda _actor: q)


nobody = fixed(NOTHING)
system = Rule(lambda actor: EVERYTHING if actor.is_system else NOTHING)
reporter = Rule(lambda actor: Q(pk__in=actor.case_ids) if actor.case_ids else NOTHING)
# The child of a lead is handled by its institution; the reporter acts on the lead.
conflicted = Rule(lambda actor: Q(reported_user=actor.user_id) | Q(reported_institution__in=actor.institution_ids))
contested = Rule(lambda actor: Q(contested_user=actor.user_id))

oversight = fixed(Q(track=Track.OVERSIGHT))
at_national = fixed(Q(holder__kind="national"))
secret = fixed(Q(is_secret=True))
anonymous = fixed(Q(is_anonymous=True))
contactable = fixed(Q(contact_allowed=True))
PUBLIC = (
    Q(published_at__isnull=False, taken_down_at__isnull=True, is_secret=False, track=Track.NON_OVERSIGHT, lead__isnull=True)
    & ~Q(state=State.ARCHIVED)
    & ~Q(closure_kind=ClosureKind.MERGED)
)
TAKEN_DOWN = Q(published_at__isnull=False, taken_down_at__isnull=False, is_secret=False, track=Track.NON_OVERSIGHT) & ~Q(state=State.ARCHIVED)
public = fixed(PUBLIC)
# A referral that is open: silence does not close the case, whatever else is due.
REFERRED = Q(referral=Referral.REFERRED)

# A handler's power reaches cases without an oversight content; those with one are for the internal supervisor alone.
supervised = under("handle_oversight") & oversight & ~conflicted


national = Rule(lambda actor: EVERYTHING if actor.has("lower_track") else NOTHING)
handled = ~oversight | national


@cache
def holds(power: str) -> Rule:
    """The power reaches the case: without oversight content, or for the nation; else the internal supervisor alone."""
    return (under(power) & handled & ~conflicted) | supervised


desk_see = (
    reporter
    | ((under("see_cases") & ~secret & ~oversight) & ~conflicted)
    | ((under("see_cases") & under("see_secret") & ~oversight) & ~conflicted)
    | (under("see_oversight") & oversight & ~conflicted)
    | (under("oversee") & ~secret & ~oversight)
)
# A hub gives its opinion on a dispute that one of its members is in; what is secret or oversight is not for it.
disputed = fixed(Q(is_disputed=True, is_secret=False, track=Track.NON_OVERSIGHT))
adviser = (
    Rule(lambda actor: either(*(within(tuple(path for _hub, path in actor.advises), field) for field in ("disputed_by__path", "disputed_for__path"))))
    & disputed
    & ~conflicted
)
see = desk_see | adviser
# An audit reads how a case was handled, not what people sent along.
files = (desk_see & Rule(lambda actor: NOTHING if actor.has("see_audit") else EVERYTHING)) | holds("see_notes")
# Whose office it is to know that a case exists although its text is closed to them: they are told "not allowed".
knows = see | public | under("custody") | under("see_health")

# The institution that the report is about answers on its published copy: the case itself stays closed to it.
reported_side = Rule(lambda actor: within(actor.under("respond"), "reported_institution__path"))
publishable = fixed(Q(accepted_at__isnull=False, is_secret=False, track=Track.NON_OVERSIGHT, lead__isnull=True) & ~Q(state=State.ARCHIVED))

admin = holds("verify")
disposer = holds("dispose")
handler = holds("respond")
closer = holds("close")
desk = handler | admin
moderator = holds("edit") & national & public
local_admin = admin & ~at_national
free_handler = handler & ~contested

POLICY: dict[str, Rule] = {
    # reading
    "see": see,
    "see_public": public,
    "see_notes": holds("see_notes"),
    "see_identity": (~anonymous & (holds("see_identity") | (handler & contactable))) | reporter,
    "see_history": see,
    "letter": desk_see,
    "file": files,
    "sheet": holds("see_notes"),
    # steps
    "submit": nobody,
    "start": nobody,
    "pend": admin,
    "complete": reporter,
    "lapse": system,
    "dispose_to_institution": disposer & at_national,
    "dispose_to_unit": disposer & ~at_national,
    "handle": local_admin,
    "return_upward": local_admin,
    "return_to_admin": handler & ~at_national,
    "dispute": nobody,
    "redispose": disposer,
    "invite": disposer,
    "ask_support": (disposer & ~national) | adviser,
    "decline_support": disposer & national,
    "end_part": nobody,
    "respond": handler & ~at_national & ~contested,
    "progress": free_handler,
    "answer": free_handler,
    "reply": reporter,
    "confirm": reporter,
    "close_by_silence": system,
    "close_by_decision": closer & ~contested,
    "archive": holds("archive"),
    "restore": reporter | (holds("restore") & national),
    "merge": admin,
    "unmerge": reporter | admin,
    "withdraw": reporter,
    "reopen": reporter | (holds("reopen") & national),
    "change_track": admin,
    "change_visibility": reporter | admin,
    "refer": reporter | (holds("refer") & national),
    "consent_transfer": reporter,
    "release_referral": system,
    "hold": closer,
    "end_hold": system | free_handler | closer,
    "hand_over": admin,
    # other acts
    "take": desk,
    "assign": holds("assign"),
    "release": system,
    "note": holds("see_notes"),
    "edit": holds("edit"),
    "part": nobody,
    "opinion": adviser,
    "mark_urgent": desk,
    "clear_urgent": desk,
    "extend": closer & ~contested,
    "tag": admin,
    "untag": admin,
    "publish": holds("edit") & publishable,
    "take_down": holds("edit") & public,
    "republish": holds("edit") & national & publishable,
    "right_of_reply": public & (reported_side | (holds("respond") & ~contested)),
    "withhold_reply": moderator,
    "release_reply": moderator,
    "rate": reporter,
    "rotate_code": reporter,
    "contact": reporter,
}

# Acts that concern no complaint yet: the power that is needed somewhere (None: everybody may).
ROWLESS: dict[str, str | None] = {
    "list_public": None,
    "submit": None,
    "track": None,
    "intake": "intake",
    "desk": "see_cases",
    "desk_oversight": "see_oversight",
    "own_rules": "manage_officers",
    "aggregates": "see_aggregates",
    "health": "see_health",
    "audit": "see_audit",
}


def may(act: str, actor: Actor) -> bool:
    """A row-less act."""
    power = ROWLESS[act]
    return power is None or actor.has(power)
