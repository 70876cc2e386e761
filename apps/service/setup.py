"""What a new company starts with in client service: industries, sources of clients, grades.

Everything is recognised by its code and left alone where it exists.
"""

import json
from pathlib import Path

from django.conf import settings
from django.db import transaction

from apps.service.clients.models import ClientGrade, ClientSource, Industry

FILE = Path(settings.BASE_DIR) / "fixtures" / "service.json"
TABLES = {"industries": Industry, "client_sources": ClientSource, "client_grades": ClientGrade}


@transaction.atomic
def set_up() -> None:
    """Enter what is missing."""
    data = json.loads(FILE.read_text(encoding="utf-8"))
    for name, model in TABLES.items():
        for order, row in enumerate(data[name], start=1):
            model.objects.get_or_create(code=row["code"], defaults={**row, "order": order * 10})
