"""Files as friends, careless people and attackers send them, each built here, with what must become of it."""

import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from tests.files import HTML, office, photo

from .documents import (
    SIGNED,
    asking,
    authored,
    bomb,
    dde,
    entities,
    guarded,
    letter,
    linked,
    nested_bomb,
    open_document,
    pictured,
    printed,
    reaching,
    shared,
    shown,
    signed,
    template,
    zipped,
)
from .mark import MARK, WORD
from .papers import (
    asks,
    associates,
    attaches,
    comments,
    crowded,
    describes,
    endless,
    launches,
    launches_inline,
    locked,
    named_script,
    opens,
    packed_photograph,
    page_script,
    paper,
    photographs,
    photographs_anew,
    photographs_plainly,
    photographs_twice,
    pins,
    plays,
    scatters,
    signs,
)
from .pictures import chunk, film_strip, flood, iptc, picture, png, png_texts, segments, thumbnail, told, webp_polyglot, xmp
from .recordings import free_atom, hidden_playlist, located_mov, located_mp4, recording, tagged_mp3

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
    "paper.pdf that is a photo with place, packed twice more": Row(lambda: paper(packed_photograph), CLEAN, GPS, daily=True),
    "paper.pdf that is a scan as JPEG 2000 with XMP and EXIF": Row(lambda: paper(photographs_anew), CLEAN, daily=True),
    "paper.pdf that is a bare JPEG 2000 with remarks": Row(lambda: paper(photographs_plainly), CLEAN),
    "paper.pdf that is a photo with smaller ones in it": Row(lambda: paper(photographs_twice), CLEAN, daily=True),
    "paper.pdf with photos among its words": Row(lambda: paper(scatters), CLEAN, GPS, daily=True),
    "paper.pdf signed by name": Row(lambda: paper(signs), CLEAN, daily=True),
    "paper.pdf with a comment by name": Row(lambda: paper(comments), CLEAN),
    "paper.pdf with 100,000 objects": Row(lambda: paper(crowded), CLEAN),
    "paper.pdf with a page behind its end": Row(lambda: paper() + HTML + MARK, CLEAN, (MARK, b"<script")),
    "paper.pdf that nobody opens without a password": Row(lambda: locked("rahasia"), "locked", daily=True),
    "paper.pdf that its owner locked": Row(lambda: locked(""), "locked"),
    "paper.pdf whose pages hold themselves": Row(endless, "unreadable"),
    # office documents
    "letter.docx with author, comment and a struck-out sentence": Row(authored, CLEAN, daily=True),
    "letter.docx signed by name": Row(signed, CLEAN, (MARK, b"_xmlsignatures"), daily=True),
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
    "table.xlsx that somebody reserved": Row(shared, CLEAN),
    "slides.pptx with an author": Row(shown, CLEAN),
    "table.xlsx that asks a program": Row(asking, "macros"),
    "letter.odt signed by name": Row(lambda: open_document(**{"META-INF/documentsignatures.xml": SIGNED.format(WORD)}), CLEAN),
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
