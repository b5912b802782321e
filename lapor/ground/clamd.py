"""Asking a ClamAV daemon about a file (INSTREAM over its socket)."""

import socket
import struct

from django.conf import settings

CHUNK = 1 << 16
SECONDS = 60


def scan(content: bytes) -> str | None:
    """What was found (empty: nothing, also where no scanner is configured); None when the scanner gives no answer."""
    if not settings.CLAMD_SOCKET:
        return ""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(SECONDS)
            line.connect(settings.CLAMD_SOCKET)
            line.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), CHUNK):
                part = content[start : start + CHUNK]
                line.sendall(struct.pack("!L", len(part)) + part)
            line.sendall(struct.pack("!L", 0))
            answer = b""
            while not answer.endswith(b"\0") and (more := line.recv(4096)):
                answer += more
    except OSError:
        return None
    text = answer.rstrip(b"\0").decode("ascii", "replace")
    if text.endswith("FOUND"):
        return text.removeprefix("stream: ").removesuffix(" FOUND")
    return "" if text.endswith("OK") else None
