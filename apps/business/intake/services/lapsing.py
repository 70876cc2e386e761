"""Approved applications that nobody signed a contract on: after the days of the settings they count no more."""

import datetime as dt

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.business.catalogue.models import BusinessSettings
from apps.business.intake.following import live_contracts
from apps.business.intake.models import EngagementIntake
from apps.business.intake.querysets import DEAD
from apps.core import clock
from apps.documents.services.locking import lock, save
from apps.notifications.services import notify
from apps.org.models import User

State = EngagementIntake.State


def unsigned(days: int) -> QuerySet:
    """Approved so many days ago, with no contract, not lapsed yet."""
    contracts = EngagementIntake._meta.get_field("contracts").related_model.objects
    written = contracts.filter(intake=OuterRef("pk")).exclude(state__in=DEAD)
    last = clock.now() - dt.timedelta(days=days)
    approved = EngagementIntake.objects.filter(state=State.APPROVED, lapsed_on__isnull=True, closed_at__lte=last)
    return approved.exclude(Exists(written))


def lapse_unsigned() -> int:
    """Let every application lapse that has waited longer than the settings allow; answers how many did."""
    days = BusinessSettings.current().intake_lapse_days
    found = unsigned(days).order_by("pk").values_list("pk", flat=True)
    return sum(lapse(EngagementIntake(pk=pk, kind=EngagementIntake.KIND), days=days) for pk in list(found))


@transaction.atomic
def lapse(intake: EngagementIntake, *, days: int, by: User | None = None) -> bool:
    """Let one application lapse, unless a contract was begun meanwhile; applicant and manager are told."""
    intake = lock(intake)
    if intake.state != State.APPROVED or intake.lapsed_on or live_contracts(intake).exists():
        return False
    intake.lapsed_on = clock.today()
    save(intake, by=by, reason="lapsed")
    people = {intake.applicant_id: intake.applicant}
    if head := intake.department.head:
        people[head.pk] = head
    notify(
        to=people.values(),
        title=_("%(paper)s has lapsed: no contract within %(days)s days"),
        body=_("Write a new application on the same assessment if the client still wants it."),
        params={"paper": str(intake), "days": days},
        url=intake.get_absolute_url(),
        key=f"intake-lapsed:{intake.pk}",
    )
    return True
