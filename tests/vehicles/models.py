"""Requests for a company car (用车申请单)."""

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from simple_history.models import HistoricalRecords

from apps.documents.models import Document


class VehicleRequest(Document):
    """Who needs which car on which day, for what, and where it goes."""

    KIND = "vehiclerequest"
    PREFIX = "YC"
    FACTS = {"car": gettext_lazy("car"), "kilometres": gettext_lazy("kilometres")}
    CONTENT = ("car", "day", "purpose")

    class Car(models.TextChoices):
        SEDAN = "sedan", gettext_lazy("Sedan")
        VAN = "van", gettext_lazy("Van")

    car = models.CharField(gettext_lazy("car"), max_length=12, choices=Car, default=Car.SEDAN)
    day = models.DateField(gettext_lazy("day"), null=True, blank=True)
    purpose = models.TextField(gettext_lazy("purpose"), blank=True)

    class Meta:
        verbose_name = gettext_lazy("vehicle request")
        verbose_name_plural = gettext_lazy("vehicle requests")
        permissions = [("view_all_vehiclerequest", "Sees every vehicle request")]

    def facts(self):
        return {"car": self.car, "kilometres": sum(leg.kilometres for leg in self.legs.all())}

    def content(self):
        return {**super().content(), "legs": [[leg.place, leg.kilometres] for leg in self.legs.all()]}

    def check_submission(self, by):
        problems = {} if self.day else {"day": [_("Say on which day the car is needed.")]}
        if not self.legs.exists():
            problems["lines"] = [_("Say where the car goes.")]
        return problems


class Leg(models.Model):
    """One place the car goes to."""

    request = models.ForeignKey(VehicleRequest, models.CASCADE, related_name="legs")
    place = models.CharField(gettext_lazy("place"), max_length=100)
    kilometres = models.PositiveSmallIntegerField(gettext_lazy("kilometres"), default=10)
    history = HistoricalRecords()

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return self.place
