"""What a new company starts with in business: approval routes, and the lists of the catalogue.

Everything is recognised by its code and left alone where it exists.
"""

import json
from pathlib import Path

from django.conf import settings
from django.db import transaction

from apps.approvals.setup import publish_route
from apps.business.catalogue.setup import enter_lists

FILE = Path(settings.BASE_DIR) / "fixtures" / "business.json"


@transaction.atomic
def set_up() -> None:
    """Enter what is missing. The roles of the routes must exist."""
    data = json.loads(FILE.read_text(encoding="utf-8"))
    for route in data["routes"]:
        publish_route(route)
    enter_lists(data)
