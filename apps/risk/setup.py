"""What a new company starts with in risk: the route of credit assessments and a scoring model with demo values."""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from apps.approvals.setup import publish_route
from apps.core import clock
from apps.risk.credit.models import CreditBand, CreditPolicy, FactorOption, ScoringFactor, ScoringModel

FILE = Path(settings.BASE_DIR) / "fixtures" / "risk.json"


@transaction.atomic
def set_up() -> None:
    """Enter what is missing. The roles of the routes must exist. A company with a scoring model of its own keeps it."""
    data = json.loads(FILE.read_text(encoding="utf-8"))
    for route in data["routes"]:
        publish_route(route)
    CreditPolicy.objects.get_or_create(pk=1)
    if not ScoringModel.objects.exists():
        _enter_scoring_model(data["scoring_model"])


def _enter_scoring_model(row: dict[str, Any]) -> None:
    model = ScoringModel.objects.create(
        version=1,
        name=row["name"],
        name_en=row["name_en"],
        note=row["note"],
        state=ScoringModel.State.PUBLISHED,
        published_at=clock.now(),
    )
    for order, given in enumerate(row["factors"], start=1):
        factor = {name: given[name] for name in ("code", "name", "name_en", "weight")}
        made = ScoringFactor.objects.create(model=model, order=order * 10, **factor)
        for place, option in enumerate(given["options"], start=1):
            FactorOption.objects.create(factor=made, order=place, **option)
    for band in row["bands"]:
        CreditBand.objects.create(model=model, **band)
