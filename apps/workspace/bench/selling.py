"""Measures the pages of the business side: from the client's file to the money, as the people who use them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import NoReverseMatch, reverse

from apps.approvals.models import Task
from apps.business.models import AgencyContract, Settlement
from apps.business.settlements.services import new_for, save_settlement
from apps.core import clock
from apps.documents.models import Document
from apps.documents.services import attach
from apps.finance.billing.models import SalesInvoice
from apps.finance.receipts.services import oldest_first, open_invoices
from apps.workspace.bench.business import PRICE, BusinessFiller
from apps.workspace.bench.measure import Bench, Measured, moved, signed_in

PDF = b"%PDF-1.4 the client agrees"
#: how many invoices one measured receipt pays: two in full, one in part
PAID = PRICE * 5 / 2
#: lists and reports by address: name of the figure → who looks, which page
LISTS = {
    "client_list": ("seller", "service:client-list"),
    "client_list_head": ("head", "service:client-list"),
    "board": ("seller", "business:board"),
    "board_head": ("head", "business:board"),
    "opportunity_list": ("seller", "business:opportunity-list"),
    "intake_list": ("seller", "business:engagementintake-list"),
    "intake_list_management": ("executive", "business:engagementintake-list"),
    "intake_register": ("executive", "business:intake-register"),
    "contract_list": ("seller", "business:agencycontract-list"),
    "contract_register": ("executive", "business:contract-register"),
    "engagement_list_staff": ("seller", "business:engagement-list"),
    "engagement_list_head": ("head", "business:engagement-list"),
    "engagement_list_finance": ("accountant", "business:engagement-list"),
    "settlement_list_staff": ("seller", "business:settlement-list"),
    "settlement_list_head": ("head", "business:settlement-list"),
    "settlement_list_finance": ("accountant", "business:settlement-list"),
    "settlement_register": ("accountant", "business:settlement-register"),
    "settlement_register_head": ("head", "business:settlement-register"),
    "to_invoice": ("accountant", "finance:receivable-queue"),
    "requested_invoices": ("accountant", "finance:salesinvoice-queue"),
    "receivable_list": ("accountant", "finance:receivable-list"),
    "receivable_list_staff": ("seller", "finance:receivable-list"),
    "invoice_list": ("accountant", "finance:salesinvoice-list"),
    "invoice_list_staff": ("seller", "finance:salesinvoice-list"),
    "receipt_form": ("cashier", "finance:receipt-create"),
    "receipt_list": ("cashier", "finance:receipt-list"),
    "receipt_list_staff": ("seller", "finance:receipt-list"),
    "credit_exposure": ("executive", "risk:exposure"),
    "ageing": ("accountant", "finance:ageing"),
    "client_profitability": ("executive", "business:profitability-clients"),
    "engagement_profitability": ("executive", "business:profitability"),
}


class BusinessBench:
    """The pages, each as a function that opens it once and answers its response."""

    def __init__(self, bench: Bench, business: BusinessFiller):
        self.bench, self.business, self.people = bench, business, bench.people
        names = ("seller", "head", "accountant", "cashier", "executive")
        self.bench.clients |= {name: signed_in(getattr(self.people, name)) for name in names}
        self.references = count(1)

    def run(self, rounds: int) -> list[Measured]:
        """Every page, then the decisions."""
        measured = []
        for name, (who, page) in LISTS.items():
            address = _address(page)
            if address:
                measured.append(self._open(name, who, address, rounds))
        measured += [self._open(name, who, address, rounds) for name, (who, address) in self._pages().items()]
        decisions: list[tuple[str, Callable, Callable]] = [
            ("settlement_submit", self._submit, self._draft),
            ("settlement_approve", self._approve, self._task),
            ("receipt_record", self._record, self._receipt),
        ]
        for name, act, prepare in decisions:
            measured.append(self.bench.measure(name, act, rounds, prepare=prepare))
        export = reverse("business:settlement-register") + f"?department={self._department()}&export=xlsx"
        return [*measured, self.bench.export("settlement_export", "accountant", export)]

    def _open(self, name: str, who: str, address: str, rounds: int) -> Measured:
        return self.bench.measure(name, lambda: self.bench.get(who, address), rounds)

    def _pages(self) -> dict[str, tuple[str, str]]:
        """Pages of one thing: the client's story, a contract, its engagement, a settlement in approval."""
        own = AgencyContract.objects.filter(applicant=self.people.seller, settled__gt=0).order_by("-pk").first()
        open_ = Task.objects.waiting_for(self.people.head).filter(approval__document__kind=Settlement.KIND).first()
        paid = Settlement.objects.filter(contract=own).order_by("pk").first()
        client = own.client
        invoice = SalesInvoice.objects.filter(client=client, status="issued").order_by("-pk").first()
        return {
            "client": ("seller", client.get_absolute_url()),
            "client_credit": ("executive", reverse("risk:client-credit", args=[client.pk])),
            "contract": ("seller", own.get_absolute_url()),
            "engagement": ("seller", own.engagement.get_absolute_url()),
            "settlement_staff": ("seller", paid.get_absolute_url()),
            "settlement_head": ("head", open_.approval.document.get_absolute_url()),
            "invoice": ("accountant", invoice.get_absolute_url()),
        }

    def _department(self) -> int:
        """A department among whose settlements about one in twelve is."""
        return self.business.filler.departments[3].pk

    def _draft(self) -> Settlement:
        settlement = new_for(self.business.work, self.people.seller)
        settlement.confirmed_by, settlement.confirmed_on = "Mei Lin", clock.today()
        line = {"schedule_line": self.business.payment, "description": "Work", "quantity": 1, "price": PRICE}
        settlement = save_settlement(settlement, by=self.people.seller, lines=[line])
        attach(settlement, by=self.people.seller, file=SimpleUploadedFile("confirmation.pdf", PDF))
        return Settlement.objects.get(pk=settlement.pk)

    def _submit(self, settlement: Settlement):
        client = self.bench.clients["seller"]
        return moved(client.post(settlement.url("submit"), {"revision": settlement.revision}))

    def _task(self) -> Document:
        waiting = Task.objects.waiting_for(self.people.head).filter(approval__document__kind=Settlement.KIND)
        return waiting.last().approval.document

    def _approve(self, document: Document):
        return moved(self.bench.clients["head"].post(document.url("approve"), {"comment": "Fine"}))

    def _receipt(self) -> dict[str, str]:
        """The form as the page proposes it: the oldest invoices first."""
        payer = self.business.clients[1]
        invoices = open_invoices(payer.pk, "CNY", most=200)
        shares = oldest_first(invoices, PAID)
        return {
            "client": str(payer.pk),
            "account": str(self.business.filler.account.pk),
            "amount": str(PAID),
            "received_on": clock.today().isoformat(),
            "method": "transfer",
            "bank_reference": f"BENCH-{next(self.references)}",
            **{f"amount-{pk}": str(amount) for pk, amount in shares.items()},
        }

    def _record(self, form: dict[str, str]):
        return moved(self.bench.clients["cashier"].post(reverse("finance:receipt-create"), form))


def _address(page: str) -> str:
    """The address of a page; empty where this part of the program is not installed."""
    try:
        return reverse(page)
    except NoReverseMatch:
        return ""
