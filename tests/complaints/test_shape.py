"""Inputs of our own are drawn as Django draws its own."""

from typing import Any

import pytest
from django import forms
from django.test import SimpleTestCase
from django.utils.translation import gettext_lazy

from complaints.forms.shape import Loose

CHOICES: list[tuple[Any, Any]] = [
    ("", gettext_lazy("Please choose")),
    ("a", "Jalan & jembatan"),
    ('b"<', "<b>Tebal</b>"),
    ("Kelompok <1>", [("c", "Satu"), ("d", gettext_lazy("Topic")), ("a", "Sekali lagi")]),
    (5, "Lima"),
]


@pytest.mark.parametrize("value", ["", None, "a", "d", "5", 5, 'b"<', "entah"])
@pytest.mark.parametrize("attrs", [None, {"id": "id_topic", "aria-invalid": "true", "required": True, "disabled": False}])
def test_a_select_is_the_same_as_djangos(value: Any, attrs: dict[str, Any] | None) -> None:
    ours: Any = Loose(choices=CHOICES).widget
    theirs: Any = forms.ChoiceField(choices=CHOICES).widget

    SimpleTestCase().assertHTMLEqual(ours.render("topic", value, attrs), theirs.render("topic", value, attrs))
