"""How the working week is stored: hours as text that people write, weekdays as digits from Monday, 1, to Sunday, 7."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext_lazy as _

from apps.org.calendar.worktime import parse_hours

WEEKDAYS = [(str(number + 1), WEEKDAYS_ABBR[number]) for number in range(7)]


class WeekdaysField(models.CharField):
    """The weekdays that are worked on, such as `12345`."""

    @staticmethod
    def in_words(value: str) -> str:
        """`Mon, Tue, Wed`."""
        names = dict(WEEKDAYS)
        return str(_(", ")).join(str(names[digit]) for digit in value if digit in names)


def validate_hours(value: str) -> None:
    """Hours that can be read."""
    parse_hours(value)


def validate_weekdays(value: str) -> None:
    """Each weekday once, in order, at least one."""
    if not value or any(digit not in dict(WEEKDAYS) for digit in value) or list(value) != sorted(set(value)):
        raise ValidationError(_("Choose at least one day of the week."))
