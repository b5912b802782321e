"""The design system: colours that can be read, icons that exist, and a page that shows every component."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.template import Context, Template
from django.test import Client

ROOT = Path(__file__).resolve().parents[2]
CSS = (ROOT / "static/css/lapor.css").read_text()
TEMPLATES = ROOT / "templates"

TEXT, SHAPE = 4.5, 3.0  # WCAG 2.2: 1.4.3 for words, 1.4.11 for what must be seen to be used
GROUNDS = ("surface", "raised", "sunken")
PAIRS = (
    *((role, ground, TEXT) for ground in GROUNDS for role in ("content", "content-soft", "link", "primary-ink", "negative", "positive", "warning", "guidance")),
    *((role, ground, SHAPE) for ground in GROUNDS for role in ("stroke-strong",)),
    *((role, f"{role}-soft", TEXT) for role in ("positive", "warning", "negative", "guidance")),
    *(("content", ground, TEXT) for ground in ("positive-soft", "warning-soft", "negative-soft", "guidance-soft", "primary-soft")),
    *(("link", ground, TEXT) for ground in ("positive-soft", "warning-soft", "negative-soft", "guidance-soft", "primary-soft")),
    ("content-soft", "primary-soft", TEXT),
    ("content-soft", "warning-soft", TEXT),
    ("primary-ink", "primary-soft", TEXT),
    ("on-primary", "primary", TEXT),
    ("on-primary", "primary-strong", TEXT),
    ("on-primary", "hero", TEXT),
    ("focus-edge", "focus", SHAPE),
    *(("primary", ground, SHAPE) for ground in ("raised",)),
)


def roles(block: str) -> dict[str, str]:
    """The colour roles of one block of declarations."""
    return {name: value * 2 if len(value) == 3 else value for name, value in re.findall(r"--([\w-]+): #([0-9a-f]{3}|[0-9a-f]{6});", block)}


def block(start: str) -> str:
    return CSS[CSS.index(start) : CSS.index("}", CSS.index(start))]


LIGHT = roles(block("  :root {"))
DARK = roles(block(':root[data-theme="dark"]'))


def luminance(colour: str) -> float:
    whole = [int("".join(pair), 16) / 255 for pair in zip(colour[::2], colour[1::2], strict=True)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in whole)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2 between two colours."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_ratio_is_the_one_of_wcag() -> None:
    assert contrast("ffffff", "000000") == pytest.approx(21)
    assert contrast("ffffff", "767676") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_every_pair_of_roles_has_the_contrast_it_needs(theme: dict[str, str]) -> None:
    poor = [
        (role, ground, round(contrast(theme[role], theme[ground]), 2), needed)
        for role, ground, needed in PAIRS
        if contrast(theme[role], theme[ground]) < needed
    ]

    assert poor == []


def test_every_colour_role_is_judged_and_both_themes_name_the_same() -> None:
    judged = {role for pair in PAIRS for role in pair[:2]}

    assert set(LIGHT) == set(DARK)
    assert set(LIGHT) - judged == {"stroke"}  # a line that only parts what is parted by space too


def test_the_dark_theme_is_the_same_by_device_and_by_choice() -> None:
    assert roles(block(':root:not([data-theme="light"])')) == DARK


def test_no_colour_stands_outside_the_tokens_but_on_the_red_band_and_on_paper() -> None:
    rest = CSS[CSS.index("@layer elements {") :]
    lines = [line.strip() for line in rest.splitlines() if re.search(r"#[0-9a-f]{3,6}\b", line)]

    assert [line for line in lines if not line.startswith((".hero", ".skip", ":root, :root:not"))] == []


def test_every_icon_that_a_template_names_is_in_the_sprite() -> None:
    sprite = set(re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static/img/icons.svg").read_text()))
    named = {name for path in TEMPLATES.rglob("*.html") for name in re.findall(r'(?:\{% icon|\bicon=) ?"([\w-]+)"', path.read_text())}
    tables = (ROOT / "complaints/templatetags/lapor_tags.py").read_text()
    named |= set(re.findall(r': \("\w*", "([\w-]+)"\)', tables)) | set(re.findall(r'"(?:late|soon|calm|none)": "([\w-]+)"', tables))

    assert named
    assert named - sprite == set()
    assert "ISC" in (ROOT / "static/img/icons-LICENSE.txt").read_text()


def test_an_icon_says_nothing_to_a_screen_reader() -> None:
    drawn = Template('{% icon "clock" %}').render(Context())

    assert 'aria-hidden="true"' in drawn


def test_an_icon_is_drawn_into_the_page_and_asks_for_nothing() -> None:
    drawn = Template('{% icon "check" %}').render(Context())

    assert '<path d="M20 6 9 17l-5-5"/></svg>' in drawn
    assert "icons.svg" not in drawn


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["id", "en"])
def test_the_page_of_components_shows_each_of_them(client: Client, settings: Any, language: str) -> None:
    settings.DEBUG = True
    client.cookies[configured.LANGUAGE_COOKIE_NAME] = language

    response = client.get("/desain/")

    shown = {template.name for template in response.templates}
    folder = {f"components/{path.name}" for path in (TEMPLATES / "components").glob("*.html")}
    assert response.status_code == 200
    assert folder - shown == set()


@pytest.mark.django_db
def test_a_production_site_has_no_page_of_components(client: Client) -> None:
    assert client.get("/desain/").status_code == 404


@pytest.mark.django_db
def test_leaving_quickly_forgets_the_case_and_goes_elsewhere(client: Client, settings: Any) -> None:
    session = client.session
    session["cases"] = {"x": "2099-01-01T00:00:00+00:00"}
    session.save()

    response = client.get("/keluar-cepat/")

    assert response.status_code == 302
    assert response["Location"] == settings.QUICK_EXIT_URL
    assert response["Cache-Control"] == "no-store"
    assert "cases" not in client.session
