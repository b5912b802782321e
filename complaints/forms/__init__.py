"""The shape of what people fill in. Forms render and keep what was typed; the services read it and say what is wrong."""

from .deadlines import DeadlineForm
from .desk import BULK_LABELS, BulkForm, CannedForm, DelegationForm, step_label
from .intake import PLACES, IntakeForm, submission
from .letters import LetterheadForm, VerifyForm
from .naming import Ambiguous, Offer, Unclear, find_institutions, find_place, offer_institutions, within_reach
from .own_rules import OWN_FORMS, own_forms
from .preview import AGAIN, PREVIEWED, seal, typed
from .publishing import ExtendForm, PublishForm, ReasonForm, StatementForm, TakeDownForm, UrgentForm
from .shape import show_refusal, topic_choices
from .steps import (
    FIELDS,
    CodeForm,
    ContactForm,
    EditForm,
    ListForm,
    NoteForm,
    OpinionForm,
    ProofForm,
    RateForm,
    StepForm,
    given,
    label_of,
    read_version,
    split_form,
    step_form,
)

__all__ = [
    "AGAIN",
    "BULK_LABELS",
    "FIELDS",
    "OWN_FORMS",
    "PLACES",
    "PREVIEWED",
    "Ambiguous",
    "BulkForm",
    "CannedForm",
    "CodeForm",
    "ContactForm",
    "DeadlineForm",
    "DelegationForm",
    "EditForm",
    "ExtendForm",
    "IntakeForm",
    "LetterheadForm",
    "ListForm",
    "NoteForm",
    "Offer",
    "OpinionForm",
    "ProofForm",
    "PublishForm",
    "RateForm",
    "ReasonForm",
    "StatementForm",
    "StepForm",
    "TakeDownForm",
    "Unclear",
    "UrgentForm",
    "VerifyForm",
    "find_institutions",
    "find_place",
    "given",
    "label_of",
    "offer_institutions",
    "own_forms",
    "read_version",
    "seal",
    "show_refusal",
    "split_form",
    "step_form",
    "step_label",
    "submission",
    "topic_choices",
    "typed",
    "within_reach",
]
