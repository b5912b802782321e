"""Giving out what strangers sent: in a sandbox, under a neutral name, kept nowhere and found by no search."""

from mimetypes import guess_type

from django.http import HttpResponse


def given_out(content: bytes, name: str, *, inline: bool) -> HttpResponse:
    """The bytes as a file of this name; a browser shows it at once only when told so, and then runs nothing of it."""
    response = HttpResponse(content, content_type=guess_type(name)[0] or "application/octet-stream")
    response["Content-Disposition"] = f'{"inline" if inline else "attachment"}; filename="{name}"'
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
