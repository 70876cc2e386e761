"""What follows from approved settlements in Finance: receivables, invoices, receipts and their allocations."""

from __future__ import annotations

import datetime as dt

from apps.business.models import Settlement
from apps.core import clock
from apps.finance.billing.models import Receivable, SalesInvoice
from apps.finance.payments.models import FundAccount
from apps.finance.receipts.models import Receipt, ReceiptAllocation
from apps.workspace.bench.fill import People
from apps.workspace.bench.rows import Rows
from apps.workspace.bench.runs import Papers

#: of the newest settlements so many are to be invoiced, and so many requested
TO_INVOICE, REQUESTED = 40, 20
TERM = 30
#: every so many receipts brings more than its invoice asks for
MORE = 50


class Money:
    """Writes the money of one settlement after the other."""

    def __init__(self, rows: Rows, papers: Papers, account: FundAccount, people: People):
        self.rows, self.papers, self.account, self.people = rows, papers, account, people

    def follow(self, paper: Settlement, at: dt.datetime, *, newest: int, is_unpaid: bool) -> None:
        """The receivable, and as much of the rest as there is; `newest` counts the settlements after this one."""
        requested = TO_INVOICE <= newest < TO_INVOICE + REQUESTED
        invoiced, paid = newest >= TO_INVOICE + REQUESTED, not is_unpaid and newest >= TO_INVOICE + REQUESTED
        day = at.date()
        amounts = {name: getattr(paper, name) for name in ("net", "tax_rate", "tax", "total")}
        receivable = self.rows.add(
            Receivable,
            document_id=paper.pk,
            contract_id=paper.contract_id,
            client=paper.client,
            department_id=paper.department_id,
            manager_id=paper.applicant_id,
            opened_on=day,
            requested=paper.total if requested else 0,
            invoiced=paper.total if invoiced else 0,
            collected=paper.total if paid else 0,
            collected_on=day + dt.timedelta(days=20) if paid else None,
            posted_on=day + dt.timedelta(days=21) if paid else None,
            posted_by=self.people.accountant if paid else None,
            voucher_ref=f"V-{paper.pk}" if paid else "",
            **amounts,
        )
        self.rows.remember(receivable, at=at, by=self.people.accountant)
        if requested or invoiced:
            invoice = self._invoice(receivable, paper, at, amounts, invoiced=invoiced, paid=paid)
            if paid:
                self._receipt(invoice, day + dt.timedelta(days=20))

    def _invoice(self, receivable, paper, at: dt.datetime, amounts: dict, *, invoiced: bool, paid: bool):
        day = at.date()
        pk = self.rows.next_id(SalesInvoice)
        # what is not paid was sent lately, so that the gate stays open for the papers that are measured
        sent = day if paid else clock.today() - dt.timedelta(days=pk % 60)
        official = {"invoice_number": f"{pk:020}", "issued_on": sent, "issued_by": self.people.accountant}
        invoice = SalesInvoice(
            pk=pk,
            number=self._number(SalesInvoice.PREFIX),
            receivable=receivable,
            client=paper.client,
            buyer_name=paper.buyer_name,
            item="Agency services",
            status="issued" if invoiced else "requested",
            requested_by=paper.applicant,
            requested_at=at,
            collected=paper.total if paid else 0,
            collected_on=day + dt.timedelta(days=20) if paid else None,
            due_on=sent + dt.timedelta(days=TERM) if invoiced else None,
            **(official if invoiced else {}),
            **amounts,
        )
        self.rows.put(invoice)
        self.rows.remember(invoice, at=at, by=self.people.accountant)
        return invoice

    def _receipt(self, invoice: SalesInvoice, day: dt.date) -> None:
        pk = self.rows.next_id(Receipt)
        receipt = Receipt(
            pk=pk,
            number=self._number(Receipt.PREFIX),
            client=invoice.client,
            account=self.account,
            payer_name=invoice.buyer_name,
            amount=invoice.total + (500 if pk % MORE == 0 else 0),
            received_on=day,
            bank_reference=f"TX-{pk}",
            allocated=invoice.total,
            recorded_by=self.people.cashier,
        )
        self.rows.put(receipt)
        self.rows.remember(receipt, at=self.filler_moment(day), by=self.people.cashier)
        self.rows.add(
            ReceiptAllocation,
            receipt=receipt,
            invoice=invoice,
            amount=invoice.total,
            on=max(day, invoice.issued_on),
            by=self.people.cashier,
        )

    def filler_moment(self, day: dt.date) -> dt.datetime:
        """Noon of a day."""
        return dt.datetime.combine(day, dt.time(12), tzinfo=dt.UTC)

    def _number(self, prefix: str) -> str:
        counts = self.papers.counts
        counts[prefix] = counts.get(prefix, 0) + 1
        return f"{prefix}-{clock.today().year}-{counts[prefix]:04}"
