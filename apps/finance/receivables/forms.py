"""Forms of statements, reminders, figures and settings."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core import clock
from apps.core.forms import BaseForm
from apps.finance.receipts.forms import ClientChoice
from apps.finance.receivables.filters import currencies
from apps.finance.receivables.models import ReceivablesSettings
from apps.finance.receivables.services.reminding import LONGEST_TEXT
from apps.org.forms import RecordForm
from apps.org.models import Company, Department
from apps.service.clients.models import Client

PERIODS = [(30, _("30 days")), (90, _("90 days")), (180, _("180 days")), (365, _("365 days"))]


class StatementForm(BaseForm):
    """Whose account, and for which period; this year until today unless said otherwise."""

    client = ClientChoice(Client.objects.none(), label=_("Client"))
    start = forms.DateField(label=_("From"), required=False)
    end = forms.DateField(label=_("Until"), required=False)
    currency = forms.ChoiceField(label=_("Currency"), required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        clients = self.fields["client"]
        clients.queryset = Client.objects.live().order_by("name", "pk")
        clients.widget.attrs["data-searchable"] = ""
        self.fields["currency"].choices = currencies()
        self.fields["start"].initial = clock.today().replace(month=1, day=1)
        self.fields["end"].initial = clock.today()

    def clean_end(self) -> dt.date:
        """Today where nothing is said."""
        return self.cleaned_data["end"] or clock.today()

    def clean_currency(self) -> str:
        return self.cleaned_data["currency"] or Company.current().currency

    def clean(self) -> dict[str, Any]:
        """The period begins with the year it ends in where nothing is said."""
        given = super().clean()
        end = given.get("end")
        if not end or "start" in self.errors:
            return given
        given["start"] = given.get("start") or end.replace(month=1, day=1)
        if given["start"] > end:
            self.add_error("start", _now("The period ends before it begins."))
        return given


class FiguresForm(BaseForm):
    """For which period, department and currency the figures are."""

    days = forms.TypedChoiceField(
        label=pgettext_lazy("figures", "Period"), choices=PERIODS, coerce=int, required=False, empty_value=90
    )
    department = forms.ModelChoiceField(
        Department.objects.all(), label=_("Department"), required=False, empty_label=_("All")
    )
    currency = forms.ChoiceField(label=_("Currency"), required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["currency"].choices = currencies()
        self.fields["days"].initial = 90

    def clean_currency(self) -> str:
        return self.cleaned_data["currency"] or Company.current().currency


class ReminderForm(BaseForm):
    """One letter: to whom, with which words; one of several may be left out."""

    to = forms.EmailField(label=_("Send to"), max_length=200, required=False)
    subject = forms.CharField(label=_("Subject"), max_length=200)
    text = forms.CharField(label=_("Text"), max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 14}))
    skip = forms.BooleanField(label=_("Leave this client out"), required=False)

    def __init__(self, *args: Any, several: bool = False, **kwargs: Any):
        super().__init__(*args, **kwargs)
        if not several:
            del self.fields["skip"]


class ReceivablesSettingsForm(RecordForm):
    """The settings of the receivables."""

    reason_required = True

    class Meta:
        model = ReceivablesSettings
        fields = ["buckets", "remind_every_days", "default_tax_rate", "is_demo_value"]

    def clean_buckets(self) -> str:
        """Ascending and each once, so that nobody has to think about the order."""
        days = sorted({int(part) for part in self.cleaned_data["buckets"].split(",")} - {0})
        if not days:
            raise ValidationError(_now("Name at least one number of days above zero."))
        return ",".join(str(number) for number in days)

    def clean_default_tax_rate(self):
        """0.06 is 6 %."""
        rate = self.cleaned_data["default_tax_rate"]
        if not 0 <= rate < 1:
            raise ValidationError(_now("Write 6 % as 0.06."))
        return rate
