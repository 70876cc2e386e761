"""Limits and exceptions that will expire, or have: whoever has to do with them is told in good time."""

import datetime as dt
from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.money import format_money
from apps.notifications.services import notify
from apps.org.models import User
from apps.risk.credit import permissions
from apps.risk.credit.models import CreditLimit, CreditWaiver

#: days before the end at which people are told; 0: it has ended
STAGES = (30, 7)


def remind_of_expiry() -> None:
    """Tell about limits and exceptions 30 and 7 days before their last day, and once they are over."""
    today = clock.today()
    keepers = _keepers()
    soon = today + dt.timedelta(days=STAGES[0])
    since = today - dt.timedelta(days=STAGES[0])
    limits = CreditLimit.objects.filter(ended_on__isnull=True, valid_until__range=(since, soon))
    for row in limits.select_related("client__owner", "assessment__applicant").order_by("pk"):
        applicant = [row.assessment.applicant] if row.assessment_id else []
        page = reverse("risk:client-credit", args=[row.client_id])
        _tell_of_limit(row, today, [*keepers, *applicant], page)
        if row.client.owner_id:
            _tell_of_limit(row, today, [row.client.owner], row.client.get_absolute_url())
    waivers = CreditWaiver.objects.filter(revoked_on__isnull=True, expires_on__range=(since, soon))
    for row in waivers.select_related("client", "document__applicant", "granted_by").order_by("pk"):
        _tell_of_waiver(row, today, [row.granted_by, row.document.applicant])


def _keepers() -> list[User]:
    """Active people whose role puts clients on hold."""
    app, codename = permissions.HOLD.split(".")
    people = User.objects.filter(is_active=True, groups__permissions__codename=codename)
    return list(people.filter(groups__permissions__content_type__app_label=app).distinct())


def _stage(last_day: dt.date, today: dt.date) -> int | None:
    """The stage reached: 30, 7, or 0 once it is over; None before."""
    left = (last_day - today).days
    if left < 0:
        return 0
    return min((stage for stage in STAGES if left <= stage), default=None)


def _tell_of_limit(row: CreditLimit, today: dt.date, people: Iterable[User], url: str) -> None:
    over = _stage(row.valid_until, today) == 0
    title = _("The credit limit of %(client)s has expired") if over else _("The credit limit of %(client)s will expire")
    notify(
        to=people,
        title=title,
        body=_("%(amount)s, %(days)s days, valid until %(until)s. A new assessment keeps it going."),
        params={
            "client": row.client.name,
            "amount": format_money(row.amount),
            "days": row.term_days,
            "until": row.valid_until.isoformat(),
        },
        url=url,
        key=f"credit-limit:{row.pk}:{_stage(row.valid_until, today)}",
    )


def _tell_of_waiver(row: CreditWaiver, today: dt.date, people: Iterable[User]) -> None:
    over = _stage(row.expires_on, today) == 0
    title = (
        _("The credit exception of %(paper)s has expired")
        if over
        else _("The credit exception of %(paper)s will expire")
    )
    notify(
        to=people,
        title=title,
        body=_("%(client)s: %(amount)s, valid until %(until)s."),
        params={
            "paper": str(row.document),
            "client": row.client.name,
            "amount": format_money(row.amount),
            "until": row.expires_on.isoformat(),
        },
        url=row.document.get_absolute_url(),
        key=f"credit-exception:{row.pk}:{_stage(row.expires_on, today)}",
    )
