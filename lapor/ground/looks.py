"""Template tags of the design system, known to every template: icons of the one sprite."""

import re
from functools import cache

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
SYMBOL = re.compile(r'<symbol id="([\w-]+)"[^>]*>(.*?)</symbol>', re.DOTALL)


@cache
def _sprite() -> dict[str, str]:
    """Each icon's own lines."""
    return dict(SYMBOL.findall((settings.BASE_DIR / "static" / "img" / "icons.svg").read_text(encoding="utf-8")))


@register.simple_tag
@cache  # names stand in templates and tables only, and a list page draws a hundred
def icon(name: str, extra: str = "") -> SafeString:
    """An icon of `img/icons.svg`, by its id there; silent to a screen reader, since the words beside it say the same.

    It is drawn into the page: the whole sprite would come over a slow line before anything is painted, and a page shows a few of it.
    """
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>',
        f" {extra}" if extra else "",
        mark_safe(_sprite()[name]),  # noqa: S308 - our own file
    )
