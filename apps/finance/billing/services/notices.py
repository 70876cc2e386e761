"""Business is told by itself how far its money is (clause 3.3.5)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.core.money import format_money
from apps.finance.billing.models import Receivable, SalesInvoice
from apps.finance.billing.permissions import ISSUE
from apps.notifications.services import Notice, notify, notify_all
from apps.org.models import User


def people_of(receivable: Receivable) -> list:
    """Who in Business is told: the responsible manager and the applicant of the paper."""
    return [receivable.manager, receivable.document.applicant]


def _tell(invoice: SalesInvoice, title, *, by, key: str, extra=(), **params: Any) -> None:
    people = {person.pk: person for person in [*people_of(invoice.receivable), *extra] if person.pk != by.pk}
    given = {"paper": invoice.receivable.document.number, "client": invoice.client.name, **params}
    notify(to=people.values(), title=title, params=given, url=invoice.get_absolute_url(), key=key)


def requested(invoice: SalesInvoice, *, by) -> None:
    """Somebody waits for an invoice: who issues them is told."""
    title = _("%(person)s asks for an invoice of %(amount)s to %(client)s for %(paper)s")
    params = {
        "person": by.name,
        "amount": format_money(invoice.total),
        "client": invoice.client.name,
        "paper": invoice.receivable.document.number,
    }
    people = [person for person in User.objects.holding(ISSUE) if person.pk != by.pk]
    notify(to=people, title=title, params=params, url=invoice.get_absolute_url(), key=f"requested:{invoice.pk}")


def issued(invoice: SalesInvoice, *, by) -> None:
    """The invoice is there."""
    title = _("%(paper)s: invoice %(number)s of %(amount)s to %(client)s is issued, due on %(due)s")
    values = {
        "number": invoice.invoice_number,
        "amount": format_money(invoice.total),
        "due": invoice.due_on.isoformat(),
    }
    _tell(invoice, title, by=by, key=f"issued:{invoice.pk}", extra=[invoice.requested_by], **values)


def withdrawn(invoice: SalesInvoice, *, by, reason: str) -> None:
    """Finance gave the request back."""
    if by.pk == invoice.requested_by_id:
        return
    title = _("The request %(number)s to invoice %(client)s was withdrawn: %(reason)s")
    params = {"number": invoice.number, "client": invoice.client.name, "reason": reason or "—"}
    url = invoice.get_absolute_url()
    notify(to=[invoice.requested_by], title=title, params=params, url=url, key=f"withdrawn:{invoice.pk}")


def reversed_(red: SalesInvoice, *, by) -> None:
    """A red invoice took the invoice back, wholly or in part."""
    title = _("%(paper)s: invoice %(number)s to %(client)s was reversed by %(amount)s: %(reason)s")
    values = {"number": red.red_of.invoice_number, "amount": format_money(-red.total), "reason": red.red_reason}
    _tell(red, title, by=by, key=f"reversed:{red.pk}", **values)


def collected(paid: Mapping[str, tuple[SalesInvoice, Decimal]], *, by) -> None:
    """Money came in for invoices, each by the key of its notice: one query for who is told, one for the notices."""
    title = _("%(paper)s: %(amount)s came in from %(client)s for invoice %(number)s; %(open)s still open")
    owners = Receivable.objects.filter(pk__in={invoice.receivable_id for invoice, _amount in paid.values()}).order_by()
    known = {row.pk: row for row in owners.select_related("client", "manager", "document__applicant")}
    notices = []
    for key, (invoice, amount) in paid.items():
        receivable = known[invoice.receivable_id]
        params = {
            "paper": receivable.document.number,
            "client": receivable.client.name,
            "number": invoice.invoice_number,
            "amount": format_money(amount),
            "open": format_money(invoice.open_amount),
        }
        people = [person for person in people_of(receivable) if person.pk != by.pk]
        notices.append(Notice(people, title, params=params, url=invoice.get_absolute_url(), key=key))
    notify_all(notices)


def taken_back(invoice: SalesInvoice, *, by, amount, reason: str, key: str) -> None:
    """Money was taken off an invoice again."""
    title = _("%(paper)s: %(amount)s were taken off invoice %(number)s to %(client)s: %(reason)s")
    values = {"number": invoice.invoice_number, "amount": format_money(amount), "reason": reason}
    _tell(invoice, title, by=by, key=key, **values)


def posted(receivable: Receivable, *, by) -> None:
    """The books have it."""
    title = _("%(paper)s: the settlement with %(client)s is collected and posted, voucher %(voucher)s")
    params = {
        "paper": receivable.document.number,
        "client": receivable.client.name,
        "voucher": receivable.voucher_ref,
    }
    people = [person for person in people_of(receivable) if person.pk != by.pk]
    key = f"posted:{receivable.pk}:{receivable.voucher_ref}"
    notify(to=people, title=title, params=params, url=receivable.get_absolute_url(), key=key)
