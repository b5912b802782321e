"""What a file is, told by its content alone: neither its name nor what a browser says of it counts."""

import zipfile
from io import BytesIO

import filetype

# content -> (our kind, extension of the cleaned copy)
ALLOWED: dict[str, tuple[str, str]] = {
    "image/jpeg": ("image", "jpg"),
    "image/png": ("image", "jpg"),
    "image/webp": ("image", "jpg"),
    "image/gif": ("image", "jpg"),
    "image/heic": ("image", "jpg"),
    "image/heif": ("image", "jpg"),
    "image/avif": ("image", "jpg"),
    "image/bmp": ("image", "jpg"),
    "image/tiff": ("image", "jpg"),
    "application/pdf": ("pdf", "pdf"),
    "audio/mpeg": ("audio", "mp3"),
    "audio/mp4": ("audio", "m4a"),
    "audio/m4a": ("audio", "m4a"),
    "audio/x-m4a": ("audio", "m4a"),
    "audio/ogg": ("audio", "ogg"),
    "audio/x-wav": ("audio", "wav"),
    "audio/wav": ("audio", "wav"),
    "audio/aac": ("audio", "m4a"),
    "audio/amr": ("audio", "amr"),
    "video/mp4": ("video", "mp4"),
    "video/quicktime": ("video", "mp4"),
    "video/3gpp": ("video", "mp4"),
    "video/x-m4v": ("video", "mp4"),
    "video/webm": ("video", "webm"),
    "video/x-matroska": ("video", "webm"),
}
# a member that only this kind of office file has -> extension
OFFICE = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
OPEN_DOCUMENT = {
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
}
EXTENSIONS = frozenset(extension for _kind, extension in ALLOWED.values()) | set(OFFICE.values()) | set(OPEN_DOCUMENT.values())


def kind_of(content: bytes) -> tuple[str, str] | None:
    """(kind, extension of the copy); None for everything that is not on the list."""
    if content[:4] == b"PK\x03\x04":
        extension = _office(content)
        return ("office", extension) if extension else None
    guessed = filetype.guess(content[:8192])
    return ALLOWED.get(guessed.mime) if guessed is not None else None


def _office(content: bytes) -> str | None:
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = set(archive.namelist())
            if "mimetype" in names and archive.getinfo("mimetype").file_size < 100:
                return OPEN_DOCUMENT.get(archive.read("mimetype").decode("ascii", "replace"))
            return next((extension for member, extension in OFFICE.items() if member in names), None)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        return None
