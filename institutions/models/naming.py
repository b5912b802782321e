"""How people write the names of institutions: abbreviations, and what they stand for."""

import re
from collections.abc import Iterator, Sequence

# What the names spell out or leave away: "Pemkot Bandung" is the Pemerintah Kota Bandung, and mostly called Kota Bandung.
SHORT = {
    "pemkot": ("kota",),
    "pemkab": ("kabupaten",),
    "pemprov": ("provinsi",),
    "kab": ("kabupaten",),
    "kab.": ("kabupaten",),
    "prov": ("provinsi",),
    "prov.": ("provinsi",),
    "kemenko": ("kementerian", "koordinator"),
    "menko": ("kementerian", "koordinator"),
    "kementrian": ("kementerian",),
    "univ": ("universitas",),
    "univ.": ("universitas",),
}
SAYING_NOTHING = frozenset({"pemerintah", "pemda"})
# Heads that grow together with the beginning of a name: Kemenkes, Disdik, Dinkes.
GROWN = re.compile(r"(kemen|dis|din)(\w{3,})")
HEADS = {"kemen": "kementerian", "dis": "dinas", "din": "dinas"}


def telling(typed: list[str]) -> list[str]:
    """The words that tell one name from another; all of them when none does."""
    return [word for word in typed if word.lower() not in SAYING_NOTHING] or typed


def spellings(word: str) -> Iterator[Sequence[str]]:
    """Each way to read a word, as the parts that a name must hold."""
    yield (word,)
    low = word.lower()
    if low in SHORT:
        yield SHORT[low]
    elif grown := GROWN.fullmatch(low):
        yield HEADS[grown[1]], grown[2]


def spelled(typed: Sequence[str]) -> str:
    """What was typed with its abbreviations spelled out."""
    return " ".join(part for word in typed for part in SHORT.get(word.lower(), (word,)))
