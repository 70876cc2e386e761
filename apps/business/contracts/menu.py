"""What business adds to the navigation: contracts."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.business.contracts.permissions import works_with_contracts
from apps.core.navigation import Item


def _works_with_contracts(request: HttpRequest) -> bool:
    return works_with_contracts(request.user)


ITEMS: list[Item] = [
    Item(_("Expiring contracts"), "business:contracts-expiring", "calendar-x", 46, "business", _works_with_contracts),
    Item(_("Contract register"), "business:contract-register", "journal-text", 48, "business", _works_with_contracts),
]
