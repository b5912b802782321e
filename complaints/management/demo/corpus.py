"""The invented texts, and drawing from them so that a report and its answers speak of the same street."""

import json
import re
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from django.conf import settings
from django.utils.formats import date_format

FOLDER = Path(settings.BASE_DIR) / "fixtures" / "demo"
PLACEHOLDER = re.compile(r"\{(\w+)\}")


@cache
def read(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def _fits(text: dict[str, Any], topic: str, classification: str) -> int:
    """How well a text fits: the length of the most specific topic, 0 for one that fits all, -1 when it does not fit."""
    if text.get("classification", classification) != classification:
        return -1
    topics = text.get("topics") or [""]
    return max((len(t) for t in topics if t == "" or topic == t or topic.startswith(f"{t}.")), default=-1)


@dataclass
class Voice:
    """One draw for a case: the same name gives the same text wherever it stands."""

    random: Random
    topic: str
    classification: str
    computed: dict[str, str] = field(default_factory=dict)
    drawn: dict[str, str] = field(default_factory=dict)
    year: int = 2026

    def _draw(self, name: str) -> str:
        if name in self.computed:
            return self.computed[name]
        if name not in self.drawn:
            source = read("placeholders")
            if name in source["lists"]:
                self.drawn[name] = self.random.choice(source["lists"][name])
            else:
                pattern = self.random.choice(source["patterns"][name])
                self.drawn[name] = re.sub("#", lambda _m: str(self.random.randrange(10)), pattern.replace("YYYY", str(self.year)))
        return self.drawn[name]

    def say(self, text: str) -> str:
        return PLACEHOLDER.sub(lambda match: self._draw(match[1]), text)

    def pick(self, section: str, **wanted: Any) -> dict[str, Any]:
        """A text of the section that fits the case, spoken; the more specific ones are likelier."""
        rows = [row for row in read("answers")[section] if all(row.get(name) == value for name, value in wanted.items())]
        weighted = [(row, _fits(row, self.topic, self.classification)) for row in rows]
        fitting = [(row, weight) for row, weight in weighted if weight >= 0] or [(row, 0) for row in rows]
        row = self.random.choices([r for r, _w in fitting], [1 + 3 * w for _r, w in fitting])[0]
        return {name: self._spoken(value) for name, value in row.items()}

    def _spoken(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.say(value)
        return [self.say(item) for item in value] if isinstance(value, list) else value


def long_date(day: date) -> str:
    return str(date_format(day, "j F Y"))


@cache
def names() -> list[str]:
    people = read("people")
    found = list(people["single"])
    for origin in people["combinations"]:
        found += [f"{first} {last}".strip() for first in origin["female"] + origin["male"] for last in origin["last"] or [""]]
    return found


def person(random: Random, number: int) -> dict[str, str]:
    """A reporter who does not exist: name, and an address and a number that lead nowhere."""
    people = read("people")
    name = random.choice(names())
    digits = people["phone_first"] + number % (people["phone_last"] - people["phone_first"])
    slug = re.sub(r"[^a-z]+", ".", name.lower()).strip(".")
    return {"name": name, "email": f"{slug}.{number}@{people['email_domain']}", "phone": people["phone_pattern"].replace("####", str(digits))}
