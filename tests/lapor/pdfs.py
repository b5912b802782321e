"""How tests look into a PDF: its words, its tags, and what two checkers say of its structure."""

import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pymupdf
from pikepdf import Array, Dictionary, Name


def words_of(content: bytes) -> str:
    """All the text, page by page, with single spaces."""
    with pymupdf.open(stream=content, filetype="pdf") as document:  # type: ignore[no-untyped-call]
        return " ".join(" ".join(page.get_text() for page in document).split())


def pages_of(content: bytes) -> int:
    with pikepdf.open(BytesIO(content)) as pdf:
        return len(pdf.pages)


def tags_of(content: bytes) -> list[tuple[str, Any]]:
    """(tag, element) of the structure tree in reading order."""
    found: list[tuple[str, Any]] = []

    def walk(element: Any) -> None:
        if Name.S in element:
            found.append((str(element.S).lstrip("/"), element))
        below = element.get(Name.K, Array())
        for child in list(below) if isinstance(below, Array) else [below]:
            if isinstance(child, Dictionary):
                walk(child)

    with pikepdf.open(BytesIO(content)) as pdf:
        walk(pdf.Root.StructTreeRoot)
        return [(tag, {str(name): str(value) for name, value in element.items() if name in {"/Alt", "/A"}}) for tag, element in found]


def faults_of(content: bytes, folder: Path, *, thoroughly: bool = False, skip: str = "") -> str:
    """What the checkers of PDF/UA-1 complain of: empty when nothing."""
    path = folder / "checked.pdf"
    path.write_bytes(content)
    tools = [["pdfua", "check"], *([["outloud", "--fail-on", "warning", *(["--skip", skip] if skip else [])]] if thoroughly else [])]
    said = ""
    for tool in tools:
        ran = subprocess.run([Path(sys.executable).with_name(tool[0]), *tool[1:], path], capture_output=True, text=True, check=False)
        said += "" if ran.returncode == 0 else ran.stdout + ran.stderr
    return said
