"""The translations, compiled where their source is newer."""

import os
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from lapor.launcher.places import ROOT
from lapor.launcher.speech import say


def compile_translations(folder: Path = ROOT / "locale") -> int:
    """Write every missing or old .mo file under `folder`; how many were written."""
    written = 0
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        draft = target.with_suffix(f".{os.getpid()}.tmp")
        with source.open("rb") as text:
            catalog = read_po(text, locale=source.parts[-3])
        try:
            with draft.open("wb") as out:
                write_mo(out, catalog)
            draft.replace(target)
        except OSError as error:
            say(f"translations not compiled: {error}")
            continue
        written += 1
    return written
