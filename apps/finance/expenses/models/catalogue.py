"""What a company decides about expenses beforehand: categories, cities, standards, reasons (clause 6.2.1)."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.history import HistoricalRecords
from apps.core.models import BaseModel, Named


class Unit(models.TextChoices):
    """What a limit is counted by."""

    PER_DAY = "per_day", _("per day")
    PER_NIGHT = "per_night", _("per night")
    PER_TRIP = "per_trip", _("per trip")
    PER_PERSON = "per_person", _("per person")
    PER_MONTH = "per_month", _("per month")
    ONCE = "once", _("once")


class ExpenseCategory(Named, BaseModel):
    """What money may be spent on (報銷範圍)."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    account = models.CharField(_("ledger account"), max_length=40, blank=True, default="")
    scope = models.TextField(_("what it covers"), blank=True, default="")
    requires_invoice = models.BooleanField(_("needs an invoice"), default=True)
    deductible_vat = models.BooleanField(_("input VAT deductible"), default=False)
    unit = models.CharField(_("counted"), max_length=12, choices=Unit, default=Unit.ONCE)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    active = models.BooleanField(_("in use"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("expense category")
        verbose_name_plural = _("expense categories")
        ordering = ["order", "code"]


class CityTier(Named, BaseModel):
    """A class of cities with the same standards. Cities that are not listed belong to the default tier."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    is_default = models.BooleanField(_("for cities that are not listed"), default=False)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("city tier")
        verbose_name_plural = _("city tiers")
        ordering = ["order", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="citytier_one_default",
                violation_error_message=_("Another tier is already the one for cities that are not listed."),
            )
        ]


class City(Named, BaseModel):
    """A city people travel to."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    tier = models.ForeignKey(CityTier, models.PROTECT, related_name="cities", verbose_name=_("tier"))
    active = models.BooleanField(_("in use"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("city")
        verbose_name_plural = _("cities")
        ordering = ["tier__order", "code"]


class ReturnReason(Named, BaseModel):
    """Why Finance returns a line, in a word that can be counted (clause 6.2.4)."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    hint = models.CharField(
        _("hint for next time"),
        max_length=200,
        blank=True,
        default="",
        help_text=_("Shown on the claim form to people whose lines were returned for this reason."),
    )
    hint_en = models.CharField(_("English hint"), max_length=200, blank=True, default="")
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    active = models.BooleanField(_("in use"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("return reason")
        verbose_name_plural = _("return reasons")
        ordering = ["order", "code"]


class ExpenseStandard(BaseModel):
    """A limit (報銷標準) for a category: for whom, where, when, and what happens above it (clause 6.2.1).

    Empty grades, tier and city mean all of them. The most specific standard of a day wins.
    """

    class Control(models.TextChoices):
        CAP = "cap", _("pays no more than the limit")
        BLOCK = "block", _("refuses more than the limit")
        WARN = "warn_with_reason", _("asks for a reason")

    category = models.ForeignKey(
        ExpenseCategory, models.PROTECT, related_name="standards", verbose_name=_("expense category")
    )
    grade_from = models.PositiveSmallIntegerField(_("from grade level"), null=True, blank=True)
    grade_to = models.PositiveSmallIntegerField(_("to grade level"), null=True, blank=True)
    tier = models.ForeignKey(CityTier, models.PROTECT, null=True, blank=True, verbose_name=_("city tier"))
    city = models.ForeignKey(City, models.PROTECT, null=True, blank=True, verbose_name=_("city"))
    unit = models.CharField(_("unit"), max_length=12, choices=Unit)
    limit = models.DecimalField(_("limit"), max_digits=14, decimal_places=2)
    control = models.CharField(_("above the limit"), max_length=20, choices=Control, default=Control.WARN)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    is_demo_value = models.BooleanField(
        _("demo value"), default=False, help_text=_("A sample figure, to be replaced by the company's own.")
    )
    active = models.BooleanField(_("in use"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("expense standard")
        verbose_name_plural = _("expense standards")
        ordering = ["category__order", "category__code", "-valid_from", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(limit__gte=0), name="expensestandard_limit_not_negative"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="expensestandard_dates_in_order",
                violation_error_message=_("The last day lies before the first."),
            ),
            models.CheckConstraint(
                condition=Q(grade_from__isnull=True) | Q(grade_to__isnull=True) | Q(grade_to__gte=F("grade_from")),
                name="expensestandard_grades_in_order",
                violation_error_message=_("The higher grade lies below the lower one."),
            ),
            models.CheckConstraint(
                condition=Q(tier__isnull=True) | Q(city__isnull=True), name="expensestandard_tier_or_city"
            ),
        ]

    def __str__(self):
        where = self.city or self.tier
        place = f" · {where}" if where else ""
        return f"{self.category}{place} · {self.limit} {self.get_unit_display()}"

    def clean(self):
        if self.tier_id and self.city_id:
            raise ValidationError({"city": _("Choose a tier or a city, not both.")})
