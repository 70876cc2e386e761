"""Leads about which nothing is done return to the shared pool by themselves."""

import datetime as dt

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.business.catalogue.models import BusinessSettings
from apps.business.leads.models import Lead
from apps.business.leads.querysets import SEES_POOL
from apps.business.leads.services.rows import note
from apps.core import clock
from apps.notifications.services import notify
from apps.org.services import with_reason


def recycle() -> int:
    """Give back every lead without an activity for the days of the settings; answers how many there were."""
    days = BusinessSettings.current().pool_days
    idle = Lead.objects.filter(
        state=Lead.State.NEW, owner__isnull=False, active_on__lte=clock.today() - dt.timedelta(days=days)
    )
    pks = list(idle.order_by("pk").values_list("pk", flat=True))
    return sum(_recycle(pk, idle, days) for pk in pks)


@transaction.atomic
def _recycle(pk: int, idle, days: int) -> bool:
    """One lead, unless somebody did something about it meanwhile."""
    lead = idle.select_for_update(no_key=True).order_by().filter(pk=pk).first()
    if lead is None:
        return False
    former = lead.owner
    lead.owner = None
    text = _("Returned to the pool after %(days)s days without an activity; in charge before: %(name)s")
    text %= {"days": days, "name": former.name}
    with_reason(lead, by=None, reason=text[:100]).save()
    note(lead, by=None, text=text)
    seen = former.has_perm(SEES_POOL)
    notify(
        to=[former],
        title=gettext_lazy("%(lead)s returned to the pool"),
        body=gettext_lazy("Nothing was done about it for %(days)s days. Take it again if you go on with it."),
        params={"lead": str(lead), "days": days},
        url=lead.get_absolute_url() if seen else reverse("business:lead-list"),
        key=f"lead-recycled:{lead.pk}:{lead.active_on.isoformat()}",
    )
    return True
