"""Supplements change a contract in force: its total, its period, its scope (clause 3.1.5)."""

import datetime as dt
from decimal import Decimal

import pytest

from apps.business.contracts.versions import differences
from apps.business.models import AgencyContract, ContractSupplement, PaymentScheduleLine
from apps.core.errors import Forbidden
from apps.documents import services
from apps.documents.errors import Incomplete
from apps.risk.credit.models import CreditCheck
from tests.business.test_contracts import steps_of
from tests.factories import business
from tests.factories.contracts import supplement
from tests.factories.intake import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def people(db):
    return world()


@pytest.fixture
def contract(people):
    """In force, 20,000 and 30,000 scheduled."""
    return business.contract(people.alice, schedule=("20000.00", "30000.00"))


def again(paper):
    return type(paper).objects.get(pk=paper.pk)


def through(paper, people) -> ContractSupplement:
    """Submit and approve until it is approved."""
    services.submit(paper, by=paper.applicant)
    paper = services.approve(again(paper), by=people.bob)
    if paper.state == paper.State.IN_REVIEW:
        paper = services.approve(again(paper), by=people.erin, comment="Agreed")
    return again(paper)


def schedule_of(contract) -> list[Decimal]:
    return list(contract.schedule.order_by("order").values_list("amount", flat=True))


def test_positive_change_adds_a_payment_and_a_version(people, contract):
    until = contract.effective_to + dt.timedelta(days=20)
    paper = through(
        supplement(people.alice, contract, change=Decimal("2500.00"), effective_to=until, scope_change="Radio too"),
        people,
    )
    contract = again(contract)
    assert paper.state == "approved"
    assert (contract.supplemented, contract.total, contract.effective_to) == (
        Decimal("2500.00"),
        Decimal("52500.00"),
        until,
    )
    added = PaymentScheduleLine.objects.get(supplement=paper)
    assert (added.contract, added.order, added.milestone, added.amount) == (contract, 3, "More media", paper.change)
    first, second = contract.versions.order_by("number")
    told = [(item.label, item.before, item.after) for item in differences(contract, first.terms, second.terms)]
    assert told == [
        ("Supplements", "¥0.00", "¥2,500.00"),
        ("In force to", (until - dt.timedelta(days=20)).isoformat(), until.isoformat()),
        ("Change of the scope", "", f"{paper.number}: Radio too"),
        ("Scheduled payment 3", "", "More media · when the milestone is reached · ¥2,500.00"),
    ]


def test_negative_change_shortens_what_is_open_of_the_schedule(people, contract):
    second = contract.schedule.get(order=2)
    PaymentScheduleLine.objects.filter(pk=second.pk).update(settled="25000.00")
    AgencyContract.objects.filter(pk=contract.pk).update(settled="25000.00")
    through(supplement(people.alice, contract, change=Decimal("-8000.00"), milestone=""), people)
    contract = again(contract)
    assert contract.total == Decimal("42000.00")
    assert schedule_of(contract) == [Decimal("17000.00"), Decimal("25000.00")]


def test_total_covers_what_is_settled_and_in_settlement(people, contract):
    AgencyContract.objects.filter(pk=contract.pk).update(settled="30000.00", settling="10000.00")
    paper = supplement(people.alice, again(contract), change=Decimal("-10000.01"), milestone="")
    with pytest.raises(Incomplete) as refused:
        services.submit(paper, by=people.alice)
    assert refused.value.fields["change"] == [
        "The total would be ¥39,999.99, but ¥40,000.00 are settled or in settlement already."
    ]
    paper.change = Decimal("-10000.00")
    assert services.submit(_saved(paper), by=people.alice).state == "in_review"


def _saved(paper):
    paper.save()
    return paper


def test_settlement_that_came_meanwhile_stops_the_approval(people, contract):
    paper = supplement(people.alice, contract, change=Decimal("-10000.00"), milestone="")
    services.submit(paper, by=people.alice)
    AgencyContract.objects.filter(pk=contract.pk).update(settling="40000.01")
    with pytest.raises(Incomplete):
        services.approve(again(paper), by=people.bob)
    assert (again(paper).state, again(contract).supplemented) == ("in_review", Decimal("0.00"))


def test_what_keeps_a_supplement_from_being_submitted(people, contract):
    paper = supplement(people.alice, contract, change=Decimal("0.00"), reason="", milestone="")
    with pytest.raises(Incomplete) as refused:
        services.submit(paper, by=people.alice)
    assert sorted(refused.value.fields) == ["change", "reason"]
    paper = supplement(people.alice, contract, milestone="")
    assert list(paper.check_submission(people.alice)) == ["milestone"]
    AgencyContract.objects.filter(pk=contract.pk).update(phase="terminated")
    assert list(again(supplement(people.alice, contract)).check_submission(people.alice)) == ["contract"]


@pytest.mark.parametrize(
    ("change", "later", "steps"),
    [
        ("2500.00", 0, ["head"]),
        ("2500.01", 0, ["head", "management"]),
        ("0.00", 30, ["head"]),
        ("0.00", 31, ["head", "management"]),
        ("-1000.00", 0, ["head"]),
    ],
)
def test_beyond_the_intake_management_decides(people, contract, change, later, steps):
    paper = supplement(
        people.alice,
        contract,
        change=Decimal(change),
        effective_to=contract.effective_to + dt.timedelta(days=later) if later else None,
    )
    assert steps_of(services.submit(paper, by=people.alice), people) == steps


def test_gate_is_asked_for_the_additional_amount_alone(people, contract):
    services.submit(supplement(people.alice, contract, change=Decimal("-500.00")), by=people.alice)
    assert not CreditCheck.objects.exists()
    paper = services.submit(supplement(people.alice, contract, change=Decimal("80000.00")), by=people.alice)
    check = CreditCheck.objects.get(document=paper.pk)
    assert (check.stage, check.requested, check.passed) == ("supplement", Decimal("80000.00"), False)
    assert steps_of(paper, people) == ["head", "credit", "management"]


def test_cancelled_supplement_is_taken_back(people, contract):
    end = contract.effective_to
    paper = supplement(people.alice, contract, change=Decimal("1000.00"), effective_to=end + dt.timedelta(days=5))
    paper = through(paper, people)
    services.cancel(paper, by=people.erin, reason="The client changed its mind")
    contract = again(contract)
    assert (contract.supplemented, contract.effective_to) == (Decimal("0.00"), end)
    assert schedule_of(contract) == [Decimal("20000.00"), Decimal("30000.00"), Decimal("0.00")]
    assert contract.versions.count() == 3


def test_supplement_whose_money_is_settled_is_not_cancelled(people, contract):
    paper = through(supplement(people.alice, contract, change=Decimal("1000.00")), people)
    PaymentScheduleLine.objects.filter(supplement=paper).update(settling="1.00")
    with pytest.raises(Forbidden, match="A settlement has used the payment"):
        services.cancel(paper, by=people.erin, reason="No")


def test_earlier_supplement_waits_for_the_later_one(people, contract):
    first = through(supplement(people.alice, contract, change=Decimal("1000.00")), people)
    second = through(supplement(people.alice, again(contract), change=Decimal("500.00")), people)
    with pytest.raises(Forbidden, match=f"{second.number} was approved after it"):
        services.cancel(first, by=people.erin, reason="No")
    services.cancel(second, by=people.erin, reason="No")
    services.cancel(again(first), by=people.erin, reason="No")
    assert again(contract).total == Decimal("50000.00")
