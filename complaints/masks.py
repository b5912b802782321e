"""Personal data taken out of a text before the public reads it. Pure; the detectors are lokal-id's, with two nets below them."""

import re
from dataclasses import dataclass

from lokal import detect_pii

# Names are found by rules of our own: the detector's run on into the sentence. They are shown to officers and never masked in an answer.
DETECTED = ("NIK", "PHONE", "EMAIL", "ADDRESS")
LABELS = {"NIK": "[NIK]", "PHONE": "[telepon]", "EMAIL": "[surel]", "ADDRESS": "[alamat]", "NAME": "[nama]"}
# What lokal-id judges invalid is masked all the same: an unknown top-level domain, sixteen digits that are no valid NIK.
NETS = {"EMAIL": re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "NIK": re.compile(r"(?<!\d)\d(?:[ .-]?\d){15}(?!\d)")}


@dataclass(frozen=True, slots=True)
class Found:
    kind: str
    start: int
    end: int


# Who is spoken of by name: an honorific and capitalised words. An office after the honorific ("Pak Camat") is no name.
_HONORIFIC = (
    "bapak|bpk|pak|ibu|bu|sdr|sdri|saudara|saudari|tuan|nyonya|tn|ny|drs|dra|ir|prof|hj|kombes|kompol|akp|iptu|ipda|aiptu|aipda|bripka|brigadir"
    "|briptu|bripda|kolonel|letkol|kapten|serda|sertu|ustaz|kyai|oknum"
)
_OFFICES = re.compile(
    r"presiden|menteri|gubernur|bupati|wali|walikota|camat|lurah|kades|kadus|dukuh|kepala|sekretaris|sekda|ketua|wakil|direktur|dirut|manajer"
    r"|rt|rw|guru|dokter|dr|bidan|perawat|polisi|satpam|sopir|petugas|kasir|admin|operator|pejabat|pegawai|staf|bendahara|anggota|dewan|hakim"
    r"|jaksa|rektor|dekan|kapolsek|kapolres|kapolda|danramil|babinsa|pj|plt|asn|pns|tni|polri|kota|hamil|pertiwi|negara|dinas|kantor|badan"
    r"|kementerian|puskesmas|rsud|rumah|kelurahan|kecamatan|kabupaten|provinsi|desa|sekolah|sd|smp|sma|smk|pt|cv|bank|samsat|polres|polsek"
    r"|polda|satpol|inspektorat|lembaga|unit|bagian|bidang|seksi|subbagian|pemerintah|pemkot|pemkab|pemprov|bpjs|pdam|pln|perumda|kejaksaan"
    r"|pengadilan",
    re.IGNORECASE,
)
_WORD = r"[A-Z\u00C0-\u00DE][\w'\u2019-]+"
_NAMED = re.compile(rf"\b(?:(?i:{_HONORIFIC})\.?\s+)+(?P<name>{_WORD}(?:[ ]+{_WORD}){{0,3}})")
_SEQUENCE = re.compile(rf"{_WORD}(?:[ ]+{_WORD}){{0,4}}")


def people(text: str, party: str = "") -> list[Found]:
    """Names of people: after an honorific, or as the reporter wrote the reported party."""
    spans = [span for match in _NAMED.finditer(text) if (span := _name_at(match.start("name"), match["name"])) is not None]
    for name in _names_in(party):
        spans += [(m.start(), m.end()) for m in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE)]
    return [Found("NAME", start, end) for start, end in spans]


def _name_at(start: int, name: str) -> tuple[int, int] | None:
    """Where the name stands: up to the first word that is an office; nothing when the office comes first."""
    end = start
    for word in re.finditer(_WORD, name):
        if _OFFICES.fullmatch(word.group()):
            break
        end = start + word.end()
    return (start, end) if end > start else None


def _names_in(party: str) -> list[str]:
    """The names in what the reporter wrote of the reported party; offices and institutions are none."""
    spans = [_name_at(m.start("name"), m["name"]) for m in _NAMED.finditer(party)]
    found = [party[span[0] : span[1]] for span in spans if span is not None]
    for match in _SEQUENCE.finditer(_NAMED.sub(" ", party)):
        words = match.group().split()
        if not _OFFICES.fullmatch(words[0]) and len(words) > 1:
            found.append(match.group())
    return found


def found(text: str) -> list[Found]:
    """The personal data of the kinds that are always masked, in order of place, none overlapping."""
    matches = [Found(m.type, m.start, m.end) for m in detect_pii(text, types=DETECTED)]  # type: ignore[arg-type]
    matches += [Found(kind, m.start(), m.end()) for kind, net in NETS.items() for m in net.finditer(text)]
    return _apart(matches)


def _apart(matches: list[Found]) -> list[Found]:
    kept: list[Found] = []
    for match in sorted(matches, key=lambda m: (m.start, -m.end)):
        if not kept or match.start >= kept[-1].end:
            kept.append(match)
    return kept


def personal(text: str, party: str = "") -> list[Found]:
    """Personal data and names of people: what an officer looks at before a text is published."""
    return _apart([*found(text), *people(text, party)])


def masked(text: str) -> str:
    """The text with every NIK, telephone number, e-mail and street address replaced by its label."""
    return _replaced(text, found(text))


def public_copy(text: str, party: str = "") -> str:
    """`masked`, and the names of people besides: what is published until an officer decides otherwise."""
    return _replaced(text, personal(text, party))


def _replaced(text: str, matches: list[Found]) -> str:
    parts, last = [], 0
    for match in matches:
        parts += [text[last : match.start], LABELS[match.kind]]
        last = match.end
    return "".join([*parts, text[last:]])


def marked(text: str, party: str = "") -> list[tuple[str, str]]:
    """The text in pieces with the kind of what each is; empty for what is nothing personal."""
    pieces, last = [], 0
    for match in personal(text, party):
        pieces += [(text[last : match.start], ""), (text[match.start : match.end], match.kind)]
        last = match.end
    return [piece for piece in [*pieces, (text[last:], "")] if piece[0]]
