"""What business adds to the navigation: intake."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.business.intake.permissions import works_with_intakes
from apps.core.navigation import Item


def _visible(request: HttpRequest) -> bool:
    return works_with_intakes(request.user)


ITEMS: list[Item] = [
    Item(_("Assessments"), "business:assessment-list", "clipboard-data", 30, "business", _visible),
    Item(_("Intake register"), "business:intake-register", "journal-text", 200, "business", _visible),
]
