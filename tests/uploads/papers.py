"""PDF files that act, carry and tell."""

import base64
import io
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf

from .mark import MARK, WORD
from .pictures import told, told_codestream, told_jpx, told_twice


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


def packed_photograph(pdf: pikepdf.Pdf) -> None:
    """The same, the picture packed once more, as some programs write it."""
    photographs(pdf)
    shown = pdf.pages[0].obj["/Resources"]["/XObject"]["/Im0"]
    packed = zlib.compress(zlib.compress(told()))
    shown.write(packed, filter=pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.FlateDecode, pikepdf.Name.DCTDecode]))


def signs(pdf: pikepdf.Pdf) -> None:
    """A paper signed by name, and a second field whose signature lies in a list."""
    kind: dict[str, Any] = {"Type": pikepdf.Name.Annot, "Subtype": pikepdf.Name.Widget, "FT": pikepdf.Name.Sig, "Rect": [0, 0, 9, 9]}
    told: dict[str, Any] = {"Filter": pikepdf.Name("/Adobe.PPKLite"), "Name": WORD, "Reason": WORD, "ContactInfo": WORD, "Contents": MARK * 9}
    signed = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Sig, ByteRange=[0, 1, 2, 3], **told))
    bare = pikepdf.Dictionary(Type=pikepdf.Name.DocTimeStamp, **told)
    fields = [pdf.make_indirect(pikepdf.Dictionary(**kind, V=value, T=WORD)) for value in (signed, bare)]
    pdf.pages[0].obj["/Annots"] = pikepdf.Array(fields)
    pdf.pages[0].obj["/Kept"] = pikepdf.Array([signed])
    pdf.Root["/AcroForm"] = pikepdf.Dictionary(Fields=fields, SigFlags=3)
    pdf.Root["/Perms"] = pikepdf.Dictionary(DocMDP=signed)


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


def drawn(pdf: pikepdf.Pdf, content: bytes, kind: str, parms: Any = None) -> pikepdf.Object:
    """A page that shows one picture of its own."""
    shown = pdf.make_stream(content, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=320, Height=240, BitsPerComponent=8,
                            ColorSpace=pikepdf.Name.DeviceRGB, Filter=pikepdf.Name(kind))  # fmt: skip
    pdf.pages[0].obj["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=shown))
    pdf.pages[0].obj["/Contents"] = pdf.make_stream(b"q 320 0 0 240 0 0 cm /Im0 Do Q")
    return shown


def photographs_anew(pdf: pikepdf.Pdf) -> None:
    """A scan as JPEG 2000, with XMP, EXIF and remarks."""
    drawn(pdf, told_jpx(), "/JPXDecode")


def photographs_plainly(pdf: pikepdf.Pdf) -> None:
    """The same without boxes around it."""
    drawn(pdf, told_codestream(), "/JPXDecode")


def photographs_twice(pdf: pikepdf.Pdf) -> None:
    """A photo with a smaller one in it, as cameras and scanners write them."""
    drawn(pdf, told_twice(), "/DCTDecode")


INLINE = b"BI /W 320 /H 240 /BPC 8 /CS /RGB /F "


def inline() -> bytes:
    """A photo among the words of a page."""
    return b"q 320 0 0 240 0 0 cm " + INLINE + b"/DCT ID " + told() + b"\nEI Q"


def inline_in_digits() -> bytes:
    """The same, packed as text."""
    return b"q 320 0 0 240 0 0 cm " + INLINE + b"[/A85 /DCT] ID " + base64.a85encode(told()) + b"~>\nEI Q"


def scatters(pdf: pikepdf.Pdf) -> None:
    """Photos among the words of a page in two pieces, of a form, of a pattern and of a letter."""
    box = [0, 0, 320, 240]
    form = pdf.make_stream(inline_in_digits(), Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form, BBox=box)
    tile: dict[str, Any] = {"PatternType": 1, "PaintType": 1, "TilingType": 1, "XStep": 320, "YStep": 240, "Resources": pikepdf.Dictionary()}
    pattern = pdf.make_stream(inline(), Type=pikepdf.Name.Pattern, BBox=box, **tile)
    letters = pikepdf.Dictionary(a=pdf.make_stream(b"320 0 0 0 320 240 d1 " + inline()))
    font = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type3, CharProcs=letters))
    pdf.pages[0].obj["/Resources"] = pikepdf.Dictionary(
        XObject=pikepdf.Dictionary(Fm0=form), Pattern=pikepdf.Dictionary(P0=pattern), Font=pikepdf.Dictionary(F0=font)
    )
    pdf.pages[0].obj["/Contents"] = pdf.make_indirect(
        pikepdf.Array([pdf.make_stream(b"q /Fm0 Do Q /Pattern cs /P0 scn 0 0 9 9 re f BT /F0 9 Tf (a) Tj ET "), pdf.make_stream(inline())])
    )
