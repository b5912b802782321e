"""Template tags of the design system, known to every template: icons of the one sprite."""

from functools import cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
@cache  # names stand in templates and tables only, and a list page draws a hundred
def icon(name: str, extra: str = "") -> SafeString:
    """An icon of `img/icons.svg`, by its id there; silent to a screen reader, since the words beside it say the same."""
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        f" {extra}" if extra else "",
        static("img/icons.svg"),
        name,
    )
