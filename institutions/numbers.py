"""How the number of a letter is written: a pattern with a closed list of placeholders. Pure."""

import re
from datetime import date

MONTHS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
PLACEHOLDERS = ("urut", "urut4", "kode", "bulan", "bulan_romawi", "tahun")
NEEDED = ({"urut", "urut4"}, {"tahun"})  # without one of each, two letters would share a number
DEFAULT_PATTERN = "{urut}/{kode}/LAPOR/{bulan_romawi}/{tahun}"


def unknown_in(pattern: str) -> list[str]:
    """What stands in braces and means nothing."""
    rest = PLACEHOLDER.sub("", pattern)
    return [name for name in PLACEHOLDER.findall(pattern) if name not in PLACEHOLDERS] + [sign for sign in "{}" if sign in rest]


def is_unambiguous(pattern: str) -> bool:
    """Whether no two letters of a series can get the same number."""
    names = set(PLACEHOLDER.findall(pattern))
    return all(names & either for either in NEEDED)


def write_number(pattern: str, *, serial: int, code: str, on: date) -> str:
    """The number of a letter: 12/DPU/LAPOR/XI/2026."""
    values = {
        "urut": str(serial),
        "urut4": f"{serial:04}",
        "kode": code,
        "bulan": f"{on.month:02}",
        "bulan_romawi": MONTHS[on.month - 1],
        "tahun": str(on.year),
    }
    return PLACEHOLDER.sub(lambda found: values[found[1]], pattern)
