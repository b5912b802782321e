"""QR codes as vector images that stand in a page or a document itself."""

import segno


def data_uri(text: str) -> str:
    """The text as a QR code: an SVG in a `data:` address, with the quiet zone of the standard left to the page's own margin."""
    return str(segno.make(text, error="m", micro=False).svg_data_uri(border=1, dark="#111"))
