"""What a new company starts with in risk: the route of credit assessments and a scoring model with demo values."""

import json
from pathlib import Path

from django.conf import settings
from django.db import transaction

from apps.approvals.setup import publish_route

FILE = Path(settings.BASE_DIR) / "fixtures" / "risk.json"


@transaction.atomic
def set_up() -> None:
    """Enter what is missing. The roles of the routes must exist."""
    data = json.loads(FILE.read_text(encoding="utf-8"))
    for route in data["routes"]:
        publish_route(route)
