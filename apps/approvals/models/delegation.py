"""Who decides for whom while somebody is away (代理)."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.history import HistoricalRecords
from apps.core.models import BaseModel


class DelegationQuerySet(models.QuerySet):
    def in_force(self, day: dt.date | None = None):
        """Those that count on a day, today unless given."""
        day = day or clock.today()
        return self.filter(starts__lte=day, ends__gte=day, revoked_on__isnull=True)

    def ahead(self):
        """Those that count now or will."""
        return self.filter(ends__gte=clock.today(), revoked_on__isnull=True)


class Delegation(BaseModel):
    """For a period, what would wait for ``person`` waits for ``substitute``; for all kinds or those named."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="delegations", verbose_name=_("who is away")
    )
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="substitutions", verbose_name=_("who decides instead")
    )
    starts = models.DateField(_("from"))
    ends = models.DateField(_("to"), help_text=_("The last day."))
    kinds = models.JSONField(_("kinds of documents"), default=list, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by"))
    revoked_on = models.DateField(_("ended on"), null=True, blank=True, editable=False)
    history = HistoricalRecords()

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")
        ordering = ["-starts", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends__gte=F("starts")), name="delegation_ends_after_start"),
            models.CheckConstraint(condition=~Q(person=F("substitute")), name="delegation_to_somebody_else"),
        ]
        indexes = [
            models.Index(fields=["ends", "starts"], condition=Q(revoked_on__isnull=True), name="delegation_open")
        ]

    def __str__(self):
        return _("%(substitute)s for %(person)s") % {"substitute": self.substitute, "person": self.person}
