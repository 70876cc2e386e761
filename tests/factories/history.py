"""Half a year of a company, written through the services: leads to receipts, with what goes wrong on the way.

What happens is drawn from a seed, so that every run writes the same rows, with odd cents in them.
"""

import datetime as dt
from decimal import Decimal
from random import Random
from types import SimpleNamespace

from apps.approvals.models import Task
from apps.business.contracts.services import sign
from apps.business.engagements.services import deliver
from apps.business.intake.services import new_from, save_intake
from apps.business.leads.services import qualify
from apps.business.models import AgencyContract, Engagement, EngagementIntake, PaymentScheduleLine
from apps.core import clock
from apps.core.money import quantize
from apps.documents.services import approve, cancel, reject, submit
from apps.finance.billing.models import Receivable
from apps.finance.billing.services import issue_invoice, request_invoice, reverse_invoice, withdraw_request
from apps.finance.receipts.services import allocate, record_receipt, undo_allocation, void_receipt
from apps.service.clients.models import Client
from tests.factories import business, contracts, credit, intake, leads, plans, reports
from tests.factories.approvals import route, step
from tests.factories.billing import number_of
from tests.factories.finance import FundAccountFactory, publish_claim_route
from tests.factories.settlements import again, item, settlement_of, settling_company

START = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
#: clients, and contracts of each
CLIENTS, DEALS = 3, 2


def on(day: int):
    """Everything inside happens so many days after the beginning."""
    return clock.at(START + dt.timedelta(days=day))


def decided(paper):
    """Handed in, and approved by whoever's turn it is."""
    submit(paper, by=paper.applicant)
    kind = type(paper)
    while (stored := kind.objects.get(pk=paper.pk)).state == kind.State.IN_REVIEW:
        task = Task.objects.open().filter(approval=stored.approval_id).select_related("user").first()
        approve(stored, by=task.user, comment="An old client")
    return stored


class Story:
    """One company and what happened to it."""

    def __init__(self, seed: int = 20260302):
        self.draw = Random(seed)
        self.company = settling_company()
        self.account = FundAccountFactory(code="BANK")
        business.stage()
        business.service_type()
        publish_claim_route()
        for kind in ("engagementintake", "agencycontract", "contractsupplement", "executionplan"):
            route(kind, [step("head", rule="department_head")])

    def money(self, low: int, high: int) -> Decimal:
        """Some amount with cents."""
        return Decimal(self.draw.randint(low * 100, high * 100)) / 100

    def part_of(self, amount: Decimal) -> Decimal:
        """Between a tenth and nine tenths of it."""
        return quantize(amount * self.draw.randint(10, 90) / 100)

    def write(self) -> SimpleNamespace:
        """Everything, in the order of time."""
        for number in range(CLIENTS):
            with on(number):
                client = None
                for deal in range(DEALS):
                    work = self.won(f"Client {number}", client, deal)
                    client = work.client
            self.delivered(work.client, 20 + number)
        self.refused()
        for day in (40, 75, 110):
            for work in Engagement.objects.filter(phase="delivered").order_by("pk"):
                with on(day):
                    self.settles(work)
            with on(day + 5):
                self.invoices()
            with on(day + 20):
                self.money_comes_in()
        with on(150):
            self.corrected()
            self.under_way()
        return self.company

    # ---- selling ----

    def won(self, name: str, client, deal: int) -> Engagement:
        """From the lead to a signed contract whose plan is approved."""
        by = self.company.manager
        lead = leads.lead_of(by, name=name)
        fee, kind = self.money(20_000, 90_000), business.service_type()
        opportunity = qualify(
            lead, by=by, client=client, service_type=kind, expected_amount=fee, title=f"{name} {deal}", trusted=True
        )
        if client is None:
            credit.limit_of(opportunity.client, "900000.00")
        application = decided(self.application(opportunity, fee))
        contract = self.contract(application)
        if deal == 1:
            decided(contracts.supplement(by, contract, change=self.money(1000, 5000)))
        decided(plans.plan_of(by, contract.engagement, tasks=[plans.task(name, by, 0, 4)]))
        return Engagement.objects.get(pk=contract.engagement.pk)

    def application(self, opportunity, fee: Decimal) -> EngagementIntake:
        by, cost = self.company.manager, self.part_of(fee)
        assessed = intake.assessed(by, opportunity=opportunity, expected_revenue=fee, expected_cost=cost)
        paper = new_from(assessed, by)
        paper.term_from, paper.term_to = clock.today(), clock.today() + dt.timedelta(days=200)
        return save_intake(paper, by=by)

    def contract(self, application: EngagementIntake) -> AgencyContract:
        first = self.part_of(application.amount)
        lines = [contracts.payment(first), contracts.payment(application.amount - first)]
        rate = self.draw.choice(["0.06", "0.03", "0.13", "0"])
        paper = decided(contracts.draft(self.company.manager, application, lines=lines, tax_rate=Decimal(rate)))
        sign(paper, by=self.company.head, signed_on=clock.today())
        return AgencyContract.objects.get(pk=paper.pk)

    def delivered(self, client, day: int) -> None:
        with on(day):
            for work in Engagement.objects.filter(client=client, phase="executing"):
                deliver(work, by=self.company.manager)

    def refused(self) -> None:
        """An application that is refused, one that waits, a contract that nobody signs."""
        client = Engagement.objects.earliest("pk").client
        by = self.company.manager
        with on(30):
            papers = [self.application(business.opportunity(by, client), self.money(1000, 9000)) for _n in range(3)]
            for paper in papers[:2]:
                submit(paper, by=by)
            reject(EngagementIntake.objects.get(pk=papers[0].pk), by=self.company.head, reason="Too little")
            decided(contracts.draft(by, decided(papers[2])))

    # ---- settling ----

    def settles(self, work: Engagement) -> None:
        """A settlement of a part of what is left, now and then with a deduction; and what was spent."""
        lines = []
        for payment in PaymentScheduleLine.objects.filter(contract=work.contract_id).order_by("order"):
            left = payment.amount - payment.settled - payment.settling
            if left > 10 and self.draw.random() < 0.8:
                lines.append(item(str(self.part_of(left)), payment))
        if self.draw.random() < 0.8:
            reports.charge(self.company, work, str(self.money(50, 4000)))
        if not lines:
            return
        values = {}
        if self.draw.random() < 0.3:
            values = {"deduction": Decimal("3.33"), "deduction_reason": "Late by a day"}
        paper = decided(settlement_of(self.company.manager, work, *lines, **values))
        if self.draw.random() < 0.15:
            cancel(again(paper), by=self.company.executive, reason="Wrong client")

    def under_way(self) -> None:
        """One settlement in approval, one draft, one claim in approval."""
        work = Engagement.objects.filter(phase="delivered").order_by("pk").first()
        submit(settlement_of(self.company.manager, work, item("11.11")), by=self.company.manager)
        settlement_of(self.company.manager, work, item("22.22"))
        reports.charge(self.company, work, "33.33", approved=False)

    # ---- money ----

    def invoices(self) -> None:
        """Ask for most of what can be invoiced, in parts; issue most of it."""
        for receivable in Receivable.objects.to_invoice().order_by("pk"):
            asked = receivable.to_request if self.draw.random() < 0.6 else self.part_of(receivable.to_request)
            invoice = request_invoice(
                receivable, by=self.company.manager, kind="digital_ordinary", buyer_name="Acme", total=asked
            )
            fate = self.draw.random()
            if fate < 0.1:
                withdraw_request(invoice, by=self.company.manager)
            elif fate < 0.9:
                issue_invoice(invoice, by=self.company.accountant, invoice_number=number_of(), issued_on=clock.today())

    def money_comes_in(self) -> None:
        """Each client pays something: to the oldest invoices, or to nothing in particular."""
        for client in Client.objects.order_by("pk"):
            receipt = record_receipt(
                client=client,
                account=self.account,
                payer_name=client.name,
                amount=self.money(1000, 30_000),
                received_on=clock.today(),
                bank_reference=f"TX-{client.pk}-{clock.today()}",
                by=self.company.cashier,
                amounts="oldest" if self.draw.random() < 0.7 else None,
            )
            self.mistaken(receipt)

    def mistaken(self, receipt) -> None:
        """Some receipts are taken off their invoice again, put back, or were never ours."""
        fate = self.draw.random()
        allocation = receipt.allocations.first()
        if allocation and fate < 0.6:
            undo_allocation(allocation, by=self.company.cashier, reason="Another invoice")
            receipt.refresh_from_db()
            if fate < 0.3:
                allocate(receipt, by=self.company.cashier, amounts="oldest")
        elif allocation is None and fate < 0.3:
            void_receipt(receipt, by=self.company.cashier, reason="Not ours")

    def corrected(self) -> None:
        """Red invoices, in part and whole, for what nobody has paid."""
        for number, receivable in enumerate(Receivable.objects.order_by("pk")):
            invoice = receivable.invoices.open().filter(collected=0).order_by("pk").first()
            if invoice is None or number % 2:
                continue
            reverse_invoice(
                invoice,
                by=self.company.accountant,
                total=None if number % 4 else self.part_of(invoice.total),
                reason="Less was agreed",
                invoice_number=number_of(),
                issued_on=clock.today(),
            )
