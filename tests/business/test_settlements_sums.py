"""Whatever is typed adds up, and whatever happens the contract has as much left as its settlements say."""

from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from apps.business.models import AgencyContract, Settlement, SettlementLine
from apps.business.settlements.amounts import line_amount, net_and_tax, totals_of
from apps.business.settlements.services import save_settlement
from apps.core.errors import Refused
from apps.documents.services import approve, cancel, reject, return_, submit, withdraw
from apps.finance.billing.models import Receivable
from tests.factories.settlements import again, delivered, item, payments, settlement_of, settling_company

MONEY = st.decimals(min_value=0, max_value=10**9, places=2)
RATES = st.sampled_from([Decimal(0), Decimal("0.0100"), Decimal("0.0300"), Decimal("0.0600"), Decimal("0.1300")])
CENT = Decimal("0.01")


@given(total=MONEY, rate=RATES)
def test_net_and_tax_are_the_total(total, rate):
    net, tax = net_and_tax(total, rate)
    assert net + tax == total
    assert abs(net * (1 + rate) - total) <= (1 + rate) * CENT / 2
    assert tax >= 0
    assert net == net.quantize(CENT)


@given(lines=st.lists(st.tuples(st.decimals(min_value=CENT, max_value=999, places=2), MONEY), max_size=8), rate=RATES)
def test_parts_add_up_to_the_whole(lines, rate):
    amounts = [line_amount(quantity, price) for quantity, price in lines]
    assert all(
        abs(amount - quantity * price) <= CENT / 2 for amount, (quantity, price) in zip(amounts, lines, strict=True)
    )
    deduction = min(sum(amounts, Decimal(0)), Decimal("12.34"))
    totals = totals_of(amounts, deduction=deduction, rate=rate)
    assert totals.gross == sum(amounts)
    assert totals.total == totals.gross - totals.deduction == totals.net + totals.tax


class Reservations(RuleBasedStateMachine):
    """Settlements of one contract come and go in any order."""

    def __init__(self):
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.company = settling_company()
        self.engagement = delivered(self.company.manager, schedule=("100.00", "50.10", "0.30"))
        self.contract = self.engagement.contract_id

    def teardown(self):
        transaction.savepoint_rollback(self.savepoint)

    def some(self, data, *states: str) -> Settlement | None:
        papers = list(Settlement.objects.filter(contract=self.contract, state__in=states).order_by("pk"))
        return data.draw(st.sampled_from(papers)) if papers else None

    def attempt(self, verb, *args, **values) -> None:
        """A refusal is as good as a success here: nothing may be left of it."""
        try:
            verb(*args, **values)
        except Refused:
            return

    def lines(self, data) -> list[dict]:
        rows = payments(self.engagement)
        amounts = data.draw(st.lists(st.decimals(min_value=CENT, max_value=120, places=2), min_size=1, max_size=3))
        chosen = data.draw(st.lists(st.sampled_from([*rows, None]), min_size=len(amounts), max_size=len(amounts)))
        return [item(amount, payment) for amount, payment in zip(amounts, chosen, strict=True)]

    @rule(data=st.data())
    def write(self, data):
        deduction = data.draw(st.sampled_from([Decimal(0), CENT, Decimal("3.33")]))
        values = {"deduction": deduction, "deduction_reason": "agreed" if deduction else ""}
        self.attempt(settlement_of, self.company.manager, self.engagement, *self.lines(data), **values)

    @rule(data=st.data())
    def change(self, data):
        if paper := self.some(data, "draft", "returned"):
            self.attempt(save_settlement, paper, by=self.company.manager, lines=self.lines(data))

    @rule(data=st.data())
    def hand_in(self, data):
        if paper := self.some(data, "draft", "returned"):
            self.attempt(submit, paper, by=self.company.manager)

    @rule(data=st.data())
    def take_back(self, data):
        if paper := self.some(data, "in_review"):
            self.attempt(withdraw, paper, by=self.company.manager)

    @rule(data=st.data(), who=st.sampled_from(["head", "accountant"]), verb=st.sampled_from([return_, reject]))
    def send_back(self, data, who, verb):
        if paper := self.some(data, "in_review"):
            self.attempt(verb, paper, by=self.company.people[who], reason="No")

    @rule(data=st.data(), who=st.sampled_from(["head", "accountant"]))
    def decide(self, data, who):
        if paper := self.some(data, "in_review"):
            self.attempt(approve, paper, by=self.company.people[who])

    @rule(data=st.data())
    def void(self, data):
        if paper := self.some(data, "approved"):
            self.attempt(cancel, paper, by=self.company.executive, reason="Wrong")

    @invariant()
    def contract_agrees_with_its_settlements(self):
        contract = AgencyContract.objects.get(pk=self.contract)
        for column, state in (("settling", "in_review"), ("settled", "approved")):
            papers = Settlement.objects.filter(contract=self.contract, state=state)
            assert getattr(contract, column) == sum((paper.total for paper in papers), Decimal(0))
            for payment in payments(self.engagement):
                lines = SettlementLine.objects.filter(schedule_line=payment, settlement__state=state)
                assert getattr(payment, column) == sum((line.amount for line in lines), Decimal(0))
        assert contract.settling + contract.settled <= contract.total
        live = Receivable.objects.live().filter(contract=self.contract)
        assert sum((row.total for row in live), Decimal(0)) == contract.settled


@pytest.mark.django_db
def test_contract_agrees_with_its_settlements_whatever_people_do():
    how = settings(
        max_examples=12,
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    run_state_machine_as_test(Reservations, settings=how)


@pytest.mark.django_db
def test_rest_of_a_contract_is_settled_to_the_last_cent():
    """0.1 and 0.2 are 0.3, in every database."""
    company = settling_company()
    engagement = delivered(company.manager, schedule=("0.30",))
    (payment,) = payments(engagement)
    for amount in ("0.10", "0.20"):
        paper = settlement_of(company.manager, engagement, item(amount, payment))
        submit(paper, by=company.manager)
        approve(again(paper), by=company.head)
        approve(again(paper), by=company.accountant)
    contract = AgencyContract.objects.get(pk=engagement.contract_id)
    assert (contract.settled, contract.unsettled) == (Decimal("0.30"), Decimal("0.00"))
    for paper in Settlement.objects.all():
        cancel(paper, by=company.executive, reason="Wrong")
    assert AgencyContract.objects.get(pk=engagement.contract_id).settled == 0
