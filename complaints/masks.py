"""Personal data taken out of a text before the public reads it. Pure; the detectors are lokal-id's."""

from lokal import PiiMatch, detect_pii

# Names are left alone: the detector runs on into the sentence. People judge those before they publish more.
LABELS = {"NIK": "[NIK]", "PHONE": "[telepon]", "EMAIL": "[surel]", "ADDRESS": "[alamat]"}


def found(text: str) -> list[PiiMatch]:
    """The personal data of the kinds that are masked, in order of place."""
    return sorted(detect_pii(text, types=tuple(LABELS)), key=lambda match: match.start)  # type: ignore[arg-type]


def masked(text: str) -> str:
    """The text with every NIK, telephone number, e-mail and street address replaced by its label."""
    parts, last = [], 0
    for match in found(text):
        if match.start < last:
            continue
        parts += [text[last : match.start], LABELS[match.type]]
        last = match.end
    return "".join([*parts, text[last:]])
