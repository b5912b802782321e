"""What an indicator means, in words drawn from its row, so that the words cannot say anything else than the sums do."""

from django.utils.translation import gettext as _

from ..indicators import COUNT, DAYS, INDEX, INDICATORS, MEAN, RATIO, STOCK, Indicator
from .labels import MEASURES, label


def _term(terms: tuple[str, ...]) -> str:
    """The sum of some terms of the table: a measure, perhaps of some values only."""
    parted = [term.partition("@")[0].partition(":") for term in terms]
    names = list(dict.fromkeys(str(MEASURES[measure]) for measure, _colon, _cut in parted))
    values = list(dict.fromkeys(label(cut.partition("=")[0], cut.partition("=")[2], {}) for _measure, _colon, cut in parted if cut))
    said = f" {_('plus')} ".join(names)
    return f"{said} ({', '.join(values)})" if values else said


def formula(row: Indicator) -> str:
    """How it is worked out."""
    if row.shape == INDEX:
        parts = ", ".join(str(INDICATORS[key].name) for key in row.weights)
        return _("Weighted mean of: %(parts)s.") % {"parts": parts}
    top = _term(row.top)
    if row.shape == COUNT:
        return _("Number: %(top)s.") % {"top": top}
    if row.shape == STOCK:
        return _("Number at the end of the period: %(top)s.") % {"top": top}
    if row.shape == DAYS:
        return _("Mean, median and 90th percentile of: %(top)s.") % {"top": top}
    bottom = _term(row.bottom)
    if row.shape == MEAN and any("@month" in term for term in row.bottom):
        return _("%(top)s, divided by the monthly mean of: %(bottom)s.") % {"top": top, "bottom": bottom}
    if row.shape == MEAN:
        return _("%(top)s, divided by: %(bottom)s.") % {"top": top, "bottom": bottom}
    if row.shape == RATIO:
        return _("%(top)s, in per cent of: %(bottom)s. It may exceed one hundred.") % {"top": top, "bottom": bottom}
    return _("%(top)s, in per cent of: %(bottom)s.") % {"top": top, "bottom": bottom}
