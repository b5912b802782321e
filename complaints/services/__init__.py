"""Every write to a complaint, and the refusals it can raise. Nothing else in the house changes one."""

from .advance import AVAILABLE, OpenStep, advance, advance_many, lock, open_steps, step_of
from .desk import add_note, assign, edit, rate, rotate_code, take
from .expire import expire
from .intake import CONSENT_VERSION, Draft, Receipt, first_holder, forget_replays, missing_for_minimum, missing_of, read_draft, submit
from .invariants import Breach, broken
from .ledger import Fault, verify
from .letters import KINDS as LETTER_KINDS
from .letters import kept, named_letter, order_letter, receipt, receipt_with_code, sheet, write_letters
from .needs import READERS, inputs_of
from .proof import prove, read_identity, throttle_submission
from .publishing import moderate_reply, publish, publishable_entries, republish, right_of_reply, speaker, statements, take_down
from .reference import Reference
from .urgency import mark_urgent

# Acts beside the steps, each a row of the policy table.
ACTS = ("mark_urgent", "clear_urgent", "publish", "take_down", "republish", "right_of_reply", "withhold_reply", "release_reply")

__all__ = [
    "ACTS",
    "AVAILABLE",
    "CONSENT_VERSION",
    "LETTER_KINDS",
    "READERS",
    "Breach",
    "Draft",
    "Fault",
    "OpenStep",
    "Receipt",
    "Reference",
    "add_note",
    "advance",
    "advance_many",
    "assign",
    "broken",
    "edit",
    "expire",
    "first_holder",
    "forget_replays",
    "inputs_of",
    "kept",
    "lock",
    "mark_urgent",
    "missing_for_minimum",
    "missing_of",
    "moderate_reply",
    "named_letter",
    "open_steps",
    "order_letter",
    "prove",
    "publish",
    "publishable_entries",
    "rate",
    "read_draft",
    "read_identity",
    "receipt",
    "receipt_with_code",
    "republish",
    "right_of_reply",
    "rotate_code",
    "sheet",
    "speaker",
    "statements",
    "step_of",
    "submit",
    "take",
    "take_down",
    "throttle_submission",
    "verify",
    "write_letters",
]
