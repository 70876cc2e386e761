"""Contracts that end soon, and who is reminded of them (clause 3.1.5)."""

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.business.catalogue.models import BusinessSettings
from apps.business.contracts.models import AgencyContract
from apps.core import clock
from apps.notifications.models import Notification
from apps.notifications.services import notify


def expiring(contracts: QuerySet, days: int) -> QuerySet:
    """Those of these contracts that are in force and end within so many days; without those that ended already."""
    today = clock.today()
    last = today + dt.timedelta(days=days)
    return contracts.filter(phase=AgencyContract.Phase.IN_FORCE, effective_to__range=(today, last))


def remind_of_expiry() -> int:
    """Tell applicant, engagement manager and head, once per contract, end and step; answers how many were told."""
    steps = BusinessSettings.current().reminder_days
    related = ("applicant", "department__head", "engagement__manager")
    contracts = expiring(AgencyContract.objects.select_related(*related), max(steps)).order_by("pk")
    told = 0
    for contract in contracts.iterator(chunk_size=500):
        days = (contract.effective_to - clock.today()).days
        step = min(step for step in steps if days <= step)
        with transaction.atomic():
            told += _remind(contract, days, f"contract-expiry:{contract.pk}:{contract.effective_to}:{step}")
    return told


def _remind(contract: AgencyContract, days: int, key: str) -> int:
    engagement = getattr(contract, "engagement", None)
    people = (contract.applicant, contract.department.head, engagement.manager if engagement else None)
    known = set(Notification.objects.filter(key=key).values_list("recipient", flat=True))
    new = {person.pk: person for person in people if person and person.is_active and person.pk not in known}
    notify(
        to=new.values(),
        title=_("%(paper)s with %(client)s ends in %(days)s days, on %(day)s"),
        params={
            "paper": str(contract),
            "client": contract.party_a,
            "days": days,
            "day": contract.effective_to.isoformat(),
        },
        url=contract.get_absolute_url(),
        key=key,
    )
    return len(new)
