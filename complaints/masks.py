"""Personal data taken out of a text before the public reads it. Pure; the detectors are lokal-id's, with two nets below them."""

import re
from dataclasses import dataclass

from lokal import detect_pii

# Names are left alone: the detector runs on into the sentence. People judge those before they publish more.
LABELS = {"NIK": "[NIK]", "PHONE": "[telepon]", "EMAIL": "[surel]", "ADDRESS": "[alamat]"}
# What lokal-id judges invalid is masked all the same: an unknown top-level domain, sixteen digits that are no valid NIK.
NETS = {"EMAIL": re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "NIK": re.compile(r"(?<!\d)\d(?:[ .-]?\d){15}(?!\d)")}


@dataclass(frozen=True, slots=True)
class Found:
    kind: str
    start: int
    end: int


def found(text: str) -> list[Found]:
    """The personal data of the kinds that are masked, in order of place, none overlapping."""
    matches = [Found(m.type, m.start, m.end) for m in detect_pii(text, types=tuple(LABELS))]  # type: ignore[arg-type]
    matches += [Found(kind, m.start(), m.end()) for kind, net in NETS.items() for m in net.finditer(text)]
    kept: list[Found] = []
    for match in sorted(matches, key=lambda m: (m.start, -m.end)):
        if not kept or match.start >= kept[-1].end:
            kept.append(match)
    return kept


def masked(text: str) -> str:
    """The text with every NIK, telephone number, e-mail and street address replaced by its label."""
    parts, last = [], 0
    for match in found(text):
        parts += [text[last : match.start], LABELS[match.kind]]
        last = match.end
    return "".join([*parts, text[last:]])
