"""How far the money of a settlement is: what Finance keeps of it, read from the paper."""

from __future__ import annotations

from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext as _

from apps.finance.billing.models import SalesInvoice


def receivable_of(paper):
    """What the client owes because of the paper; None before its approval."""
    try:
        return paper.receivable
    except ObjectDoesNotExist:
        return None


def progress_of(paper) -> dict | None:
    """The money of an approved settlement step by step, with its invoices: whoever sees the paper sees them."""
    receivable = receivable_of(paper)
    if receivable is None:
        return None
    invoices = SalesInvoice.objects.filter(receivable=receivable).exclude(status="void")
    steps = [
        (_("Requested"), receivable.requested + receivable.invoiced, receivable.total),
        (_("Invoiced"), receivable.invoiced, receivable.total),
        (_("Collected"), receivable.collected, receivable.total),
    ]
    return {
        "receivable": receivable,
        "invoices": list(invoices.order_by("pk")),
        "steps": [
            {"label": label, "amount": amount, "percent": int(amount * 100 / whole) if whole else 0}
            for label, amount, whole in steps
        ],
    }
