"""The regions of the country, and how they are found."""

import re
from typing import Self

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, Q
from django.db.models.functions import Length, Upper
from django.utils.translation import gettext_lazy as _

from .base import by_closeness, words

NUMBER = re.compile(r"[\d.]+")
LONGEST = 100  # characters of a query that are looked at


# How people write what the labels abbreviate. Whether a village is a desa or a kelurahan many do not know: both words count for nothing.
SHORT = {"kecamatan": "kec.", "kec": "kec.", "kab": "kabupaten", "kab.": "kabupaten"}
NOTHING = frozenset({"kelurahan", "kel", "kel.", "desa", "provinsi", "prov", "prov."})


def coarse(code: str) -> str:
    """The code of the regency or city that a region lies in; of a province its own."""
    return ".".join(code.split(".")[:2])


class RegionQuerySet(models.QuerySet["Region"]):
    def search(self, query: str) -> Self:
        """Regions whose name with its parents holds every word, the closest and largest first; where there is none, those that
        look alike. For digits, those whose code or postal code begins so.
        """
        typed = words(query[:LONGEST])
        if NUMBER.fullmatch("".join(typed)):
            return self.filter(Q(code__startswith=typed[0]) | Q(postal_code__startswith=typed[0])).order_by(Length("code"), "code")
        asked = [SHORT.get(word.lower(), word) for word in typed if word.lower() not in NOTHING]
        fitting, similar = Q(), Q()  # word by word, and (below) as a whole: each forgives slips that the other does not
        for word in asked:
            fitting &= Q(label__icontains=word)
            similar &= Q(label__icontains=word) | Q(written__trigram_word_similar=word.upper())
        rows = self
        if asked:
            none_fits = ~Exists(self.order_by().filter(fitting))
            rows = self.alias(written=Upper("label")).filter(fitting | (Q(none_fits) & (similar | Q(written__trigram_word_similar=" ".join(asked).upper()))))
        return rows.order_by(by_closeness("name", " ".join(typed)), Length("code"), "label", "code")


class Region(models.Model):
    """A province, regency or city, district or village, by its dotted Kemendagri code."""

    class Level(models.TextChoices):
        PROVINCE = "province", _("Province")
        REGENCY = "regency", _("Regency or city")
        DISTRICT = "district", _("District")
        VILLAGE = "village", _("Village")

    code = models.CharField(_("code"), max_length=13, primary_key=True)
    name = models.CharField(_("name"), max_length=80)
    level = models.CharField(_("level"), max_length=8, choices=Level.choices)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of"))
    label = models.CharField(_("name with its parents"), max_length=300)
    postal_code = models.CharField(_("postal code"), max_length=5, blank=True, db_index=True)

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["code"]
        indexes = [GinIndex(OpClass(Upper("label"), name="gin_trgm_ops"), name="region_label_trgm")]
        constraints = [
            models.CheckConstraint(condition=Q(level="province", parent=None) | (~Q(level="province") & Q(parent__isnull=False)), name="region_has_parent"),
        ]

    def __str__(self) -> str:
        return self.label

    def coarse(self) -> "Region":
        """The regency or city it lies in (a province: itself), told from code and label without asking the database again."""
        if self.level not in {self.Level.DISTRICT, self.Level.VILLAGE}:
            return self
        label = ", ".join(self.label.split(", ")[-2:])
        return Region(code=coarse(self.code), name=label.split(", ")[0], level=self.Level.REGENCY, label=label)

    def full_name(self) -> str:
        """The name with its parents, nearest first."""
        return self.label
