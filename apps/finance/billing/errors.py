"""Refusals of billing and of receipts."""

from django.utils.translation import gettext as _

from apps.core.errors import Refused


class BillingError(Refused):
    """A rule about receivables, invoices or receipts refused something."""


class Unseen(Refused):
    """For this person it does not exist."""

    status = 404

    def __init__(self):
        super().__init__(_("You may not see this."))


def at_field(name: str, text: str) -> BillingError:
    """A refusal about one field."""
    return BillingError(text, fields={name: [text]})
