"""When two files of one client are merged, their leads and opportunities go with them."""

from apps.business.leads.models import Lead, Opportunity
from apps.org.models import User
from apps.org.services import with_reason
from apps.service.clients.models import Client

_ROWS = {"leads": (Lead, "client"), "referred_leads": (Lead, "referred_by"), "opportunities": (Opportunity, "client")}


def move_to_client(*, source: Client, target: Client, by: User, reason: str) -> dict[str, int]:
    """Point everything of `source` at `target`, each with a row in its history."""
    moved = {}
    for name, (model, field) in _ROWS.items():
        rows = list(model.objects.select_for_update(no_key=True).filter(**{field: source}).order_by("pk"))
        for row in rows:
            setattr(row, field, target)
            with_reason(row, by=by, reason=reason[:100]).save()
        moved[name] = len(rows)
    return moved
