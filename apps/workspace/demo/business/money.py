"""The settlement, the invoice, the client's money, and the end of the engagement."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from apps.business.engagements import services as engagements
from apps.business.models import AgencyContract, Settlement
from apps.business.settlements import services as settlements
from apps.core import clock
from apps.core.money import format_money
from apps.documents import services
from apps.finance.billing import services as billing
from apps.finance.billing.models import Receivable, SalesInvoice
from apps.finance.receipts import services as receipts
from apps.finance.receipts.models import ReceiptAllocation
from apps.service.clients.models import Client, Contact
from apps.workspace.demo.business.work import Work

ITEM = "*经纪代理服务*代理服务费"
CENT = Decimal("0.01")


class Money(Work):
    """From the delivery to the closed engagement."""

    # ---- settlement ----

    def settle(self, share: Decimal = Decimal(1)) -> Iterator[dt.datetime]:
        """Settle a share of every scheduled payment; `self.paper` is the settlement."""
        yield self.soon(0.4, 1.6)
        paper = settlements.new_for(self._fresh(), self.owner)
        paper.title = f"{self.engagement.title}{'结算' if share == 1 else '首期结算'}"
        person = Contact.objects.filter(client=self.client, active=True).order_by("-is_primary", "pk").first()
        paper.confirmed_by = person.name if person else self.client.name[:60]
        paper.confirmed_on = clock.today()
        if paper.buyer_uscc and self.client.kind == Client.Kind.COMPANY and self.rng.random() < 0.7:
            paper.invoice_kind = "digital_special"
        lines = settlements.default_lines(self._fresh())
        for line in lines:
            line["price"] = (line["price"] * share).quantize(CENT)
        if "deduction" in self.plot.turns:
            paper.deduction, paper.deduction_reason = Decimal(800), self.texts["deductions"]
        paper = settlements.save_settlement(paper, by=self.owner, lines=lines)
        self.paper = paper
        if self.plot.stop == "settlement:draft":
            return
        rows = ["结算确认单", "—" * 16, self._fresh().number, self.client.name[:16], format_money(paper.total)]
        rows += [f"确认日期 {clock.today().isoformat()}", f"确认人 {paper.confirmed_by}"]
        services.attach(paper, by=self.owner, file=self.file("客户结算确认单", rows))
        paper = services.submit(Settlement.objects.get(pk=paper.pk), by=self.owner)
        yield from self.decide(paper, "settlement", returned=self._reason_to_return("settlement"))

    def invoice(self) -> Iterator[dt.datetime]:
        """Ask for the invoice and have it issued; `self.issued` is what the client pays."""
        paper = Settlement.objects.get(pk=self.paper.pk)
        receivable = Receivable.objects.get(document=paper.pk)
        yield self.soon(0.1, 0.6)
        asked = self._request(receivable, paper)
        if self.plot.stop == "settlement:requested":
            return
        yield self.soon(0.2, 1.2)
        self.issued = [self._issue(asked)]
        turns = self.plot.turns
        if "red full" in turns or "red part" in turns:
            yield self.soon(1, 4)
            yield from self._reverse(receivable, paper)

    def _request(self, receivable: Receivable, paper: Settlement) -> SalesInvoice:
        return billing.request_invoice(
            receivable,
            by=self.owner,
            kind=paper.invoice_kind,
            buyer_name=paper.buyer_name,
            buyer_uscc=paper.buyer_uscc,
            item=ITEM,
        )

    def _issue(self, asked: SalesInvoice) -> SalesInvoice:
        return billing.issue_invoice(
            asked,
            by=self.office.accountant(self.rng),
            invoice_number=self.office.numbers.digital(self.rng, clock.today()),
            issued_on=clock.today(),
        )

    def _reverse(self, receivable: Receivable, paper: Settlement) -> Iterator[dt.datetime]:
        """A red invoice over the whole or a part, and a new one over what was reversed."""
        first = self.issued[0]
        in_full = "red full" in self.plot.turns
        billing.reverse_invoice(
            first,
            by=self.office.accountant(self.rng),
            total=None if in_full else (first.total / 5).quantize(CENT),
            reason=self.texts["red_full" if in_full else "red_part"],
            invoice_number=self.office.numbers.digital(self.rng, clock.today()),
            issued_on=clock.today(),
        )
        yield self.soon(0.2, 1)
        again = self._request(receivable, paper)
        yield self.soon(0.2, 1)
        self.issued = ([] if in_full else [first]) + [self._issue(again)]

    # ---- the client's money ----

    def collect(self) -> Iterator[dt.datetime]:
        """The client pays what was issued, some days before or after it is due."""
        turns, stop = self.plot.turns, self.plot.stop
        issued = list(SalesInvoice.objects.filter(pk__in=[row.pk for row in self.issued]).order_by("pk"))
        due = max(row.due_on for row in issued) + dt.timedelta(days=self.plot.late)
        yield self._moment(max(self.office.hours.next_workday(due), clock.today()))
        if "two receipts" in turns or stop == "settlement:partly":
            part = (issued[0].open_amount * Decimal("0.4")).quantize(CENT)
            self._receive_money(part, {issued[0].pk: part})
            if stop == "settlement:partly":
                return
            yield self.soon(5, 12)
            issued = list(SalesInvoice.objects.filter(pk__in=[row.pk for row in issued]).order_by("pk"))
        amounts = {row.pk: row.open_amount for row in issued if row.open_amount}
        more = Decimal(2000) if "over" in turns else Decimal(0)
        receipt = self._receive_money(sum(amounts.values()) + more, amounts)
        if "undone" in turns:
            yield self.soon(1, 3)
            for allocation in ReceiptAllocation.objects.filter(receipt=receipt, undoes=None).order_by("pk"):
                receipts.undo_allocation(allocation, by=self.office.cast.users["cashier"], reason=self.texts["undo"])
            receipts.allocate(receipt, by=self.office.cast.users["cashier"], amounts=amounts)

    def _receive_money(self, amount: Decimal, amounts: dict[int, Decimal]):
        cast, day = self.office.cast, clock.today()
        return receipts.record_receipt(
            client=self.client,
            account=cast.accounts["BASIC"],
            payer_name=self.client.name,
            amount=amount,
            received_on=day,
            by=cast.users["cashier"],
            bank_reference=f"IN{day:%Y%m%d}{self.rng.randrange(10**8):08d}",
            amounts=amounts,
        )

    def post(self) -> None:
        """Finance books it."""
        self.office.vouchers += 1
        receivable = Receivable.objects.get(document=self.paper.pk)
        reference = f"记{clock.today():%Y%m}-{self.office.vouchers:04d}"
        billing.post_receivable(receivable, by=self.office.accountant(self.rng), voucher_ref=reference)

    def close(self) -> Iterator[dt.datetime]:
        """The engagement is over, and its contract fulfilled."""
        yield self.soon(0.5, 3)
        engagements.close(self._fresh(), by=self.owner)
        contract = AgencyContract.objects.get(pk=self.engagement.contract_id)
        if not contract.unsettled:
            self.complete()
