"""Receivables at a glance: how much, how late, how fast it comes in, what is expected when."""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.generic import View

from apps.core import clock
from apps.core.money import format_money
from apps.finance.receipts.models import Receipt
from apps.finance.receivables import ageing, figures, permissions
from apps.finance.receivables.ageing import Buckets, Sums
from apps.finance.receivables.charts import age_chart, chart_of
from apps.finance.receivables.figures import Scope
from apps.finance.receivables.forms import FiguresForm
from apps.org.models import Company, Department

ZERO = Decimal("0.00")
USUAL = {"days": figures.USUAL_DAYS, "department": None}


class Glance(View):
    """One page with the figures, the pictures, and the ways to the lists behind them."""

    def get(self, request: HttpRequest) -> HttpResponse:
        form = FiguresForm(request.GET or None)
        given = form.cleaned_data if form.is_bound and form.is_valid() else USUAL
        scope = Scope(request.user, given.get("currency") or Company.current().currency, given.get("department"))
        days, today = given.get("days") or figures.USUAL_DAYS, clock.today()
        buckets = Buckets.current()
        sums = ageing.added_up(ageing.owed_on(today, scope.invoices()), as_of=today, buckets=buckets)
        months = figures.by_month(scope, today=today, days=days)
        context = {
            "page_title": _("Receivables at a glance"),
            "form": form,
            "today": today,
            "currency": scope.currency,
            "days": days,
            "stats": self.stats(scope, sums, months[-1].dso, days),
            "charts": [
                age_chart(sums, buckets, _("Outstanding by days overdue")),
                _dso_chart(months, days),
                _forecast_chart(scope),
            ],
            "departments": self.departments(scope, days),
            "may_state": permissions.may_state(request.user),
            "may_remind": permissions.may_remind(request.user),
        }
        return render(request, "finance/ageing_glance.html", context, status=422 if form.errors else 200)

    def stats(self, scope: Scope, sums: Sums, dso: Decimal | None, days: int) -> list[dict[str, Any]]:
        """The figures on top, each with the way to what is behind it."""
        today = clock.today()
        rate = figures.collection_rate(scope, today=today, days=days)
        waiting, number = figures.waiting_sums(scope)
        query = _query(scope)
        stats = [
            _stat(_("Outstanding"), format_money(sums.owed), url=_to("ageing", query)),
            _stat(_("Overdue"), format_money(sums.overdue), url=_to("reminder-overdue"), tone="bad", when=sums.overdue),
            _stat(_("Settled, not invoiced"), format_money(waiting), url=_to("receivable-queue"), note=_papers(number)),
            _stat(_("Days sales outstanding"), _plain(dso), note=_("over %(days)s days") % {"days": days}),
            _stat(_("Collection rate"), _percent(rate.percent), note=_due(rate)),
        ]
        if scope.department is None:
            receipts = Receipt.objects.visible_to(scope.user).filter(currency=scope.currency)
            left = sum(ageing.unapplied_by_client(ageing.unapplied_on(today, receipts)).values(), ZERO)
            stats.insert(2, _stat(_("Unapplied receipts"), format_money(left), url=_to("receipt-unapplied")))
        return stats

    def departments(self, scope: Scope, days: int) -> list[dict[str, Any]]:
        """Days sales outstanding by department, the most owed first."""
        found = figures.by_department(scope, today=clock.today(), days=days)
        names = Department.objects.in_bulk([pk for pk, _figures in found])
        rows = [
            {
                "label": names[pk].label,
                "url": _to("ageing-invoices", {"department": pk, "currency": scope.currency}),
                "figures": row,
                "dso": _plain(row.dso),
            }
            for pk, row in found
        ]
        return sorted(rows, key=lambda row: row["figures"].receivable, reverse=True)


def _query(scope: Scope) -> dict[str, Any]:
    query = {"currency": scope.currency} if scope.currency != Company.current().currency else {}
    return {**query, "department": scope.department.pk} if scope.department else query


def _to(name: str, query: dict[str, Any] | None = None) -> str:
    address = reverse(f"finance:{name}")
    return f"{address}?{urlencode(query)}" if query else address


def _stat(label: str, value: str, *, url: str = "", note: str = "", tone: str = "", when: Any = True) -> dict[str, Any]:
    return {"label": label, "value": value, "url": url, "note": note, "tone": tone if when else ""}


def _plain(value: Decimal | None) -> str:
    return "—" if value is None else _("%(number)s days") % {"number": f"{value:,}"}


def _percent(value: Decimal | None) -> str:
    return "—" if value is None else f"{value} %"


def _due(rate: figures.Rate) -> str:
    values = {"collected": format_money(rate.collected), "due": format_money(rate.due)}
    return _("%(collected)s of %(due)s that fell due") % values


def _papers(number: int) -> str:
    return _("on %(number)s settlements") % {"number": f"{number:,}"}


def _dso_chart(months: list[figures.Collected], days: int):
    title = _("Days sales outstanding by month, over %(days)s days") % {"days": days}
    series = {_("Days"): [month.dso for month in months]}
    return chart_of("chart-dso", title, [month.label for month in months], series, type="line", money=False)


def _forecast_chart(scope: Scope):
    rows = figures.forecast(scope, today=clock.today())
    words = {"overdue": _("Overdue"), "later": _("Later")}
    labels = [words.get(row.label, row.label) for row in rows]
    series = {_("Invoiced"): [row.invoiced for row in rows], _("Not invoiced yet"): [row.not_invoiced for row in rows]}
    return chart_of("chart-forecast", _("Expected by month of the due date"), labels, series, stacked=True)
