"""Forms of vehicle requests."""

from apps.documents.forms import DocumentForm, LineForm, line_formset
from tests.vehicles.models import Leg, VehicleRequest


class VehicleRequestForm(DocumentForm):
    class Meta:
        model = VehicleRequest
        fields = ["title", "car", "day", "purpose"]


class LegForm(LineForm):
    class Meta:
        model = Leg
        fields = ["place", "kilometres"]


Legs = line_formset(VehicleRequest, Leg, LegForm)
