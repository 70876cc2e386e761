"""The original file of an invoice: PDF, OFD or XML by its content, kept privately."""

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core.files import clean_name, sha256_of, sniff
from apps.finance.billing import permissions
from apps.finance.billing.errors import BillingError, at_field
from apps.finance.billing.models import SalesInvoice
from apps.finance.billing.services.locking import lock_invoice, save
from apps.org.models import Company

ACCEPTED = ("pdf", "ofd", "xml")


@transaction.atomic
def attach_original(invoice: SalesInvoice, *, by, file) -> SalesInvoice:
    """Store the original of an invoice that was issued without; it is never replaced."""
    invoice = lock_invoice(invoice)
    permissions.require(by, "attach", invoice)
    if not file:
        raise at_field("file", _("Choose a file."))
    problems = file_problems(file)
    if problems:
        raise BillingError(_("The file can't be stored."), fields=problems)
    put_original(invoice, file)
    save(invoice, by=by, reason="original stored")
    return invoice


def file_problems(file) -> dict[str, list[str]]:
    """Why a file is not an original of an invoice, at `file`."""
    limit = Company.current().max_attachment_mb
    if not file.size:
        return {"file": [_("%(name)s is empty.") % {"name": file.name}]}
    if file.size > limit * 1024 * 1024:
        return {"file": [_("%(name)s is larger than %(limit)s MB.") % {"name": file.name, "limit": limit}]}
    if sniff(file) not in ACCEPTED:
        return {"file": [_("%(name)s is neither PDF, OFD nor XML, whatever its name says.") % {"name": file.name}]}
    return {}


def put_original(invoice: SalesInvoice, file) -> None:
    """Set the file on a row that the caller saves."""
    invoice.sha256, invoice.file_name = sha256_of(file), clean_name(file.name)
    invoice.file = file
