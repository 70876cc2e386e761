"""Numbers of papers have no gaps."""

import pytest
from django.db import transaction

from apps.core.models import NumberSequence
from apps.core.numbering import next_number

pytestmark = pytest.mark.django_db


def test_numbers_follow_each_other_per_prefix_and_year():
    numbers = [next_number("FYBX", 2026), next_number("FYBX", 2026), next_number("FYBX", 2027), next_number("HT", 2026)]
    assert numbers == ["FYBX-2026-0001", "FYBX-2026-0002", "FYBX-2027-0001", "HT-2026-0001"]


def test_a_rolled_back_paper_gives_its_number_back():
    with transaction.atomic():
        next_number("FYBX", 2026)
        transaction.set_rollback(True)
    assert next_number("FYBX", 2026) == "FYBX-2026-0001"


def test_past_9999_the_number_widens():
    NumberSequence.objects.create(prefix="FYBX", year=2026, last=9999)
    assert next_number("FYBX", 2026) == "FYBX-2026-10000"


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_no_number_is_given():
    with pytest.raises(transaction.TransactionManagementError):
        next_number("FYBX", 2026)
