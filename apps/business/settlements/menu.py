"""What business adds to the navigation: settlements."""

from django.utils.translation import gettext_lazy as _

from apps.business.settlements.permissions import sees_registers
from apps.core.navigation import Item


def _reads(request) -> bool:
    return sees_registers(request.user)


ITEMS: list[Item] = [
    Item(_("Settlement register"), "business:settlement-register", "journal-check", 65, "business", _reads),
    Item(_("Not billed yet"), "business:engagement-unbilled", "hourglass-split", 66, "business", _reads),
]
