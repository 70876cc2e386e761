"""Rules of the receivables, and the reminders that were sent (domain.md §3.17)."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.history import HistoricalRecords
from apps.core.models import BaseModel
from apps.finance.receivables.querysets import PaymentReminderQuerySet


class ReceivablesSettings(BaseModel):
    """One row: the buckets of the ageing, how often clients are reminded, the usual tax rate. Demo values."""

    buckets = models.CharField(
        _("days that part the ageing"),
        max_length=60,
        default="30,60,90,180",
        validators=[RegexValidator(r"^\d{1,4}(,\d{1,4})*$", _("Numbers of days, divided by commas."))],
        help_text=_("Upper limits in days overdue, divided by commas."),
    )
    remind_every_days = models.PositiveSmallIntegerField(_("days between two reminders"), default=7)
    default_tax_rate = models.DecimalField(
        _("usual output tax rate"), max_digits=7, decimal_places=4, default=Decimal("0.06")
    )
    is_demo_value = models.BooleanField(_("demo value"), default=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("settings of the receivables")
        verbose_name_plural = _("settings of the receivables")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="receivablessettings_only_one")]

    def __str__(self):
        return str(self._meta.verbose_name)

    @classmethod
    def current(cls) -> "ReceivablesSettings":
        """The settings; the defaults (unsaved) where nobody has changed any."""
        return cls.objects.first() or cls(pk=1)

    @property
    def limits(self) -> list[int]:
        """Upper limits of the buckets in days, ascending."""
        return sorted({int(part) for part in self.buckets.split(",")} - {0})


class PaymentReminder(BaseModel):
    """A reminder that went to a client: when, by whom, to which address, of how much."""

    client = models.ForeignKey("service.Client", models.PROTECT, related_name="reminders", verbose_name=_("client"))
    sent_at = models.DateTimeField(_("sent at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("sent by"))
    to = models.CharField(_("sent to"), max_length=200)
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"))
    overdue = models.DecimalField(_("overdue"), max_digits=14, decimal_places=2)
    invoices = models.ManyToManyField("finance.SalesInvoice", related_name="reminders", verbose_name=_("invoices"))

    objects = PaymentReminderQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment reminder")
        verbose_name_plural = _("payment reminders")
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.client} {clock.local_day(self.sent_at).isoformat()}"

    def get_absolute_url(self):
        return reverse("finance:reminder-detail", args=[self.pk])
