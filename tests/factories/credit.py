"""What clients owe, their limits, holds and exceptions, written straight into the tables."""

import datetime as dt
from decimal import Decimal

from apps.core import clock
from apps.core.numbering import next_number
from apps.finance.billing.models import Receivable, SalesInvoice
from apps.finance.receipts.models import Receipt
from apps.risk.credit.models import CreditHold, CreditLimit, CreditWaiver
from tests.factories.documents import draft
from tests.factories.finance import FundAccountFactory

RATE = Decimal("0.06")


def days(number: int) -> dt.date:
    """So many days from today."""
    return clock.today() + dt.timedelta(days=number)


def parts(total) -> dict:
    """Net, rate, tax and total of an amount with tax."""
    total = Decimal(total)
    net = (total / (1 + RATE)).quantize(Decimal("0.01"))
    return {"net": net, "tax_rate": RATE, "tax": total - net, "total": total}


def owed(client, manager, total="1000.00", *, document=None, **values) -> Receivable:
    """What the client owes for an approved paper; nothing of it invoiced unless told otherwise."""
    return Receivable.objects.create(
        **{
            "document": document or draft(manager),
            "client": client,
            "department": manager.department,
            "manager": manager,
            "opened_on": clock.today(),
            **parts(total),
            **values,
        }
    )


def invoiced(client, manager, total="1000.00", *, due=30, **values) -> SalesInvoice:
    """An issued invoice of the whole of a receivable; `due` in so many days."""
    collected = Decimal(values.pop("collected", "0.00"))
    receivable = values.pop("receivable", None) or owed(
        client, manager, total, invoiced=Decimal(total), collected=collected
    )
    number = next_number("FP", clock.today().year)
    return SalesInvoice.objects.create(
        **{
            "number": number,
            "receivable": receivable,
            "client": client,
            "buyer_name": client.name,
            **parts(total),
            "status": "issued",
            "requested_by": manager,
            "requested_at": clock.now(),
            "invoice_number": f"26{receivable.pk:018}",
            "issued_on": min(clock.today(), days(due)),
            "issued_by": manager,
            "due_on": days(due),
            "collected": collected,
            **values,
        }
    )


def received(client, by, amount="1000.00", **values) -> Receipt:
    """Money of the client that no invoice has taken yet, unless `allocated` says otherwise."""
    return Receipt.objects.create(
        **{
            "number": next_number("SK", clock.today().year),
            "client": client,
            "account": FundAccountFactory(code="BANK"),
            "payer_name": client.name,
            "amount": Decimal(amount),
            "received_on": clock.today(),
            "recorded_by": by,
            **values,
        }
    )


def limit_of(client, amount="50000.00", *, term_days=60, until=365, **values) -> CreditLimit:
    """A limit in force for so many days; negative `until`: it has run out."""
    start = days(min(0, until) - 100)
    return CreditLimit.objects.create(
        client=client,
        amount=Decimal(amount),
        term_days=term_days,
        **{"valid_from": start, "valid_until": days(until), **values},
    )


def hold_of(client, by, reason="They dispute two invoices.", **values) -> CreditHold:
    return CreditHold.objects.create(
        **{"client": client, "reason": reason, "set_by": by, "set_at": clock.now(), **values}
    )


def waiver_of(document, client, by, amount="50000.00", *, term_days=90, until=90, **values) -> CreditWaiver:
    """An exception made for a paper."""
    return CreditWaiver.objects.create(
        **{
            "document": document,
            "client": client,
            "amount": Decimal(amount),
            "term_days": term_days,
            "reason": "They always pay in the end.",
            "granted_by": by,
            "granted_at": clock.now(),
            "expires_on": days(until),
            **values,
        }
    )
