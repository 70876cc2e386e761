"""What the printed claim says."""

from decimal import Decimal

import pytest

from apps.finance.expenses.printing import claim_parts, vouchers
from apps.finance.expenses.services import review_lines
from tests.factories.finance import ReturnReasonFactory, claim_of, line
from tests.finance.conftest import at_finance, reload

pytestmark = pytest.mark.django_db


def test_printed_claim_has_the_payable_amount_and_masks_the_account(cast):
    claim = reload(at_finance(cast, claim_of(cast.staff, line("100.00"), line("50.00"), payee_account="62220000")))
    row = claim.ordered_lines[1]
    returned = {"ruling": "returned", "return_reason": ReturnReasonFactory(code="TITLE"), "reason": "No name"}
    parts = claim_parts(review_lines(claim, by=cast.accountant, rulings={row.pk: returned}))
    assert parts.amount == Decimal("100.00")
    assert dict(parts.fields)["Payee"].endswith("**** 0000")
    table = parts.tables[0]
    assert [cells[-2:] for cells in table.rows] == [["¥100.00", "¥100.00"], ["¥50.00", "¥0.00"]]
    assert table.rows[1][3] == "Something needed (Returned: Reason TITLE; No name)"
    assert list(table.totals)[-2:] == ["¥150.00", "¥100.00"]
    assert list(parts.footer) == ["Returned lines are left out of the amount."]


def test_vouchers_are_counted_unless_stated(cast):
    assert vouchers(claim_of(cast.staff)) == 0
    assert vouchers(claim_of(cast.staff, voucher_count=3)) == 3
