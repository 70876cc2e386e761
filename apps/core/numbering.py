"""Numbers of papers: without gaps per prefix and year, given at submission (domain.md §3.3)."""

from django.db import IntegrityError, connection, transaction

from apps.core.models import NumberSequence


def next_number(prefix: str, year: int) -> str:
    """The next number, `FYBX-2026-0001`; past 9999 it widens.

    The caller's transaction holds the row's lock until it ends, so call this last: a rolled-back submission gives its
    number back, and two people submitting at once get two numbers.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A number may be taken only inside the transaction that uses it.")
    sequence = _locked(prefix, year)
    sequence.last += 1
    sequence.save(update_fields=["last"])
    return f"{prefix}-{year}-{sequence.last:04d}"


def _locked(prefix: str, year: int) -> NumberSequence:
    rows = NumberSequence.objects.select_for_update().filter(prefix=prefix, year=year)
    sequence = rows.first()
    if sequence is None:
        try:
            with transaction.atomic():
                NumberSequence.objects.create(prefix=prefix, year=year)
        except IntegrityError:
            pass  # somebody else took the year's first number at this moment; wait for theirs
        sequence = rows.get()
    return sequence
