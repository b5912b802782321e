"""Voluntary answers for inclusion statistics, kept apart from the case."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from .complaint import Complaint


class Assistance(models.TextChoices):
    NONE = "", _("None")
    INTERPRETER = "interpreter", _("Sign-language interpreter")
    LARGE_PRINT = "large_print", _("Large print")
    CALL_BACK = "call_back", _("Call me back")
    OTHER = "other", _("Other help")


class Gender(models.TextChoices):
    FEMALE = "female", _("Woman")
    MALE = "male", _("Man")
    OTHER = "other", _("Other")


class Disability(models.TextChoices):
    NONE = "none", _("No disability")
    PHYSICAL = "physical", _("Physical")
    SENSORY = "sensory", _("Seeing or hearing")
    INTELLECTUAL = "intellectual", _("Intellectual")
    MENTAL = "mental", _("Mental")
    MULTIPLE = "multiple", _("More than one")


class AgeBand(models.TextChoices):
    UNDER_18 = "under_18", _("Under 18")
    TO_29 = "18_29", "18-29"
    TO_44 = "30_44", "30-44"
    TO_59 = "45_59", "45-59"
    OVER_60 = "60_plus", _("60 and older")


class Gedsi(models.Model):
    """Voluntary answers for inclusion statistics; never shown to whoever handles the complaint."""

    complaint = models.OneToOneField(Complaint, on_delete=models.PROTECT, primary_key=True, related_name="+")
    needs_assistance = models.CharField(max_length=12, choices=Assistance.choices, blank=True, default="")
    gender = models.CharField(max_length=8, choices=Gender.choices, blank=True, default="")
    disability = models.CharField(max_length=12, choices=Disability.choices, blank=True, default="")
    age_band = models.CharField(max_length=8, choices=AgeBand.choices, blank=True, default="")

    def __str__(self) -> str:
        return str(self.complaint_id)
