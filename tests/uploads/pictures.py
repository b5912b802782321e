"""Pictures with more in them than is seen, and what only looks like one."""

import io
import struct
import zlib
from typing import Any

from PIL import Image, PngImagePlugin
from pillow_heif import register_heif_opener

from tests.files import HTML

from .mark import MARK, WORD


def picture(kind: str, size: tuple[int, int] = (64, 48), mode: str = "RGB", **more: Any) -> bytes:
    register_heif_opener()
    made = io.BytesIO()
    Image.new(mode, size).save(made, kind, **more)
    return made.getvalue()


def told(kind: str = "JPEG") -> bytes:
    """A picture with everything that a telephone and a program write beside the pixels."""
    image = Image.new("RGB", (320, 240), "orange")
    exif = image.getexif()
    for tag in (0x010E, 0x010F, 0x0110, 0x0131, 0x013B, 0x8298):  # description, maker, model, program, artist, rights
        exif[tag] = WORD
    exif.get_ifd(0x8769)[0x9286] = WORD  # user comment
    exif.get_ifd(0x8769)[0x927C] = MARK * 20  # maker note
    exif.get_ifd(0x8769)[0xA431] = WORD  # serial number
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "S", (6.0, 12.0, 30.0), "E", (106.0, 49.0, 0.0)
    made = io.BytesIO()
    register_heif_opener()
    image.save(made, kind, exif=exif.tobytes())
    return made.getvalue()


def segments(*given: tuple[int, bytes]) -> bytes:
    """A JPEG with these marker segments behind its first two bytes."""
    plain = picture("JPEG")
    return plain[:2] + b"".join(bytes((0xFF, marker)) + struct.pack(">H", len(content) + 2) + content for marker, content in given) + plain[2:]


def xmp() -> bytes:
    return segments((0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta><dc:creator>" + MARK + b"</dc:creator></x:xmpmeta>"))


def iptc() -> bytes:
    record = b"\x1c\x02\x50" + struct.pack(">H", len(MARK)) + MARK
    return segments((0xED, b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(record)) + record))


def thumbnail() -> bytes:
    """A small earlier picture in the EXIF, as a program leaves it that blurs only the large one."""
    small = picture("JPEG", (16, 12), comment=MARK)
    ifd = b"\0\0" + struct.pack("<I", 14) + struct.pack("<H", 2)
    ifd += struct.pack("<HHII", 0x0201, 4, 1, 44) + struct.pack("<HHII", 0x0202, 4, 1, len(small)) + b"\0" * 4
    return segments((0xE1, b"Exif\0\0II*\0" + struct.pack("<I", 8) + ifd + small))


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png(width: int, height: int, *more: bytes, rows: bytes = b"") -> bytes:
    """A PNG by hand: what it says of its size need not be so."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + chunk(b"IDAT", rows or zlib.compress(b"\0" * 64)) + chunk(b"IEND", b"")


def png_texts() -> bytes:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Author", WORD)
    texts.add_itxt("XML:com.adobe.xmp", f"<x>{WORD}</x>")
    texts.add_text("Comment", WORD, zip=True)
    return picture("PNG", pnginfo=texts)


def flood(megabytes: int) -> bytes:
    """Zeros without end: few bytes that unpack to very many."""
    packer = zlib.compressobj(9, wbits=-15)
    part = packer.compress(b"\0" * 1_000_000) + packer.flush(zlib.Z_FULL_FLUSH)
    return b"\x78\xda" + part * megabytes


def film_strip(frames: int) -> bytes:
    """An animated GIF, its frames written by hand."""
    first = picture("GIF", (2, 2), "P")
    start = first.index(b",")
    frame = first[start:-1]
    return first[:start] + b"!\xfe" + bytes([len(MARK)]) + MARK + b"\0" + frame * frames + b";"


def webp_polyglot() -> bytes:
    return picture("WEBP") + HTML + MARK


def told_twice() -> bytes:
    """A photo with smaller ones in it, and another behind it, in the segments that else tell of colours."""
    small = picture("JPEG", (16, 12), comment=MARK)
    whole = told()
    more = ((0xE0, b"JFXX\0\x10" + small), (0xE2, b"MPF\0" + MARK), (0xE2, b"FPXR\0" + MARK), (0xEE, MARK))
    return whole[:2] + b"".join(bytes((0xFF, marker)) + struct.pack(">H", len(text) + 2) + text for marker, text in more) + whole[2:] + small


def told_codestream() -> bytes:
    """A bare JPEG 2000 picture with remarks in its head and in the heads of its parts."""
    made = io.BytesIO()
    Image.effect_noise((320, 240), 60).convert("RGB").save(made, "JPEG2000", no_jp2=True, tile_size=(128, 128), comment=WORD)
    whole = made.getvalue()
    remark = b"\xff\x64" + struct.pack(">HH", len(MARK) + 4, 1) + MARK
    start = whole.index(b"\xff\x90")
    length = int.from_bytes(whole[start + 6 : start + 10])
    part = whole[start : start + 6] + struct.pack(">I", length + len(remark)) + whole[start + 10 : start + 12] + remark + whole[start + 12 :]
    return whole[:start] + part + MARK


def told_jpx() -> bytes:
    """A JPEG 2000 file with XMP, EXIF and words of a program in boxes of their own."""

    def box(kind: bytes, inner: bytes) -> bytes:
        return struct.pack(">I", len(inner) + 8) + kind + inner

    made = io.BytesIO()
    Image.effect_noise((320, 240), 60).convert("RGB").save(made, "JPEG2000", comment=WORD)
    whole = made.getvalue()
    at = whole.index(b"jp2c") - 4
    exif = bytes.fromhex("4a7067546966664578 69662d3e4a5032".replace(" ", "")) + MARK
    return whole[:at] + box(b"xml ", b"<x:xmpmeta>" + MARK) + box(b"uuid", exif) + box(b"jp2i", MARK) + box(b"asoc", box(b"lbl ", MARK)) + whole[at:]
