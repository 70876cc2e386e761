"""Numbers of papers: without gaps per prefix and year, given at submission (domain.md §3.3)."""

from django.db import connection, transaction


def next_number(prefix: str, year: int) -> str:
    """The next number, `FYBX-2026-0001`; past 9999 it widens.

    The caller's transaction holds the row's lock until it ends, so call this last: a rolled-back submission gives its
    number back, and two people submitting at once get two numbers.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A number may be taken only inside the transaction that uses it.")
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [prefix, year])
        [last] = cursor.fetchone()
    return f"{prefix}-{year}-{last:04d}"


#: both databases lock the row they count up, and wait for whoever takes the year's first number at this moment
_COUNT = """
    INSERT INTO core_numbersequence (prefix, year, last) VALUES (%s, %s, 1)
    ON CONFLICT (prefix, year) DO UPDATE SET last = core_numbersequence.last + 1
    RETURNING last
"""
