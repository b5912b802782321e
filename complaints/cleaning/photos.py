"""Photos as they lie in other files, without what they say beside their pixels; no picture is painted anew."""

import re
from collections.abc import Iterator

AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7]")
SCAN, END, COMMENT = 0xDA, 0xD9, 0xFE
# Application segments that say how the colours are meant, by their marker. Another one of the same number may hold a small earlier picture.
COLOURS = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
JFIF = 16  # bytes before its thumbnail

TELLING = {b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"}  # parts of a PNG that only say who, where and when

BOX_HEAD = 8
# Boxes of a JPEG 2000 file that a picture is drawn from, and those of them that hold boxes; the others tell, or link.
DRAWN = {b"jP  ", b"ftyp", b"jp2h", b"jp2c", b"jpch", b"jplh", b"cgrp", b"ihdr", b"bpcc", b"colr", b"pclr", b"cmap", b"cdef", b"opct", b"creg"}
HOLDERS = {b"jp2h", b"jpch", b"jplh", b"cgrp"}
CODESTREAM, TILE_PART, DATA, REMARK = b"\xff\x4f\xff\x51", 0x90, 0x93, 0x64


class Unreadable(Exception):
    """It is not built as such a picture is."""


def bare_jpeg(content: bytes) -> bytes:
    """The same picture without its comments, its application segments and what follows its end."""
    kept, at = [content[:2]], 2
    while at + 1 < len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # a filling byte
            at += 1
            continue
        if marker == END:
            kept.append(content[at : at + 2])
            break
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4])
        if marker == SCAN:
            found = AFTER_SCAN.search(content, end)
            end = found.start() if found else len(content)
        kept.append(_segment(marker, content[at:end]))
        at = end
    return b"".join(kept)


def _segment(marker: int, whole: bytes) -> bytes:
    """A segment as it is kept; nothing of one that only tells."""
    if marker == COMMENT or (marker & 0xF0 == 0xE0 and not whole[4:].startswith(COLOURS.get(marker, b"\xff"))):
        return b""
    if marker == 0xE0:  # its thumbnail goes
        return whole[:2] + JFIF.to_bytes(2) + whole[4:JFIF].ljust(JFIF - 4, b"\0") + b"\0\0"
    return whole


def bare_png(content: bytes) -> bytes:
    """The same picture without its texts, its EXIF and what follows its end."""
    kept, at = [content[:8]], 8
    while at + 12 <= len(content):
        end, kind = at + 12 + int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8]
        if kind not in TELLING:
            kept.append(content[at:end])
        if kind == b"IEND":
            break
        at = end
    return b"".join(kept)


def bare_jpx(content: bytes) -> bytes:
    """The same JPEG 2000 picture, its comments overwritten, without the boxes that only tell. Raises `Unreadable`."""
    if content.startswith(CODESTREAM):
        return _bare_codestream(content)
    made = b"".join(_boxes(content))
    if b"jp2c" not in made:
        raise Unreadable
    return made


def _boxes(content: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(content):
        size, kind, start = int.from_bytes(content[at : at + 4]), content[at + 4 : at + 8], at + BOX_HEAD
        if size == 1:
            size, start = int.from_bytes(content[start : start + 8]), start + 8
        end = at + size if size else len(content)
        if end < start or end > len(content):
            raise Unreadable
        if kind in DRAWN:
            inner = content[start:end]
            inner = b"".join(_boxes(inner)) if kind in HOLDERS else _bare_codestream(inner) if kind == b"jp2c" else inner
            yield (len(inner) + BOX_HEAD).to_bytes(4) + kind + inner
        at = end


def _bare_codestream(content: bytes) -> bytes:
    """What was remarked in the head, and in the head of each part, is overwritten: its length is part of other lengths."""
    made, at, part = bytearray(content), 2, (0, 0)
    if not content.startswith(CODESTREAM):
        raise Unreadable
    while at + 2 <= len(content) and content[at] == 0xFF:
        marker, size = content[at + 1], int.from_bytes(content[at + 2 : at + 4])
        if marker == END:
            return bytes(made[: at + 2])
        if marker == DATA:
            at = part[0] + part[1] if part[1] else content.find(b"\xff\xd9", at)
            if at <= part[0]:
                break
            continue
        if marker == TILE_PART:
            part = (at, int.from_bytes(content[at + 6 : at + 10]))
        if marker == REMARK:
            made[at + 6 : at + 2 + size] = b" " * (size - 4)
        at += 2 + size
    raise Unreadable
