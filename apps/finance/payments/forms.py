"""The order to the bank."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.forms import BaseForm
from apps.documents.forms import LineForm
from apps.finance.payments.models import FundAccount


class PaymentForm(BaseForm):
    """Account, day and reference of one payment or of a batch; `pay` checks them."""

    account = forms.ModelChoiceField(FundAccount.objects.none(), label=_("Fund account"))
    paid_on = forms.DateField(label=_("Paid on"))
    bank_reference = forms.CharField(label=_("Bank reference"), max_length=60)

    cells = LineForm.cells

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["account"].queryset = FundAccount.objects.filter(active=True)
        self.fields["paid_on"].initial = clock.today
