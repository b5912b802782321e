"""The process that opens a stranger's file. Run as a script, without Django and without any of our secrets.

`child.py KIND EXTENSION SOURCE COPY THUMBNAIL PIXELS SECONDS`: writes the copy (and for a picture its thumbnail) and prints
nothing; exit code 0, or 10 with one word on stdout that says why the file is not accepted.
"""

import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[2]))  # it runs alone: of the house only the module below is read

from complaints.cleaning.photos import bare_jpeg, bare_jpx, bare_png

LONGEST_SIDE, THUMBNAIL_SIDE, THUMBNAIL_BYTES = 2560, 320, 20_000
MEMBERS, UNPACKED, RATIO = 2000, 200_000_000, 200
PICTURES = ("JPEG", "PNG", "WEBP", "GIF", "HEIF", "AVIF", "BMP", "TIFF")
CONTAINERS = {"mp3": "mp3", "m4a": "ipod", "ogg": "ogg", "wav": "wav", "amr": "amr", "mp4": "mp4", "webm": "webm"}
CODECS = {"mp3", "mp3float", "aac", "opus", "vorbis", "pcm_s16le", "amrnb", "amr_nb", "h264", "hevc", "mpeg4", "vp8", "vp9", "av1", "h263"}
ONLY_IN = {"webm": {"vp8", "vp9", "av1", "opus", "vorbis"}}  # containers that hold not every codec
REFUSED = 10


class Refused(Exception):
    """The file is not accepted; one word says why."""


def picture(source: Path, copy: Path, thumbnail: Path, bounds: dict[str, int], _extension: str) -> None:
    """Its pixels, upright, at most 2560 wide, on a new picture: no comment, place, serial number or tail goes along."""
    from PIL import Image, ImageOps
    from pillow_heif import register_heif_opener

    register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # looked at below, before anything is unpacked
    with Image.open(source, formats=PICTURES) as opened:
        if opened.width * opened.height > bounds["pixels"]:
            raise Refused("pixels")
        opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(opened).convert("RGBA")
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    new = Image.new("RGB", upright.size, "white")
    new.paste(upright, mask=upright.getchannel("A"))
    new.save(copy, "JPEG", quality=82, optimize=True)
    new.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    for quality in (70, 50, 30, 10):
        new.save(thumbnail, "WEBP", quality=quality)
        if thumbnail.stat().st_size <= THUMBNAIL_BYTES:
            break


# Keys that act, hold other files, or say who made it and with what: taken out wherever they stand. A key of one letter may be a glyph.
DROPPED = {
    "/AA", "/AF", "/AcroForm", "/EF", "/EmbeddedFiles", "/FS", "/ImportData", "/JS", "/JavaScript", "/Launch", "/Metadata", "/OpenAction", "/PA",
    "/PieceInfo", "/RichMedia", "/RichMediaContent", "/SubmitForm", "/URI", "/XFA",
}  # fmt: skip
ACTS = {
    "/GoTo", "/GoTo3DView", "/GoToE", "/GoToR", "/Hide", "/ImportData", "/JavaScript", "/Launch", "/Movie", "/Named", "/Rendition", "/ResetForm",
    "/RichMediaExecute", "/SetOCGState", "/Sound", "/SubmitForm", "/Thread", "/Trans", "/URI",
}  # fmt: skip
# Notes are kept where they are only ink and words; who wrote them is not.
INK = {
    "/Text", "/FreeText", "/Line", "/Square", "/Circle", "/Polygon", "/PolyLine", "/Highlight", "/Underline", "/Squiggly", "/StrikeOut", "/Stamp",
    "/Caret", "/Ink", "/Redact", "/Widget",
}  # fmt: skip
SIGNATURES = {"/Sig", "/DocTimeStamp"}  # what a field was signed with: a certificate with a name
PHOTO = {"/DCTDecode": bare_jpeg, "/DCT": bare_jpeg, "/JPXDecode": bare_jpx}
INLINE = re.compile(rb"(?<![A-Za-z0-9])BI(?![A-Za-z0-9])")  # where a picture stands among the words of a page
OF_A_PICTURE = ("/Width", "/Height", "/ColorSpace", "/BitsPerComponent", "/Decode", "/ImageMask", "/Interpolate", "/Intent")
OF_A_NOTE = ("/A", "/T", "/NM", "/M", "/CreationDate", "/Popup")


def pdf(source: Path, copy: Path, _thumbnail: Path, _bounds: dict[str, int], _extension: str) -> None:
    """Its pages without anything that acts by itself, without other files and without metadata."""
    import pikepdf

    try:
        document = pikepdf.open(source)
    except pikepdf.PasswordError:
        raise Refused("locked") from None
    with document, pikepdf.new() as new:
        if document.is_encrypted:
            raise Refused("locked")
        new.pages.extend(document.pages)
        for page in new.pages:
            notes = page.obj.get("/Annots")
            page.obj["/Annots"] = pikepdf.Array([note for note in notes if _is_ink(note, pikepdf)] if isinstance(notes, pikepdf.Array) else [])
        for item in list(new.objects):
            if isinstance(item, pikepdf.Stream) and PHOTO.keys() & set(_filters(item, pikepdf)):
                _bare_photo(item, new, pikepdf)
            _disarm(item, pikepdf)
        _bare_words(new, pikepdf)
        for name in ("/Names", "/Metadata", "/AcroForm", "/OpenAction", "/AA"):
            if name in new.Root:
                del new.Root[name]
        new.remove_unreferenced_resources()
        new.save(copy)


def _is_ink(note: Any, pikepdf: Any) -> bool:
    if not isinstance(note, pikepdf.Dictionary) or str(note.get("/Subtype")) not in INK:
        return False
    for name in OF_A_NOTE:
        if name in note:
            del note[name]
    return True


def _disarm(item: Any, pikepdf: Any) -> None:
    """Take what acts out of one object and what lies in it; objects of their own are met by themselves."""
    rest = [item]
    while rest:
        one = rest.pop()
        if isinstance(one, pikepdf.Array):
            rest += [value for value in one if _lies_within(value, pikepdf)]
            continue
        if not isinstance(one, pikepdf.Dictionary | pikepdf.Stream):
            continue
        is_signature = "/ByteRange" in one or str(one.get("/Type")) in SIGNATURES
        for name, value in list(one.items()):
            if is_signature or name in DROPPED or (isinstance(value, pikepdf.Dictionary) and str(value.get("/S")) in ACTS):
                del one[name]
            elif _lies_within(value, pikepdf):
                rest.append(value)


def _bare_photo(stream: Any, document: Any, pikepdf: Any) -> None:
    """A photo without what it says of itself, taken out of whatever it is packed into beside. Refuses one that is packed after."""
    names, rows = _filters(stream, pikepdf), stream.get("/DecodeParms")
    rows = list(rows) if isinstance(rows, pikepdf.Array) else [rows]
    content, at = stream.read_raw_bytes(), len(names) - 1
    if names[at] not in PHOTO:
        raise Refused("unreadable")
    if at:
        packed = document.make_stream(content, Filter=pikepdf.Array([pikepdf.Name(name) for name in names[:at]]))
        if any(row is not None for row in rows):
            packed.DecodeParms = pikepdf.Array(rows[:at])
        content = packed.read_bytes()
    kind = pikepdf.Name.JPXDecode if names[at] == "/JPXDecode" else pikepdf.Name.DCTDecode
    stream.write(PHOTO[names[at]](content), filter=kind, decode_parms=rows[at] if at < len(rows) else None)


def _bare_words(document: Any, pikepdf: Any) -> None:
    """Photos that stand among the words of pages, forms, patterns and drawn letters."""
    for page in document.pages:
        found = page.obj.get("/Contents")
        rows = list(found) if isinstance(found, pikepdf.Array) else [found]
        if any(isinstance(row, pikepdf.Stream) and INLINE.search(row.read_bytes()) for row in rows):
            page.obj["/Contents"] = document.make_stream(_reworded(page, document, pikepdf))
    for item in list(document.objects):
        glyphs = item.get("/CharProcs") if isinstance(item, pikepdf.Dictionary) else None
        drawn = [item] if isinstance(item, pikepdf.Stream) and (str(item.get("/Subtype")) == "/Form" or "/PatternType" in item) else []
        for row in [*drawn, *(glyphs.values() if isinstance(glyphs, pikepdf.Dictionary) else [])]:
            if isinstance(row, pikepdf.Stream) and INLINE.search(row.read_bytes()):
                row.write(_reworded(row, document, pikepdf))


def _reworded(source: Any, document: Any, pikepdf: Any) -> bytes:
    """The same words, each photo among them bare and written in digits, so that nothing in it looks like its end."""
    made, rest = [], []
    for row in pikepdf.parse_content_stream(source):
        is_photo = isinstance(row, pikepdf.ContentStreamInlineImage) and PHOTO.keys() & set(_filters(row.iimage.obj, pikepdf))
        if not is_photo:
            rest.append(row)
            continue
        given = row.iimage.obj
        photo = document.make_stream(row.iimage.read_raw_bytes(), Filter=given["/Filter"])
        if "/DecodeParms" in given:
            photo.DecodeParms = given["/DecodeParms"]
        _bare_photo(photo, document, pikepdf)
        said = pikepdf.Dictionary({name: given[name] for name in OF_A_PICTURE if name in given})
        said.Filter = pikepdf.Array([pikepdf.Name.ASCIIHexDecode, photo.Filter])
        if "/DecodeParms" in photo:
            said.DecodeParms = pikepdf.Array([None, photo.DecodeParms])
        made += [pikepdf.unparse_content_stream(rest), b"BI " + said.unparse()[2:-2] + b" ID " + photo.read_raw_bytes().hex().encode() + b">\nEI"]
        rest = []
    return b"\n".join([*made, pikepdf.unparse_content_stream(rest)])


def _filters(stream: Any, pikepdf: Any) -> list[str]:
    given = stream.get("/Filter")
    return [str(name) for name in (given if isinstance(given, pikepdf.Array) else [given])]


def _lies_within(value: Any, pikepdf: Any) -> bool:
    return isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect


def media(source: Path, copy: Path, _thumbnail: Path, bounds: dict[str, int], extension: str) -> None:
    """The first picture and sound streams in a new container: no title, place or device goes along."""
    import av

    with av.open(str(source), "r", options={"protocol_whitelist": "file"}) as opened, av.open(str(copy), "w", format=CONTAINERS[extension]) as new:
        if opened.duration and opened.duration / 1_000_000 > bounds["seconds"]:
            raise Refused("long")
        films = [stream for stream in opened.streams.video if not stream.disposition & av.stream.Disposition.attached_pic]  # a song's cover is none
        chosen = [streams[0] for streams in (films, opened.streams.audio) if streams]
        if not chosen:
            raise Refused("unreadable")
        if any(stream.codec_context.name not in ONLY_IN.get(extension, CODECS) for stream in chosen):
            raise Refused("format")
        made = {stream.index: new.add_stream_from_template(stream) for stream in chosen}
        for stream in made.values():
            stream.metadata.clear()
        packets = 0
        for packet in opened.demux(chosen):
            if packet.dts is None:
                continue
            packets += 1
            packet.stream = made[packet.stream.index]
            new.mux(packet)
        if not packets:
            raise Refused("unreadable")


def office(source: Path, copy: Path, _thumbnail: Path, _bounds: dict[str, int], _extension: str) -> None:
    """The same members in a new archive, when none of them acts, reaches out or unpacks to a mountain; without who wrote them."""
    with zipfile.ZipFile(source) as archive:
        members = archive.infolist()
        if len(members) > MEMBERS or sum(m.file_size for m in members) > UNPACKED:
            raise Refused("mountain")
        for member in members:
            _check_member(member)
        with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as new:
            for member in sorted(members, key=lambda m: m.filename != "mimetype"):
                if not member.is_dir() and not LEFT_OUT.search(member.filename):
                    kept = zipfile.ZipInfo(member.filename)
                    kept.compress_type = zipfile.ZIP_STORED if member.filename == "mimetype" else zipfile.ZIP_DEFLATED
                    new.writestr(kept, _bare(member.filename, archive.read(member)))


HARMFUL = re.compile(r"vbaProject|\.bin$|/embeddings/|/activeX/|afchunk|^Basic/|^Scripts/|\.\./|^/|\\", re.IGNORECASE)
# A printer's own bytes, beside a page that was set up; and signatures, which name who signed and fit the copy no more.
LEFT_OUT = re.compile(r"^xl/printerSettings/[^/]+\.bin$|^_xmlsignatures/|^META-INF/[^/]*signatures\.xml$", re.IGNORECASE)
# Parts that only say who wrote it, when and with what -> the same part, saying nothing.
SILENT = {
    "docProps/core.xml": b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>',
    "docProps/app.xml": b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"/>',
    "docProps/custom.xml": b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"/>',
    "meta.xml": b'<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" office:version="1.3"/>',
}


PICTURES_INSIDE = {b"\xff\xd8\xff": bare_jpeg, b"\x89PNG\r\n": bare_png, b"\0\0\0\x0cjP  ": bare_jpx}


def _named(axis: str, names: str) -> str:
    """An XPath for what has one of these names, whatever its namespace."""
    return f"{axis}[{' or '.join(f"local-name() = '{name}'" for name in names.split())}]"


ACTING = _named("//*", "script event-listener ddeLink dde-source dde-link altChunk")
REACHING = _named("//@*", "href") + "[not(local-name(..) = 'a')]"
# What was crossed out is not what the sender shows; where the file lay and what printed it is nobody's business.
GONE = (
    f"{_named('//*', 'del moveFrom tracked-changes')}[*] | {_named('//*', 'delText absPath')} | //*[contains(@Type, '/printerSettings')]"
    " | //*[contains(@Type, '/digital-signature/') or starts-with(@PartName, '/_xmlsignatures/')]"
)
SPOKEN = _named("//*", "creator author creator-initials lastModifiedBy")
WRITERS = f"{_named('//*', 'person author cmAuthor userInfo')}/{_named('@*', 'name displayName')}"
BY = f"{_named('//@*', 'author initials userId userName lastModifiedBy')} | {WRITERS}"
FIELD = re.compile(r"^\s*(DDE|DDEAUTO|INCLUDEPICTURE|INCLUDETEXT|IMPORT|LINK|DATABASE|QUOTE)\b", re.IGNORECASE | re.MULTILINE)
SCHEME = re.compile(r"(?!data:|mailto:)[a-z][a-z0-9+.-]*:|//|\\\\", re.IGNORECASE)
PRINTER_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
XML_STARTS = (b"<", b"\xef\xbb\xbf<", b"\xff\xfe", b"\xfe\xff")


def _check_member(member: zipfile.ZipInfo) -> None:
    if member.file_size > RATIO * max(member.compress_size, 1) and member.file_size > 1_000_000:
        raise Refused("mountain")
    if HARMFUL.search(member.filename) and not LEFT_OUT.search(member.filename):
        raise Refused("macros")


def _bare(name: str, content: bytes) -> bytes:
    """A member without names, changes that were undone, and what a photo says beside its pixels. Refuses what reaches out."""
    if name in SILENT:
        return SILENT[name]
    if (bare := next((bare for start, bare in PICTURES_INSIDE.items() if content.startswith(start)), None)) is not None:
        return bare(content)
    is_xml = name.endswith((".xml", ".rels")) or content[:64].lstrip().startswith(XML_STARTS)
    return _bare_xml(content) if is_xml else content


def _bare_xml(content: bytes) -> bytes:
    from lxml import etree

    tree = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True)).getroottree()
    if tree.docinfo.doctype:
        raise Refused("unreadable")
    if tree.xpath(ACTING) or _reaches_out(tree):
        raise Refused("macros")
    for part in tree.xpath(GONE):
        part.getparent().remove(part)
    for part in tree.xpath(SPOKEN):
        part.text = ""
    for name in tree.xpath(BY):
        name.getparent().set(name.attrname, "")
    for page in tree.iter("{*}pageSetup"):
        page.attrib.pop(PRINTER_ID, None)
    return bytes(etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True))


def _reaches_out(tree: Any) -> bool:
    """Whether something is fetched or run by opening the document; an ordinary hyperlink is not."""
    fields = "".join(map(_field, tree.iter("{*}instrText", "{*}fldChar", "{*}fldSimple")))
    return bool(
        FIELD.search(fields)
        or any(SCHEME.match(address) for address in tree.xpath(REACHING))
        or any(part.get("TargetMode", "").lower() == "external" and not part.get("Type", "").endswith("/hyperlink") for part in tree.iter("{*}Relationship"))
    )


def _field(part: Any) -> str:
    """What one piece of a field says: its words may be spread over many, and a new one begins a new line."""
    if part.tag.endswith("}instrText"):
        return part.text or ""
    return "\n" + " ".join(value for key, value in part.attrib.items() if key.endswith("}instr")) + "\n"


MAKERS: dict[str, Callable[[Path, Path, Path, dict[str, int], str], None]] = {
    "image": picture,
    "pdf": pdf,
    "audio": media,
    "video": media,
    "office": office,
}


def main(arguments: list[str]) -> int:
    kind, extension, source, copy, thumbnail, pixels, seconds = arguments
    try:
        MAKERS[kind](Path(source), Path(copy), Path(thumbnail), {"pixels": int(pixels), "seconds": int(seconds)}, extension)
    except Refused as refused:
        sys.stdout.write(str(refused))
        return REFUSED
    except MemoryError:
        sys.stdout.write("mountain")
        return REFUSED
    except Exception:  # whatever a library says of a broken file: it cannot be read
        sys.stdout.write("unreadable")
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
