"""What happens to contracts when two files of one client are merged."""

from django.db import transaction

from apps.business.contracts.models import AgencyContract
from apps.documents.services.locking import lock, save


@transaction.atomic
def move_to_client(*, source, target, by, reason: str) -> dict[str, int]:
    """Contracts follow their client; what they say of party A stays as it was signed."""
    contracts = list(AgencyContract.objects.filter(client=source).order_by("pk"))
    for contract in contracts:
        locked = lock(contract)
        locked.client = target
        save(locked, by=by, reason=reason)
    return {"contracts": len(contracts)}
