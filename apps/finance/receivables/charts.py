"""Figures of the receivables as pictures, with the table behind each (components/chart.html)."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.core.money import format_money
from apps.finance.receivables.ageing import Buckets, Sums

Chart = tuple[dict[str, Any], list[tuple[str, list[str]]]]


def chart_of(key: str, title: str, labels: Sequence[str], series: dict[str, Sequence[Decimal | None]], **how) -> Chart:
    """A chart and the rows of its table. `how`: type, money, stacked."""
    money = how.get("money", True)
    chart = {
        "id": key,
        "title": title,
        "type": how.get("type", "bar"),
        "labels": list(labels),
        "series": [{"label": name, "data": [str(value or 0) for value in values]} for name, values in series.items()],
        "money": money,
        "stacked": how.get("stacked", False),
    }
    say = format_money if money else _plain
    rows = [(label, [say(values[at]) for values in series.values()]) for at, label in enumerate(labels)]
    return chart, rows


def _plain(value: Decimal | None) -> str:
    return "—" if value is None else f"{value:,}"


def age_chart(sums: Sums, buckets: Buckets, title: str) -> Chart:
    """Outstanding by days overdue."""
    return chart_of("chart-ageing", title, buckets.labels, {_("Outstanding"): sums.parts})
