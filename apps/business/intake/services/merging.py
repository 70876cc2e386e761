"""What happens to intake applications when two files of one client are merged."""

from django.db import transaction

from apps.business.intake.models import EngagementIntake
from apps.documents.services.locking import lock, save


@transaction.atomic
def move_to_client(*, source, target, by, reason: str) -> dict[str, int]:
    """Applications follow their client, as the opportunities they come from do."""
    intakes = list(EngagementIntake.objects.filter(client=source).order_by("pk"))
    for intake in intakes:
        locked = lock(intake)
        locked.client = target
        save(locked, by=by, reason=reason[:100])
    return {"intakes": len(intakes)}
