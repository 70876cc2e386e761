"""Entering days of the calendar."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.org.forms import RecordForm
from apps.org.models import CalendarDay


class DayForm(RecordForm):
    """One day that differs from its weekday."""

    class Meta:
        model = CalendarDay
        fields = ["day", "name", "name_en", "kind", "source"]


class DaysForm(DayForm):
    """The days of a holiday at once."""

    until = forms.DateField(
        label=_("until"),
        required=False,
        help_text=_("For several days in a row; weekends among them need no entry of their own."),
    )

    def layout(self) -> list[Any]:
        """The last day stands next to the first."""
        return ["day", "until", "name", "name_en", "kind", "source"]
