"""The process that opens a stranger's file. Run as a script, without Django and without any of our secrets.

`child.py KIND EXTENSION SOURCE COPY THUMBNAIL PIXELS SECONDS`: writes the copy (and for a picture its thumbnail) and prints
nothing; exit code 0, or 10 with one word on stdout that says why the file is not accepted.
"""

import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

LONGEST_SIDE, THUMBNAIL_SIDE, THUMBNAIL_BYTES = 2560, 320, 20_000
MEMBERS, UNPACKED, RATIO = 2000, 200_000_000, 200
CONTAINERS = {"mp3": "mp3", "m4a": "ipod", "ogg": "ogg", "wav": "wav", "amr": "amr", "mp4": "mp4", "webm": "webm"}
CODECS = {"mp3", "mp3float", "aac", "opus", "vorbis", "pcm_s16le", "amrnb", "amr_nb", "h264", "hevc", "mpeg4", "vp8", "vp9", "av1", "h263"}
REFUSED = 10


class Refused(Exception):
    """The file is not accepted; one word says why."""


def picture(source: Path, copy: Path, thumbnail: Path, bounds: dict[str, int], _extension: str) -> None:
    """Its pixels, upright, at most 2560 wide, on a new picture: no comment, place, serial number or tail goes along."""
    from PIL import Image, ImageOps
    from pillow_heif import register_heif_opener

    register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # looked at below, before anything is unpacked
    with Image.open(source) as opened:
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


ACTIVE = ("/OpenAction", "/AA", "/JavaScript", "/JS", "/EmbeddedFiles", "/Launch", "/SubmitForm", "/ImportData", "/RichMedia", "/XFA", "/URI", "/GoToR")


def pdf(source: Path, copy: Path, _thumbnail: Path, _bounds: dict[str, int], _extension: str) -> None:
    """Its pages without anything that acts by itself, without other files and without metadata."""
    import pikepdf

    with pikepdf.open(source) as document:
        if document.is_encrypted:
            raise Refused("locked")
        with pikepdf.new() as new:
            new.pages.extend(document.pages)
            for item in new.objects:
                if isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
                    for name in (*ACTIVE, "/Metadata", "/PieceInfo", "/A"):
                        if name in item:
                            del item[name]
            for name in ("/Names", "/Metadata", "/AcroForm", "/OpenAction", "/AA"):
                if name in new.Root:
                    del new.Root[name]
            new.remove_unreferenced_resources()
            new.save(copy)


def media(source: Path, copy: Path, _thumbnail: Path, bounds: dict[str, int], extension: str) -> None:
    """The first picture and sound streams in a new container: no title, place or device goes along."""
    import av

    with av.open(str(source), "r") as opened, av.open(str(copy), "w", format=CONTAINERS[extension]) as new:
        if opened.duration and opened.duration / 1_000_000 > bounds["seconds"]:
            raise Refused("long")
        chosen = [streams[0] for streams in (opened.streams.video, opened.streams.audio) if streams]
        if not chosen:
            raise Refused("unreadable")
        if any(stream.codec_context.name not in CODECS for stream in chosen):
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
    """The same members in a new archive, when none of them acts, reaches out or unpacks to a mountain."""
    with zipfile.ZipFile(source) as archive:
        members = archive.infolist()
        if len(members) > MEMBERS or sum(m.file_size for m in members) > UNPACKED:
            raise Refused("mountain")
        with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as new:
            for member in sorted(members, key=lambda m: m.filename != "mimetype"):
                _check_member(member, archive)
                if not member.is_dir():
                    kept = zipfile.ZipInfo(member.filename)
                    kept.compress_type = zipfile.ZIP_STORED if member.filename == "mimetype" else zipfile.ZIP_DEFLATED
                    new.writestr(kept, archive.read(member))


HARMFUL = re.compile(r"vbaProject|\.bin$|/embeddings/|/activeX/|^Basic/|^Scripts/|\.\./|^/|\\", re.IGNORECASE)
REACHES_OUT = re.compile(rb'TargetMode\s*=\s*"External"', re.IGNORECASE)
LINK = re.compile(rb'<Relationship\b[^>]*/hyperlink"[^>]*>', re.IGNORECASE)


def _check_member(member: zipfile.ZipInfo, archive: zipfile.ZipFile) -> None:
    if member.file_size > RATIO * max(member.compress_size, 1) and member.file_size > 1_000_000:
        raise Refused("mountain")
    if HARMFUL.search(member.filename):
        raise Refused("macros")
    if member.filename.endswith(".rels") and REACHES_OUT.search(LINK.sub(b"", archive.read(member))):
        raise Refused("macros")


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
