"""Sound and film with tags, covers and places."""

import io
import struct
from collections.abc import Iterator
from typing import Any

import av

from tests.files import HTML

from .mark import MARK, WORD
from .pictures import told


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
