"""A receipt costs as many statements for many invoices as for one, and every row keeps its history."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.finance.billing.models import Receivable, SalesInvoice
from apps.finance.receipts.models import Receipt
from apps.notifications.models import Notification
from tests.factories import billing
from tests.factories.billing import issued, receivable, received

HUNDRED = Decimal("100.00")


@pytest.fixture
def cast(db):
    return billing.cast()


def invoices(cast, number):
    return [issued(cast, receivable(cast, str(HUNDRED))) for _number in range(number)]


def statements(cast, number) -> int:
    rows = invoices(cast, number)
    with CaptureQueriesContext(connection) as ran:
        received(cast, str(HUNDRED * number), amounts={row.pk: HUNDRED for row in rows})
    return len(ran)


def test_many_invoices_cost_as_many_statements_as_one(cast):
    statements(cast, 1)  # a number is given for the first time
    assert statements(cast, 7) == statements(cast, 1)


def test_every_row_has_its_history_and_every_invoice_its_notice(cast):
    one, two = invoices(cast, 2)
    Notification.objects.all().delete()
    receipt = received(cast, "150.00", amounts={one.pk: HUNDRED, two.pk: Decimal("50.00")})
    for row, collected in ((one, HUNDRED), (two, Decimal("50.00"))):
        for kept in (SalesInvoice.objects.get(pk=row.pk), Receivable.objects.get(pk=row.receivable_id)):
            last = kept.history.first()
            assert (last.collected, last.history_user, last.history_change_reason) == (
                collected,
                cast.cashier,
                "collected",
            )
            assert last.collected_on == kept.collected_on
            assert kept.updated_at == last.updated_at
            assert kept.updated_at > row.updated_at
    written = Receipt.objects.get(pk=receipt.pk)
    assert [row.history_change_reason for row in written.history.all()] == ["allocated", "recorded"]
    assert (written.allocated, receipt.allocated) == (Decimal("150.00"), Decimal("150.00"))
    told = {f"collected:{pk}" for pk in written.allocations.values_list("pk", flat=True)}
    assert set(Notification.objects.values_list("key", flat=True)) == told
