"""How an institution's letters look and are numbered."""

from typing import Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from ..numbers import DEFAULT_PATTERN
from .changes import append_only
from .tree import Institution, Kind, ids_of


class LetterheadQuerySet(models.QuerySet["Letterhead"]):
    def serving(self, institution: Institution) -> "Letterhead | None":
        """The letterhead under which it writes: its own, or that of the nearest node above it below the nation."""
        pks = ids_of(institution.path)
        own = pks if institution.is_national else pks[1:]
        nearest = self.filter(institution__in=own).select_related("institution")
        return nearest.order_by(Length("institution__path").desc(), "-version").first()

    def newest(self) -> Self:
        """One row an institution: the one that counts."""
        return self.order_by("institution", "-version").distinct("institution")


class Letterhead(models.Model):
    """The head of an institution's letters, its number series and who signs. A change is a new row: letters point at theirs."""

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="letterheads", verbose_name=_("institution"))
    version = models.PositiveSmallIntegerField(editable=False)
    lines = models.TextField(_("name lines"), max_length=240, help_text=_("One to three lines; the last one is printed largest."))
    address = models.TextField(
        _("address lines"), max_length=300, blank=True, help_text=_("Up to three lines: street, telephone, e-mail and website of the office.")
    )
    city = models.CharField(_("place of the date line"), max_length=60, blank=True)
    code = models.CharField(
        _("code in the number"), max_length=24, validators=[RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9.\-]*$", _("Letters, digits, full stops and hyphens only."))]
    )
    pattern = models.CharField(
        _("pattern of the number"),
        max_length=80,
        default=DEFAULT_PATTERN,
        help_text=_("Placeholders: {urut} or {urut4} (0012), {kode}, {bulan} or {bulan_romawi}, {tahun}."),
    )
    signer_position = models.CharField(_("position of whoever signs"), max_length=120, blank=True)
    signer_name = models.CharField(_("name of whoever signs"), max_length=120, blank=True)
    signer_number = models.CharField(_("staff number (NIP) of whoever signs"), max_length=30, blank=True)
    logo = models.BinaryField(_("logo"), default=b"", blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects = LetterheadQuerySet.as_manager()

    class Meta:
        verbose_name = _("letterhead")
        verbose_name_plural = _("letterheads")
        constraints = [models.UniqueConstraint(fields=["institution", "version"], name="letterhead_one_per_version")]
        triggers = append_only("letterhead")

    def __str__(self) -> str:
        return f"{self.institution} ({self.version})"

    @classmethod
    def of_the_tree(cls, institution: Institution) -> "Letterhead":
        """What can be said without anybody having set it up: the names in the line of command."""
        above = institution.parent if institution.kind == Kind.UNIT else None
        names = [above.name if above is not None and not above.is_national else "", institution.name]
        region = institution.region or (above.region if above is not None else None)
        city = region.name if region is not None and region.level == region.Level.REGENCY else ""
        return cls(
            institution=institution,
            version=0,
            lines="\n".join(filter(None, names)),
            city=city.removeprefix("Kota ").removeprefix("Administrasi ").removeprefix("Kabupaten "),
            code=(institution.short_name or institution.slug).upper().replace(" ", "-")[:24],
        )


class LetterCounter(models.Model):
    """How many letters an institution has numbered in a year; the next one locks the row until it is written or given up."""

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["institution", "year"], name="lettercounter_one_per_year")]

    def __str__(self) -> str:
        return f"{self.institution_id} {self.year}: {self.last}"
