"""Forms of invoices: the request, the issue, the reversal, the posting. The services check what is typed."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.forms import BaseForm, MoneyField
from apps.documents.forms import LineForm
from apps.finance.billing.models import Receivable, SalesInvoice, SalesInvoiceKind


class RequestForm(BaseForm):
    """What Finance needs to know to issue an invoice."""

    kind = forms.ChoiceField(label=_("Invoice kind"), choices=SalesInvoiceKind)
    total = MoneyField(label=_("Amount with tax"))
    buyer_name = forms.CharField(label=_("Title of the invoice"), max_length=120)
    buyer_uscc = forms.CharField(
        label=_("Buyer's tax number"), max_length=20, required=False, help_text=_("Needed for special VAT invoices.")
    )
    buyer_address = forms.CharField(label=_("Buyer's address and phone"), max_length=200, required=False)
    buyer_bank = forms.CharField(label=_("Buyer's bank and account"), max_length=200, required=False)
    item = forms.CharField(label=_("Item on the invoice"), max_length=120, required=False)
    remark = forms.CharField(label=_("Remark"), max_length=200, required=False)

    def __init__(self, *args: Any, receivable: Receivable, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["total"].initial = receivable.to_request


class NumberForm(BaseForm):
    """The official number; only paper invoices have a code."""

    invoice_number = forms.CharField(label=_("Invoice number"), max_length=40)
    code = forms.CharField(label=_("Invoice code"), max_length=40, required=False)
    issued_on = forms.DateField(label=_("Issued on"))

    def __init__(self, *args: Any, invoice: SalesInvoice, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["issued_on"].initial = clock.today
        number = self.fields["invoice_number"]
        number.widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}
        if SalesInvoiceKind(invoice.kind).is_digital:
            del self.fields["code"]
            number.help_text = _("20 digits; the first two are the year.")
        else:
            number.help_text = _("8 digits.")
            self.fields["code"].help_text = _("10 or 12 digits.")


class IssueForm(NumberForm):
    """The number and, where it is at hand, the original."""

    file = forms.FileField(
        label=_("Original (PDF, OFD, XML)"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".pdf,.ofd,.xml"}),
        help_text=_("Can be stored later as well."),
    )


class ReverseForm(NumberForm):
    """The number of the red invoice, how much it takes back, and why."""

    total = MoneyField(label=_("Amount to reverse, with tax"))
    reason = forms.CharField(label=_("Reason"), max_length=200)

    def __init__(self, *args: Any, invoice: SalesInvoice, **kwargs: Any):
        super().__init__(*args, invoice=invoice, **kwargs)
        self.fields["total"].initial = invoice.open_amount


class PostForm(BaseForm):
    """The voucher under which the books have it."""

    voucher_ref = forms.CharField(label=_("Voucher"), max_length=40)

    cells = LineForm.cells
