"""What every role may expect, written by hand: the form's "who sees what" cards, the docs and the tests read it.

`policy.py` is the implementation; neither is made from the other. Codes: A allowed, M the published copy, N not found (404),
F forbidden (403). A row is an act on a case; a column is a role, `own` meaning that the holder lies where it is appointed.
The matrix of the threat model as corrected by the visibility rules: a hub sees aggregates only; the Ombudsman reads secret
text only in a referral; everybody sees at least what the public sees; break-glass (B) answers 403 until it exists. `file` is the
cleaned copy of any file of the case; a picture that was released is part of the published copy (M) and of nobody's row here.
"""

ROLES = (
    "public", "reporter", "liaison_own", "liaison_other", "admin_own", "admin_other", "superior_own", "supervisor_own",
    "hub", "national", "monitor", "ombudsman", "infrastructure", "custodian", "auditor",
)  # fmt: skip

# The kinds of case that the rows speak of.
CASES = {
    "public": "accepted, neither anonymous nor secret",
    "anonymous": "accepted and public, the reporter anonymous",
    "secret": "accepted and secret",
    "oversight": "accepted on the oversight track",
}


def _row(codes: str) -> dict[str, str]:
    return dict(zip(ROLES, codes.split(), strict=True))


# role columns:                              pub rep lio lix ado adx sup ovs hub nat mon omb inf cus aud
EXPECTATIONS: dict[tuple[str, str], dict[str, str]] = {
    ("list", "public"): _row("A A A A A A A A A A A A A A A"),
    ("list", "anonymous"): _row("A A A A A A A A A A A A A A A"),
    ("list", "secret"): _row("N A A N A N A N N A N N N N A"),
    ("list", "oversight"): _row("N A N N N N N A N A N N N N N"),
    ("view", "public"): _row("M A A M A M A M M A M A M M A"),
    ("view", "anonymous"): _row("M A A M A M A M M A M A M M A"),
    ("view", "secret"): _row("N A A N A N A N N A N N F F A"),
    ("view", "oversight"): _row("N A N N N N N A N A N N F F N"),
    ("identity", "public"): _row("F A A F A F F F F A F F F F F"),
    ("identity", "anonymous"): _row("F A F F F F F F F F F F F F F"),
    ("identity", "secret"): _row("N A A N A N F N N A N N F F F"),
    ("identity", "oversight"): _row("N A N N N N N A N A N N F F N"),
    ("letter", "public"): _row("F A A F A F A F F A F A F F A"),
    ("letter", "anonymous"): _row("F A A F A F A F F A F A F F A"),
    ("letter", "secret"): _row("N A A N A N A N N A N N F F A"),
    ("letter", "oversight"): _row("N A N N N N N A N A N N F F N"),
    ("sheet", "public"): _row("F F A F A F A F F A F F F F F"),
    ("sheet", "anonymous"): _row("F F A F A F A F F A F F F F F"),
    ("sheet", "secret"): _row("N F A N A N A N N A N N F F F"),
    ("sheet", "oversight"): _row("N F N N N N N A N A N N F F N"),
    ("file", "public"): _row("F A A F A F A F F A F A F F F"),
    ("file", "anonymous"): _row("F A A F A F A F F A F A F F F"),
    ("file", "secret"): _row("N A A N A N A N N A N N F F F"),
    ("file", "oversight"): _row("N A N N N N N A N A N N F F N"),
    ("note", "public"): _row("F F A F A F A F F A F F F F F"),
    ("note", "anonymous"): _row("F F A F A F A F F A F F F F F"),
    ("note", "secret"): _row("N F A N A N A N N A N N F F F"),
    ("note", "oversight"): _row("N F N N N N N A N A N N F F N"),
}

# Which roles may take a step when the case is where the step is taken (no oversight content). Everybody else: F or N.
STEPS: dict[str, tuple[str, ...]] = {
    "pend": ("admin_own", "national"),
    "complete": ("reporter",),
    "lapse": (),
    "dispose_to_institution": ("national",),
    "dispose_to_unit": ("admin_own", "national"),
    "handle": ("admin_own", "national"),
    "return_upward": ("admin_own", "national"),
    "return_to_admin": ("liaison_own", "admin_own"),
    "redispose": ("admin_own", "national"),
    "respond": ("liaison_own", "admin_own"),
    "progress": ("liaison_own", "admin_own"),
    "answer": ("liaison_own", "admin_own"),
    "reply": ("reporter",),
    "confirm": ("reporter",),
    "close_by_silence": (),
    "close_by_decision": ("admin_own", "national"),
    "archive": ("admin_own", "national"),
    "restore": ("reporter", "national"),
    "withdraw": ("reporter",),
    "reopen": ("reporter", "national"),
    "change_visibility": ("reporter", "admin_own", "national"),
    "hand_over": ("admin_own", "national"),
    "invite": ("admin_own", "national"),
    "ask_support": ("admin_own",),
    "decline_support": ("national",),
    "end_part": (),
    "refer": ("reporter", "national"),
    "consent_transfer": ("reporter",),
    "release_referral": (),
    "change_track": ("admin_own", "national"),
    "hold": ("admin_own", "national"),
    "end_hold": ("liaison_own", "admin_own", "national"),
}

# On the oversight track the internal supervisor stands where liaison and admin stand otherwise.
OVERSIGHT_STEPS = {
    step: tuple(dict.fromkeys("supervisor_own" if role in {"admin_own", "liaison_own"} else role for role in roles)) for step, roles in STEPS.items()
}

# Which roles may do what is no step, on a published case (`anonymous` and `public` alike); everybody else: F or N.
# "reported" is an officer of the institution that the report is about: the case is closed to it, its published copy is not.
ACTS: dict[str, tuple[str, ...]] = {
    "mark_urgent": ("liaison_own", "admin_own", "national"),
    "clear_urgent": ("liaison_own", "admin_own", "national"),
    "extend": ("admin_own", "national"),
    "tag": ("admin_own", "national"),
    "untag": ("admin_own", "national"),
    "publish": ("admin_own", "national"),
    "take_down": ("admin_own", "national"),
    "republish": ("national",),
    "right_of_reply": ("liaison_own", "admin_own", "reported"),
    "withhold_reply": ("national",),
    "release_reply": ("national",),
}
# What of it is left when the case is secret, and who does it on the oversight track.
INSIDE = frozenset({"mark_urgent", "clear_urgent", "extend", "tag", "untag"})
SECRET_ACTS: dict[str, tuple[str, ...]] = {act: roles if act in INSIDE else () for act, roles in ACTS.items()}
OVERSIGHT_ACTS: dict[str, tuple[str, ...]] = {act: ("supervisor_own", "national") if act in INSIDE else () for act in ACTS}

# Rows of the threat model whose object does not exist yet; they are added with it.
NOT_YET = ("identity.grant", "attachment.original", "export.rows", "audit.read", "config.templates", "api.partner")
