"""`{% load agencyops %}`: amounts, dates and moments as every page of the program shows them."""

import datetime as dt
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext

from apps.core import clock
from apps.core.money import format_money, in_capitals

register = template.Library()


@register.filter
def money(amount: Any, symbol: str = "¥") -> str:
    """`¥12,345.60`"""
    return "" if amount in (None, "") else format_money(amount, symbol)


@register.filter
def capitals(amount: Any) -> str:
    """`人民币壹仟肆佰零玖元伍角`"""
    return "" if amount in (None, "") else in_capitals(amount)


@register.filter
def company_date(value: dt.date | dt.datetime | None) -> str:
    """`2026-11-23`, of a moment the day it was in the company's time zone."""
    if not value:
        return ""
    return (timezone.localtime(value).date() if isinstance(value, dt.datetime) else value).isoformat()


@register.filter
def company_time(value: dt.datetime | None) -> str:
    """`2026-11-23 15:04` in the company's time zone, with how long ago that is as a tooltip."""
    if not value:
        return ""
    local = timezone.localtime(value)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        local.isoformat(timespec="minutes"),
        _relative(value),
        local.isoformat(" ", "minutes")[:16],
    )


@register.filter
def company_minute(value: dt.datetime | None) -> str:
    """`2026-11-23 15:04` in the company's time zone, as plain text."""
    return timezone.localtime(value).isoformat(" ", "minutes")[:16] if value else ""


def _relative(value: dt.datetime) -> str:
    now = clock.now()
    if value > now:
        return gettext("in %(duration)s") % {"duration": timeuntil(value, now, depth=1)}
    return gettext("%(duration)s ago") % {"duration": timesince(value, now, depth=1)}
