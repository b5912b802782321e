"""Every write to a complaint, and the refusals it can raise. Nothing else in the house changes one."""

from .advance import AVAILABLE, OpenStep, advance, advance_many, lock, open_steps, step_of
from .bulk import BULK_ACTS, Bulk, Chosen, Line, act_on_many, chosen_as, preview
from .canned import CANNED_STEPS, PLACEHOLDERS, Likeness, approving_roots, canned_of, compare, inserted, offered, settle_canned, write_canned, writing_roots
from .contact import Known, ask_code, change_contact, confirm_contact, contact_of, settle_contacts, unheard
from .delegations import delegate, delegations_of, end_delegation, looked_after, possible_delegates
from .desk import add_note, assign, edit, give_opinion, rate, rotate_code, take
from .drafts import drafts_of, drop_draft, forget_drafts, keep_draft
from .expire import expire
from .extension import extend_clock, extendable
from .files import clean_uploads, drop_orphans, open_copy, store_upload, throttle_upload
from .foresee import Foretold, PolicyForeseen, first_moves, foresee_day, foresee_policy, tell_day, tell_moves, tell_policy, tell_removal
from .handover import WAYS, Leaving, able_names, hand_over, leads_a_desk, offered_to, release, to_hand_over
from .intake import CONSENT_VERSION, Draft, Receipt, first_holder, forget_replays, missing_for_minimum, missing_of, read_draft, submit
from .invariants import Breach, broken
from .issues import issues_on, propose_tags, tag, tags_and_issues, untag
from .ledger import Fault, verify
from .letters import KINDS as LETTER_KINDS
from .letters import kept, named_letter, order_letter, receipt, receipt_with_code, sheet, write_letters
from .needs import READERS, REQUIRED, inputs_of
from .notify import reporter_message
from .own_rules import OWN_ACTS, Period, change_own, days_of, own_places, periods_of
from .presence import here
from .proof import log_oversight, prove, read_identity, throttle_submission
from .publishing import moderate_reply, publish, publishable_entries, releasable_files, republish, right_of_reply, speaker, statements, take_down
from .recompute import Moved, Recomputed, recompute
from .reference import Reference
from .remind import remind
from .rungs import DueRung, claim_rungs, rungs_due, set_rungs
from .saved import canonical, drop_filter, filters_of, prefer, preference_of, save_filter
from .support import Wish, support_asked
from .urgency import mark_urgent
from .vacancies import Vacancy, vacancies
from .why import answer_deadline, explain, explanations, reckon

# Acts beside the steps, each a row of the policy table.
ACTS = ("mark_urgent", "clear_urgent", "extend", "publish", "take_down", "republish", "right_of_reply", "withhold_reply", "release_reply", "tag", "untag")

__all__ = [
    "ACTS",
    "AVAILABLE",
    "BULK_ACTS",
    "CANNED_STEPS",
    "CONSENT_VERSION",
    "LETTER_KINDS",
    "OWN_ACTS",
    "PLACEHOLDERS",
    "READERS",
    "REQUIRED",
    "WAYS",
    "Breach",
    "Bulk",
    "Chosen",
    "Draft",
    "DueRung",
    "Fault",
    "Foretold",
    "Known",
    "Leaving",
    "Likeness",
    "Line",
    "Moved",
    "OpenStep",
    "Period",
    "PolicyForeseen",
    "Receipt",
    "Recomputed",
    "Reference",
    "Vacancy",
    "Wish",
    "able_names",
    "act_on_many",
    "add_note",
    "advance",
    "advance_many",
    "answer_deadline",
    "approving_roots",
    "ask_code",
    "assign",
    "broken",
    "canned_of",
    "canonical",
    "change_contact",
    "change_own",
    "chosen_as",
    "claim_rungs",
    "clean_uploads",
    "compare",
    "confirm_contact",
    "contact_of",
    "days_of",
    "delegate",
    "delegations_of",
    "drafts_of",
    "drop_draft",
    "drop_filter",
    "drop_orphans",
    "edit",
    "end_delegation",
    "expire",
    "explain",
    "explanations",
    "extend_clock",
    "extendable",
    "filters_of",
    "first_holder",
    "first_moves",
    "foresee_day",
    "foresee_policy",
    "forget_drafts",
    "forget_replays",
    "give_opinion",
    "hand_over",
    "here",
    "inputs_of",
    "inserted",
    "issues_on",
    "keep_draft",
    "kept",
    "leads_a_desk",
    "lock",
    "log_oversight",
    "looked_after",
    "mark_urgent",
    "missing_for_minimum",
    "missing_of",
    "moderate_reply",
    "named_letter",
    "offered",
    "offered_to",
    "open_copy",
    "open_steps",
    "order_letter",
    "own_places",
    "periods_of",
    "possible_delegates",
    "prefer",
    "preference_of",
    "preview",
    "propose_tags",
    "prove",
    "publish",
    "publishable_entries",
    "rate",
    "read_draft",
    "read_identity",
    "receipt",
    "receipt_with_code",
    "reckon",
    "recompute",
    "releasable_files",
    "release",
    "remind",
    "reporter_message",
    "republish",
    "right_of_reply",
    "rotate_code",
    "rungs_due",
    "save_filter",
    "set_rungs",
    "settle_canned",
    "settle_contacts",
    "sheet",
    "speaker",
    "statements",
    "step_of",
    "store_upload",
    "submit",
    "support_asked",
    "tag",
    "tags_and_issues",
    "take",
    "take_down",
    "tell_day",
    "tell_moves",
    "tell_policy",
    "tell_removal",
    "throttle_submission",
    "throttle_upload",
    "to_hand_over",
    "unheard",
    "untag",
    "vacancies",
    "verify",
    "write_canned",
    "write_letters",
    "writing_roots",
]
