"""What waits for somebody beside decisions: figures of the desk, each only for who works with it.

Everything is counted in one statement; what a person may not see is not counted, and nothing that waits is no figure.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import DecimalField, F, Func, IntegerField, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.business.contracts.models import AgencyContract
from apps.business.contracts.permissions import RAISE, SIGN
from apps.business.engagements.models import Engagement
from apps.business.engagements.permissions import REPORT
from apps.business.leads.models import Lead, Opportunity
from apps.business.leads.permissions import ADD_LEAD, ADD_OPPORTUNITY
from apps.business.plans.services import my_tasks
from apps.business.settlements.permissions import RAISE as SETTLE
from apps.core import clock
from apps.core.money import format_money
from apps.finance.billing.models import Receivable, SalesInvoice
from apps.finance.billing.permissions import ISSUE
from apps.finance.billing.querysets import SEES_ALL
from apps.org.models import User

#: a progress report is due from so many days before its promise, as in the list that the figure leads to
SOON = dt.timedelta(days=7)


@dataclass(frozen=True)
class Figure:
    """How much of something waits, and where it is."""

    label: str | Promise
    value: int
    url: str
    note: str = ""
    tone: str = ""


@dataclass(frozen=True)
class _Kind:
    """One figure: who works with it (any of `permissions`; nobody named: everybody), and the rows behind it."""

    name: str
    label: str | Promise
    url_name: str
    rows: Callable[[User], tuple[QuerySet, ...]]
    permissions: tuple[str, ...] = ()
    query: str = ""
    tone: str = ""
    #: rows of which the note says how many, or money of `rows` that it adds up
    late: Callable[[User], QuerySet] | None = None
    money: Any = None

    def is_for(self, user: User) -> bool:
        return not self.permissions or any(user.has_perm(permission) for permission in self.permissions)


def _next_steps(user: User) -> tuple[QuerySet, ...]:
    """Own leads and opportunities whose next step is promised for today or was before."""
    due = {"owner": user, "next_step_on__lte": clock.today()}
    leads = Lead.objects.visible_to(user).filter(state=Lead.State.NEW, **due)
    return leads, Opportunity.objects.visible_to(user).filter(state=Opportunity.State.OPEN, **due)


def _overdue(user: User) -> tuple[QuerySet, ...]:
    return (SalesInvoice.objects.visible_to(user).open().filter(due_on__lt=clock.today()),)


def _reports(user: User) -> tuple[QuerySet, ...]:
    return (Engagement.objects.visible_to(user).running().filter(next_report_on__lte=clock.today() + SOON),)


def _late_reports(user: User) -> QuerySet:
    return Engagement.objects.visible_to(user).running().filter(next_report_on__lt=clock.today())


def _to_sign(user: User) -> tuple[QuerySet, ...]:
    rows = AgencyContract.objects.visible_to(user)
    return (rows.filter(state=AgencyContract.State.APPROVED, phase=AgencyContract.Phase.UNSIGNED),)


def _requested(user: User) -> tuple[QuerySet, ...]:
    return (SalesInvoice.objects.visible_to(user).filter(status=SalesInvoice.Status.REQUESTED),)


KINDS = (
    _Kind(
        "steps",
        gettext_lazy("Next steps"),
        "business:next-steps",
        _next_steps,
        (ADD_LEAD, ADD_OPPORTUNITY),
        tone="warn",
    ),
    _Kind("tasks", gettext_lazy("My tasks"), "business:my-tasks", lambda user: (my_tasks(user),)),
    _Kind(
        "reports",
        gettext_lazy("Progress reports due"),
        "business:progressreports-due",
        _reports,
        (REPORT, ADD_OPPORTUNITY),
        late=_late_reports,
    ),
    _Kind(
        "sign",
        gettext_lazy("Contracts to sign"),
        "business:contract-register",
        _to_sign,
        (SIGN, RAISE),
        query="?phase=unsigned",
    ),
    _Kind(
        "request",
        gettext_lazy("To invoice"),
        "finance:receivable-queue",
        lambda user: (Receivable.objects.visible_to(user).to_invoice(),),
        (SETTLE,),
        money=F("total") - F("requested") - F("invoiced"),
    ),
    _Kind(
        "issue", gettext_lazy("Invoices to issue"), "finance:salesinvoice-queue", _requested, (ISSUE,), money=F("total")
    ),
    _Kind(
        "overdue",
        gettext_lazy("Overdue receivables"),
        "finance:salesinvoice-list",
        _overdue,
        (SEES_ALL, SETTLE),
        query="?overdue=true",
        tone="bad",
        money=F("total") - F("collected") - F("reversed_total"),
    ),
)


def figures_for(user: User) -> list[Figure]:
    """What waits for this person, in one statement; nothing for what does not."""
    kinds = [kind for kind in KINDS if kind.is_for(user)]
    asked: dict[str, Any] = {}
    for kind in kinds:
        counted = [_count(rows) for rows in kind.rows(user)]
        asked[f"number_{kind.name}"] = sum(counted[1:], counted[0])
        if kind.late:
            asked[f"late_{kind.name}"] = _count(kind.late(user))
        if kind.money is not None:
            asked[f"money_{kind.name}"] = _sum(kind.rows(user)[0], kind.money)
    answer = User.objects.filter(pk=user.pk).values(**asked).get()
    return [_figure(kind, answer) for kind in kinds if answer[f"number_{kind.name}"]]


def _figure(kind: _Kind, answer: dict[str, Any]) -> Figure:
    late, money = answer.get(f"late_{kind.name}"), answer.get(f"money_{kind.name}")
    note = format_money(money) if money else _("%(number)s overdue") % {"number": late} if late else ""
    tone = "bad" if late else kind.tone
    return Figure(kind.label, answer[f"number_{kind.name}"], reverse(kind.url_name) + kind.query, note, tone)


def _count(rows: QuerySet) -> Coalesce:
    """How many rows, as a value of a larger statement."""
    number = Func(F("pk"), function="COUNT", output_field=IntegerField())
    return Coalesce(Subquery(rows.order_by().annotate(counted=number).values("counted")), Value(0))


def _sum(rows: QuerySet, amount: Any) -> Subquery:
    """The money in these rows, as a value of a larger statement."""
    money = DecimalField(max_digits=16, decimal_places=2)
    whole = Func(amount, function="SUM", output_field=money)
    return Subquery(rows.order_by().annotate(added=whole).values("added"), output_field=money)
