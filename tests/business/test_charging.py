"""Expenses charged to an engagement: who may choose which, what is refused, where it is read again."""

from decimal import Decimal

import pytest
from django.urls import reverse

from apps.business.models import Engagement
from apps.documents import services
from apps.documents.errors import Incomplete
from apps.finance.expenses.models import ExpenseClaim
from tests.factories import business
from tests.factories.finance import claim_of, line
from tests.finance.conftest import build_cast
from tests.finance.test_pages import form_of, typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db):
    return build_cast()


@pytest.fixture
def engagement(cast):
    return business.engagement(cast.staff)


def choices(client, person) -> list[str] | None:
    """What the form offers this person; None where it does not ask."""
    client.force_login(person)
    form = client.get(reverse("finance:expenseclaim-create")).context["form"]
    return (
        [str(label) for _value, label in form.fields["charged_to"].choices][1:] if "charged_to" in form.fields else None
    )


def test_who_sees_the_engagement_may_charge_to_it_while_it_runs(cast, engagement, client):
    name = f"{engagement.contract.number} {engagement.contract.title}"
    people = (cast.staff, cast.head, cast.colleague, cast.outsider)
    assert [choices(client, person) for person in people] == [[name], [name], None, None]
    Engagement.objects.update(phase="closed")
    assert choices(client, cast.staff) is None


def test_a_claim_carries_its_engagement(cast, engagement, client):
    client.force_login(cast.staff)
    data = form_of(typed("120.00"), action="submit", charged_to=engagement.contract_id)
    client.post(reverse("finance:expenseclaim-create"), data)
    claim = ExpenseClaim.objects.get()
    assert (claim.state, claim.charged_to_number) == ("in_review", engagement.contract.number)
    assert engagement.contract.number in client.get(claim.get_absolute_url()).content.decode()


def test_nobody_charges_to_what_they_do_not_see(cast, engagement, client):
    client.force_login(cast.colleague)
    data = form_of(typed("120.00"), action="submit", charged_to=engagement.contract_id)
    client.post(reverse("finance:expenseclaim-create"), data)
    assert ExpenseClaim.objects.get().charged_to is None


def test_a_draft_from_before_the_end_is_refused_at_its_field(cast, engagement):
    claim = claim_of(cast.staff, line("80.00"), charged_to_id=engagement.contract_id)
    Engagement.objects.update(phase="closed")
    with pytest.raises(Incomplete) as refused:
        services.submit(claim, by=cast.staff)
    assert refused.value.fields == {
        "charged_to": ["Nothing can be charged to this engagement by you any more; choose another."]
    }
    assert ExpenseClaim.objects.get().amount == Decimal("80.00")
