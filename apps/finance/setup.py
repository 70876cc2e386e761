"""What a new company starts with in finance: categories, cities, sample standards, return reasons, the claim's route.

Everything is recognised by its code and left alone where it exists, so that running this again never undoes what the
company has changed. The sample standards are entered once, into an empty table.
"""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.dateparse import parse_date

from apps.approvals.setup import publish_route
from apps.finance.expenses.models import City, CityTier, ExpenseCategory, ExpenseStandard, ReturnReason
from apps.finance.receivables.models import ReceivablesSettings

FILE = Path(settings.BASE_DIR) / "fixtures" / "finance.json"


@transaction.atomic
def set_up() -> None:
    """Enter what is missing. The roles of the route must exist."""
    data = json.loads(FILE.read_text(encoding="utf-8"))
    for order, row in enumerate(data["categories"], start=1):
        ExpenseCategory.objects.get_or_create(code=row["code"], defaults={**row, "order": order * 10})
    for row in data["city_tiers"]:
        CityTier.objects.get_or_create(code=row["code"], defaults=row)
    tiers = {tier.code: tier for tier in CityTier.objects.all()}
    for row in data["cities"]:
        City.objects.get_or_create(code=row["code"], defaults={**row, "tier": tiers[row["tier"]]})
    for order, row in enumerate(data["return_reasons"], start=1):
        ReturnReason.objects.get_or_create(code=row["code"], defaults={**row, "order": order * 10})
    if not ExpenseStandard.objects.exists():
        _enter_standards(data["standards"], tiers)
    ReceivablesSettings.objects.get_or_create(pk=1)
    publish_route(data["route"])


def _enter_standards(rows: list[dict[str, Any]], tiers: dict[str, CityTier]) -> None:
    categories = {category.code: category for category in ExpenseCategory.objects.all()}
    cities = {city.code: city for city in City.objects.all()}
    for row in rows:
        places = {
            "tier": tiers[row["tier"]] if row["tier"] else None,
            "city": cities[row["city"]] if row["city"] else None,
        }
        ExpenseStandard.objects.create(
            **{
                **row,
                **places,
                "category": categories[row["category"]],
                "valid_from": parse_date(row["valid_from"]),
                "is_demo_value": True,
            }
        )
