"""Files as people send them."""

import io
import zipfile
from typing import Any

import pikepdf
from PIL import Image

from complaints import services
from complaints.models import Upload
from tests.world import World

HTML = b"<script>document.title='x'</script>"
KEY = "7f0c8a52-9b1e-4d67-8a35-c2e9f7046b1d"


def photo(size: tuple[int, int] = (800, 600), kind: str = "JPEG", **more: Any) -> bytes:
    """A picture as a telephone makes it: with place, device and a comment."""
    made = io.BytesIO()
    picture = Image.new("RGB", size, (180, 40, 60))
    exif = picture.getexif()
    exif[0x010F] = "Kamera Rahasia"
    exif.get_ifd(0x8825)[2] = (6.0, 12.0, 30.0)
    picture.save(made, kind, exif=exif, **more)
    return made.getvalue()


def document(**root: Any) -> bytes:
    made = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.docinfo["/Author"] = "Pelapor Rahasia"
        for name, value in root.items():
            pdf.Root[f"/{name}"] = value
        pdf.save(made)
    return made.getvalue()


def office(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", '<w:document xmlns:w="x"/>')
        for name, content in members.items():
            archive.writestr(name.replace("__", "/"), content)
    return made.getvalue()


def keep(world: World, content: bytes) -> Upload:
    return services.store_upload(content, at=world.at, reference=services.Reference(world.at))


NO_FILES: dict[str, bytes] = {
    "html": HTML,
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "exe": b"MZ" + b"\0" * 200,
    "text": b"halo",
    "zip": office()[:4] + b"\0" * 60,
    "elf": b"\x7fELF" + b"\0" * 200,
}

# File names as nobody means them well.
NAMES = {
    "upwards": "../../etc/passwd.jpg",
    "nul": "foto\x00.jpg",
    "right to left": "foto\u202egpj.exe",
    "300 letters": "a" * 300 + ".jpg",
    "four bytes": "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U00020000.jpg",
    "tag": "<img src=x onerror=alert(1)>.jpg",
    "new line": "a.jpg\r\nSet-Cookie: a=b",
    "option": "-rf.jpg",
    "windows": "C:\\Users\\Budi\\foto.jpg",
    "two endings": "foto.jpg.exe",
}
