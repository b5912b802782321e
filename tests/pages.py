"""Reading an answer as a person sees it."""

import html
import re
from datetime import timedelta
from typing import Any

from django.test import Client

from complaints.models import Complaint
from tests.world import World


def page(response: Any) -> str:
    return str(response.content.decode())


def main(response: Any) -> str:
    """The page without what stands on every page."""
    text = page(response)
    return text[text.index("<main") : text.index("</main>")]


def opened(client: Client, world: World, complaint: Complaint) -> Client:
    """A citizen's browser in which the case was proved."""
    session = client.session
    session["cases"] = {str(complaint.pk): (world.at + timedelta(hours=1)).isoformat()}
    session.save()
    return client


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of a page: what its one button sends."""
    return {name: html.unescape(value) for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)}
