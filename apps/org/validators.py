"""Checks of single values that models, forms and imports share."""

import re
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def validate_time_zone(value: str) -> None:
    """A name of the IANA time zone table."""
    if value not in available_timezones():
        raise ValidationError(_("“%(value)s” is not a time zone."), params={"value": value})


def validate_currency(value: str) -> None:
    """Three capital letters (ISO 4217)."""
    if not re.fullmatch(r"[A-Z]{3}", value):
        raise ValidationError(_("A currency is written with three capital letters, such as CNY."))
