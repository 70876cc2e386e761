"""What business adds to the navigation: catalogue."""

from django.utils.translation import gettext_lazy as _

from apps.business.catalogue.permissions import CHANGES_SETTINGS
from apps.core.navigation import Item
from apps.org.permissions import needs


def _list(label, name: str, icon: str, order: int) -> Item:
    return Item(label, f"business:{name}-list", icon, order, "system", needs(f"business.view_{name}"))


ITEMS: list[Item] = [
    _list(_("Service types"), "servicetype", "briefcase", 310),
    _list(_("Items of the file"), "dossieritem", "card-checklist", 320),
    _list(_("Stages of sales"), "opportunitystage", "list-columns", 330),
    _list(_("Reasons of losing"), "lostreason", "x-octagon", 340),
    _list(_("Contract templates"), "contracttemplate", "file-earmark-ruled", 350),
    Item(_("Business"), "business:businesssettings", "gear", 360, "system", needs(CHANGES_SETTINGS)),
]
