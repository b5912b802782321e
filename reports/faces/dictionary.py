"""The data dictionary: what each key of a file means, in the language spoken now."""

from django.utils.translation import gettext as _

from monitoring.indicators import INDICATORS

from . import words


def dictionary() -> dict[str, dict[str, str]]:
    """Of the parts of a figure, the figures, the tables and their columns."""
    return {
        "parts": {
            "value": _("The figure; empty where there is none, and then `missing` says why."),
            "numerator": _("What was counted above the line."),
            "denominator": _("What was counted below the line."),
            "n": _("How many observations it rests on."),
            "low": _("Lower end of the 95% interval (Wilson)."),
            "high": _("Upper end of the 95% interval (Wilson)."),
            "median": _("Half of the observations are not above it."),
            "p90": _("Nine of ten observations are not above it."),
            "missing": _("nothing: nothing to divide by; unknown: not collected; few: too few to be told."),
            "target": _("What the figure should reach."),
            "light": _("How it stands to its target: good, amber, bad, none."),
        },
        "figures": {key: f"{row.name} ({words.unit_of(key)}). {row.note}".strip() for key, row in INDICATORS.items()},
        "tables": {key: str(name) for key, name in words.TABLES.items()},
        "columns": {key: str(name) for key, name in words.COLUMNS.items()},
    }
