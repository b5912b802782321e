"""What upper floors show on the pages of lower ones: `{% panels "complaint" %}` draws what `lapor` registered for that place.

A panel reads the request and the thing that the page is about, and answers its template and context; None when it has nothing to
show. It asks a constant number of queries, whatever the page holds.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

Panel = Callable[[HttpRequest, Any], tuple[str, dict[str, Any]] | None]
PANELS: dict[str, list[Panel]] = {}


def register(place: str, panel: Panel) -> None:
    """Add a panel to a place; registering it again changes nothing."""
    known = PANELS.setdefault(place, [])
    if panel not in known:
        known.append(panel)


def drawn(place: str, request: HttpRequest, about: Any) -> SafeString:
    """The panels of a place, in the order of registration."""
    found = [panel(request, about) for panel in PANELS.get(place, ())]
    return mark_safe("".join(render_to_string(template, context, request) for template, context in filter(None, found)))  # noqa: S308 - templates
