"""Whether a row in memory meets a condition, as the database would say: a rule that is a filter answers for one row without a query."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.db.models import Model, Q

LOOKUPS: dict[str, Callable[[Any, Any], bool]] = {
    "exact": lambda value, wanted: value == wanted,  # None stands for NULL, as in a filter
    "in": lambda value, wanted: value is not None and value in wanted,
    "startswith": lambda value, wanted: value is not None and value.startswith(wanted),
    "isnull": lambda value, wanted: (value is None) is wanted,
}


@lru_cache(maxsize=512)
def _way(model: type[Model], path: str) -> tuple[tuple[str, ...], Callable[[Any, Any], bool]]:
    """The attributes to walk from a row and the comparison at their end. Raises KeyError for a lookup that is not known here."""
    names, lookup = path.split("__"), "exact"
    if len(names) > 1 and names[-1] in LOOKUPS:
        lookup = names.pop()
    walked: list[str] = []
    here: Any = model
    for name in names:
        if here is None:
            raise KeyError(path)
        field = here._meta.pk if name == "pk" else here._meta.get_field(name)
        is_last = len(walked) == len(names) - 1
        walked.append(field.attname if is_last else field.name)
        here = field.related_model
    return tuple(walked), LOOKUPS[lookup]


def _meets(row: Model, child: Any) -> bool:
    """A condition within one: another of them, or a pair of a path and what is wanted there."""
    if isinstance(child, Q):
        return meets(row, child)
    path, wanted = child
    if hasattr(wanted, "resolve_expression"):
        raise KeyError(path)
    names, compare = _way(type(row), path)
    value: Any = row
    for name in names:
        if value is None:
            break
        value = getattr(value, name)
    return compare(value, wanted)


def meets(row: Model, condition: Q) -> bool:
    """Whether `filter(condition)` would find this row. A relation that was not read with the row is read when a condition reaches it.

    Knows plain values with exact, in, startswith and isnull; anything else raises, so that no rule is ever guessed.
    """
    if not condition.children:
        return True
    children = (_meets(row, child) for child in condition.children)
    if condition.connector == Q.AND:
        found = all(children)
    elif condition.connector == Q.OR:
        found = any(children)
    else:
        raise KeyError(condition.connector)
    return found != condition.negated
