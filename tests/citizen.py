"""The citizen's browser: the form, the check, the proof."""

import re
from typing import Any

from django.test import Client

from complaints.services import Receipt

KEY = "3f0c8a52-9b1e-4d67-8a35-c2e9f7046b1d"
TYPED = {
    "classification": "complaint",
    "title": "Jalan berlubang di depan pasar",
    "body": "Jalan di depan pasar berlubang besar sejak tiga bulan dan sudah dua pengendara motor jatuh.",
    "incident_date": "2026-10-20",
    "incident_region": "33.74.01.1001",
    "incident_place": "Depan pasar",
    "contact_name": "Zznama Pelapor",
    "contact_email": "zz1@contoh.invalid",
    "contact_allowed": "on",
    "consent": "on",
    "idempotency_key": KEY,
}
HTML = "<script>alert('x')</script>"


def send(client: Client, path: str = "/lapor/", **typed: str) -> Any:
    return client.post(path, {**TYPED, "langkah": "kirim", **typed})


def check(client: Client, path: str = "/lapor/", **typed: str) -> Any:
    return client.post(path, {**TYPED, "langkah": "periksa", **typed})


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of the last form of a page, as a browser would send them."""
    form = html[html.rindex("<form", 0, html.rindex("</main>")) :]
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))


def codes(html: str) -> tuple[str, str]:
    number, code = re.findall(r'class="secret-code">([^<]+)<', html)[:2]
    return number, code


def prove(client: Client, receipt: Receipt) -> Any:
    return client.post("/lacak/", {"number": receipt.complaint.tracking_id, "code": receipt.case_code})
