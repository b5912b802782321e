"""Tracking numbers and case codes: how they are made, checked and read back as people type them. Pure but for randomness."""

import hashlib
import hmac
import re
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})
NUMBER_LENGTH, CODE_LENGTH = 8, 16


def check_character(text: str) -> str:
    """Luhn mod 32: catches every single wrong character and nearly every swap of neighbours."""
    factor, total = 2, 0
    for character in reversed(text):
        addend = factor * ALPHABET.index(character)
        total += addend // 32 + addend % 32
        factor = 3 - factor
    return ALPHABET[-total % 32]


def _random(length: int) -> str:
    text = "".join(secrets.choice(ALPHABET) for _ in range(length))
    return text + check_character(text)


def _plain(typed: str) -> str:
    return re.sub(r"[\s\-\u2013\u2014_.]", "", typed.upper())


def _read(text: str, length: int) -> str | None:
    text = text.translate(_LOOKALIKES)
    if len(text) != length + 1 or set(text) - set(ALPHABET):
        return None
    return text if check_character(text[:-1]) == text[-1] else None


def new_tracking_id() -> str:
    return _as_tracking_id(_random(NUMBER_LENGTH))


def _as_tracking_id(text: str) -> str:
    return f"LPR-{text[:4]}-{text[4:8]}-{text[8:]}"


def read_tracking_id(typed: str) -> str | None:
    """The canonical number, or None when it cannot be one (wrong length, wrong check character)."""
    text = _plain(typed)
    if len(text) > NUMBER_LENGTH + 1 and text[:3] in {"LPR", "1PR"}:  # once: a number itself may begin with 1PR
        text = text[3:]
    found = _read(text, NUMBER_LENGTH)
    return _as_tracking_id(found) if found else None


def grouped(code: str) -> str:
    """A bare code in groups of four, as people copy it."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def new_case_code() -> str:
    return grouped(_random(CODE_LENGTH))


def new_letter_code() -> str:
    """80 random bits and a check character: whoever knows it has held the letter."""
    return _random(CODE_LENGTH)


def read_case_code(typed: str) -> str | None:
    """The bare code, or None when it cannot be one."""
    return _read(_plain(typed), CODE_LENGTH)


def hash_code(code: str, *, salt: bytes, pepper: str) -> bytes:
    """What is stored of a case code (ASVS 6.5.2): HMAC-SHA256(pepper, salt + code)."""
    return hmac.new(pepper.encode(), salt + _plain(code).encode(), hashlib.sha256).digest()


def derived_code(seed: str, *, digits: int, pepper: str) -> str:
    """The digits that follow from a seed: whoever holds the pepper can say them again, so that they need not be written down anywhere."""
    found = int.from_bytes(hmac.new(pepper.encode(), b"contact" + seed.encode(), hashlib.sha256).digest())
    return f"{found % 10**digits:0{digits}d}"


def code_matches(code: str, *, salt: bytes, expected: bytes, pepper: str) -> bool:
    return hmac.compare_digest(hash_code(code, salt=salt, pepper=pepper), expected)
