"""When two files of one client are merged, the reminders move along; what was written in them stays."""

from apps.core import clock
from apps.finance.receivables.models import PaymentReminder


def move(*, source, target, by, reason: str) -> dict[str, int]:
    """Let the reminders of `source` be those of `target`."""
    rows = PaymentReminder.objects.filter(client=source)
    return {"paymentreminder": rows.update(client=target, updated_at=clock.now())}
