"""What Business decides beforehand: kinds of services, stages of a sale, checklists, templates, periods."""

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.history import HistoricalRecords
from apps.core.models import BaseModel, Named


class Listed(Named, BaseModel):
    """The base of the lists that a company keeps itself."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        abstract = True


class ServiceType(Listed):
    """A kind of agency service; says how often clients hear of the progress and which documents belong to the file."""

    report_days = models.PositiveSmallIntegerField(
        _("progress report every … days"), default=30, validators=[MinValueValidator(1)]
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("service type")
        verbose_name_plural = _("service types")
        ordering = ["order", "code"]


class DossierItem(Named, BaseModel):
    """One document that the file of an engagement (業務檔案) of this service type should hold (clause 3.2.5)."""

    service_type = models.ForeignKey(
        ServiceType, models.CASCADE, related_name="dossier_items", verbose_name=_("service type")
    )
    required = models.BooleanField(_("needed for settlement"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    active = models.BooleanField(_("in use"), default=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("item of the file")
        verbose_name_plural = _("items of the file")
        ordering = ["service_type", "order", "pk"]


class OpportunityStage(Listed):
    """A stage of a sale, as columns of the board; won and lost are no stages."""

    probability = models.PositiveSmallIntegerField(_("probability in %"), validators=[MaxValueValidator(100)])
    stale_days = models.PositiveSmallIntegerField(_("stale after … days"), default=14)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["order", "code"]
        constraints = [models.CheckConstraint(condition=Q(probability__lte=100), name="opportunitystage_percent")]


class LostReason(Listed):
    """Why a sale was lost or a lead discarded."""

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("reason of losing")
        verbose_name_plural = _("reasons of losing")
        ordering = ["order", "code"]


class ContractTemplate(Listed):
    """The text of a contract with places to be filled, kept in the browser; `contracts.wording` knows the places."""

    service_type = models.ForeignKey(
        ServiceType, models.PROTECT, null=True, blank=True, related_name="templates", verbose_name=_("service type")
    )
    body = models.TextField(_("text"), max_length=40_000)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("contract template")
        verbose_name_plural = _("contract templates")
        ordering = ["order", "code"]


class BusinessSettings(BaseModel):
    """One row of periods and tolerances. Demo values until the company has set its own."""

    pool_days = models.PositiveSmallIntegerField(
        _("days without activity until a lead returns to the pool"), default=30, validators=[MinValueValidator(1)]
    )
    intake_lapse_days = models.PositiveSmallIntegerField(
        _("days until an approved intake without a contract lapses"), default=60, validators=[MinValueValidator(1)]
    )
    fee_tolerance = models.DecimalField(
        _("tolerance of the fee against the intake"),
        max_digits=5,
        decimal_places=4,
        default=Decimal("0.0500"),
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("0.05 is 5 %. A contract beyond it is decided by company management again."),
    )
    term_tolerance_days = models.PositiveSmallIntegerField(
        _("tolerance of the period against the intake in days"), default=30
    )
    expiry_reminders = models.CharField(
        _("days before a contract ends to remind"),
        max_length=60,
        default="60,30,7",
        validators=[RegexValidator(r"^\d{1,3}(,\d{1,3})*$", _("Numbers of days, divided by commas."))],
    )
    is_demo_value = models.BooleanField(_("demo value"), default=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("business settings")
        verbose_name_plural = _("business settings")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="businesssettings_only_one"),
            models.CheckConstraint(
                condition=Q(fee_tolerance__gte=0, fee_tolerance__lte=1), name="businesssettings_tolerance"
            ),
        ]

    def __str__(self):
        return str(_("business settings"))

    @classmethod
    def current(cls) -> "BusinessSettings":
        """The settings; the defaults (unsaved) where nobody has changed any."""
        return cls.objects.first() or cls(pk=1)

    @property
    def reminder_days(self) -> list[int]:
        """Days before the end of a contract, descending."""
        return sorted({int(part) for part in self.expiry_reminders.split(",")}, reverse=True)
