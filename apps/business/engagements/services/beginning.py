"""The engagement begins when its contract is signed, and what is agreed about it later (clause 3.2.1)."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.business.contracts.models import AgencyContract
from apps.business.engagements import permissions
from apps.business.engagements.models import DossierEntry, Engagement
from apps.business.engagements.services.rows import keep, locked, refused
from apps.core import clock
from apps.core.numbering import next_number
from apps.notifications.services import notify
from apps.org.models import User

#: what a person changes by hand; everything else follows from what happens
CHANGEABLE = ("title", "health", "health_note", "planned_from", "planned_to", "report_days", "next_report_on")


@transaction.atomic
def begin(contract: AgencyContract, *, by: User) -> Engagement:
    """Open the engagement of a contract that was just signed; a second call answers the one there is.

    Its manager is who raised the contract, the checklist of its file and the cadence of reports come from the service
    type.
    """
    if known := Engagement.objects.filter(contract=contract).first():
        return known
    today = clock.today()
    service_type = contract.service_type
    engagement = Engagement(
        number=next_number(Engagement.PREFIX, today.year),
        title=contract.title,
        contract=contract,
        client=contract.client,
        service_type=service_type,
        department=contract.department,
        manager=contract.applicant,
        planned_from=contract.effective_from,
        planned_to=contract.effective_to,
        report_days=service_type.report_days,
        next_report_on=today + timedelta(days=service_type.report_days),
    )
    keep(engagement, by=by, reason=_("%(contract)s is signed") % {"contract": contract.number})
    for item in service_type.dossier_items.filter(active=True):
        entry = DossierEntry(engagement=engagement, item=item, name=item.name, required=item.required, order=item.order)
        keep(entry, by=by)
    _tell_manager(engagement, by=by)
    return engagement


def _tell_manager(engagement: Engagement, *, by: User) -> None:
    if engagement.manager_id == by.pk:
        return
    notify(
        to=[engagement.manager],
        title=gettext_lazy("The engagement %(engagement)s has begun"),
        body=gettext_lazy("Name the team with its duties, then write the execution plan."),
        params={"engagement": str(engagement)},
        url=engagement.get_absolute_url(),
    )


@transaction.atomic
def save_engagement(engagement: Engagement, *, by: User, reason: str = "") -> Engagement:
    """Write title, health, period and cadence as they are on the row given; the rest is left as stored."""
    stored = locked(engagement)
    permissions.require(by, "change", stored)
    for name in CHANGEABLE:
        setattr(stored, name, getattr(engagement, name))
    if stored.health != Engagement.Health.GOOD and not stored.health_note.strip():
        raise refused("health_note", _("Say why the engagement is not on track."))
    if stored.report_days < 1:
        raise refused("report_days", _("Enter at least one day."))
    if stored.planned_from and stored.planned_to and stored.planned_to < stored.planned_from:
        raise refused("planned_to", _("The engagement ends before it begins."))
    keep(stored, by=by, reason=reason)
    return stored
