"""Pages of vehicle requests."""

from django.utils.translation import gettext as _

from apps.documents.views.wiring import DocumentViews
from tests.vehicles.forms import Legs, VehicleRequestForm
from tests.vehicles.models import VehicleRequest

app_name = "vehicles"


class VehicleRequestViews(DocumentViews):
    model = VehicleRequest
    form_class = VehicleRequestForm
    line_formset_class = Legs
    folder = "requests"
    icon = "truck"
    group = "office"

    def preview_facts(self, document, lines):
        return {"car": document.car, "kilometres": sum(leg.kilometres or 0 for leg in lines)}

    def hints(self, document, lines):
        if document.car == VehicleRequest.Car.VAN:
            yield _("The van takes at most 800 kg.")


urlpatterns = VehicleRequestViews.urls()
