"""From an opportunity to the decision: assessment and Business Intake Application (clauses 3.1.2–3.1.4)."""

from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.business.catalogue.models import ServiceType
from apps.business.intake import following
from apps.business.intake.querysets import AssessmentQuerySet
from apps.business.leads.models import Opportunity
from apps.core.history import HistoricalRecords
from apps.core.models import BaseModel
from apps.documents.models import Document

ZERO = Decimal("0.00")


def rate_of(margin: Decimal, whole: Decimal) -> Decimal | None:
    """Margin ÷ revenue, four places; None without revenue."""
    return (margin / whole).quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP) if whole else None


def percent(rate: Decimal | None) -> Decimal | None:
    """A rate in %, one place; None where there is none."""
    return None if rate is None else (rate * 100).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


class FeeBasis(models.TextChoices):
    """What the fee is reckoned by."""

    FIXED = "fixed", _("Fixed fee")
    COMMISSION = "commission", _("Commission")
    RETAINER = "retainer", _("Retainer")
    HOURLY = "hourly", _("By the hour")


class IntakeAssessment(BaseModel):
    """The preliminary assessment (初步評估): needs, size, expected profit. Frozen once used."""

    PREFIX = "PG"

    class Verdict(models.TextChoices):
        OPEN = "open", _("Not decided")
        PASSED = "passed", _("Passed")
        FAILED = "failed", _("Not passed")

    class Feasibility(models.TextChoices):
        HIGH = "high", _("High")
        MEDIUM = "medium", _("Medium")
        LOW = "low", _("Low")

    number = models.CharField(_("number"), max_length=24, unique=True, editable=False)
    opportunity = models.ForeignKey(
        Opportunity, models.PROTECT, related_name="assessments", verbose_name=_("opportunity")
    )
    service_type = models.ForeignKey(
        ServiceType, models.PROTECT, related_name="assessments", verbose_name=_("service type")
    )
    needs = models.TextField(_("client's needs"), max_length=4000)
    scale = models.CharField(_("size of the project"), max_length=300)
    expected_revenue = models.DecimalField(_("expected revenue"), max_digits=14, decimal_places=2)
    expected_cost = models.DecimalField(_("expected cost"), max_digits=14, decimal_places=2)
    feasibility = models.CharField(_("feasibility"), max_length=8, choices=Feasibility, default=Feasibility.MEDIUM)
    feasibility_note = models.TextField(_("why"), max_length=2000, blank=True, default="")
    conflict_of_interest = models.BooleanField(_("there is a conflict of interest"), default=False)
    conflict_note = models.TextField(
        _("conflict of interest"),
        max_length=2000,
        blank=True,
        default="",
        help_text=_("With whom, and how it is dealt with."),
    )
    verdict = models.CharField(_("verdict"), max_length=8, choices=Verdict, default=Verdict.OPEN)
    verdict_note = models.TextField(_("reasons"), max_length=2000, blank=True, default="")
    assessed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="intake_assessments", verbose_name=_("assessed by")
    )
    assessed_on = models.DateField(_("assessed on"))
    frozen_on = models.DateField(_("used since"), null=True, editable=False)

    objects = AssessmentQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("preliminary assessment")
        verbose_name_plural = _("preliminary assessments")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expected_revenue__gte=0, expected_cost__gte=0), name="intakeassessment_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(conflict_of_interest=False) | ~Q(conflict_note=""), name="intakeassessment_conflict_said"
            ),
            models.CheckConstraint(
                condition=Q(frozen_on__isnull=True) | Q(verdict="passed"), name="intakeassessment_used_has_passed"
            ),
        ]

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return reverse("business:assessment-detail", args=[self.pk])

    @property
    def tone(self) -> str:
        """The colour of the verdict."""
        return {"passed": "approved", "failed": "rejected"}.get(self.verdict, "info")

    @property
    def margin(self) -> Decimal:
        """Expected revenue less expected cost."""
        return self.expected_revenue - self.expected_cost

    @property
    def margin_rate(self) -> Decimal | None:
        """Margin ÷ revenue, four places; None without revenue."""
        return rate_of(self.margin, self.expected_revenue)

    @property
    def margin_percent(self) -> Decimal | None:
        """The margin rate in %, one place, as people speak of it."""
        return percent(self.margin_rate)


class EngagementIntake(Document):
    """The Business Intake Application (業務承接申請表). `amount` is the estimated fee, tax included."""

    KIND = "engagementintake"
    PREFIX = "YWCJ"
    CLAUSES = ("3.1.3", "3.1.4")
    CONTENT = (
        "assessment_id",
        "client_id",
        "service_type_id",
        "scope",
        "term_from",
        "term_to",
        "fee_basis",
        "estimated_cost",
        "payment_term_days",
        "risk_note",
    )
    FACTS = {
        "amount": _("estimated fee"),
        "margin_rate": _("expected margin in %"),
        "credit_gate": _("credit gate (passed or failed)"),
        "fee_basis": _("fee basis"),
        "payment_term_days": _("payment term in days"),
        "department": _("department"),
    }

    assessment = models.ForeignKey(
        IntakeAssessment, models.PROTECT, null=True, related_name="intakes", verbose_name=_("preliminary assessment")
    )
    client = models.ForeignKey(
        "service.Client", models.PROTECT, null=True, related_name="intakes", verbose_name=_("client")
    )
    service_type = models.ForeignKey(
        ServiceType, models.PROTECT, null=True, related_name="intakes", verbose_name=_("service type")
    )
    scope = models.TextField(_("scope of the business"), max_length=8000, blank=True, default="")
    term_from = models.DateField(_("from"), null=True, blank=True)
    term_to = models.DateField(_("to"), null=True, blank=True)
    fee_basis = models.CharField(_("fee basis"), max_length=12, choices=FeeBasis, default=FeeBasis.FIXED)
    estimated_cost = models.DecimalField(_("estimated cost"), max_digits=14, decimal_places=2, default=ZERO)
    payment_term_days = models.PositiveSmallIntegerField(_("payment term in days"), default=30)
    risk_note = models.TextField(_("risks and how they are dealt with"), max_length=4000, blank=True, default="")
    lapsed_on = models.DateField(_("lapsed on"), null=True, editable=False)

    class Meta:
        verbose_name = _("business intake application")
        verbose_name_plural = _("business intake applications")
        ordering = ["-pk"]
        permissions = [("view_all_engagementintake", _("Sees every business intake application"))]
        constraints = [
            models.CheckConstraint(condition=Q(estimated_cost__gte=0), name="engagementintake_cost_not_negative"),
            models.CheckConstraint(
                condition=Q(term_from__isnull=True) | Q(term_to__isnull=True) | Q(term_to__gte=F("term_from")),
                name="engagementintake_ends_after_start",
            ),
        ]

    @property
    def margin(self) -> Decimal:
        """Estimated fee less estimated cost."""
        return self.amount - self.estimated_cost

    @property
    def margin_rate(self) -> Decimal | None:
        """Margin ÷ fee, four places; None without a fee."""
        return rate_of(self.margin, self.amount)

    @property
    def margin_percent(self) -> Decimal | None:
        """The margin rate in %, one place, as people speak of it."""
        return percent(self.margin_rate)

    @property
    def standing(self):
        return following.standing(self)

    def facts(self):
        return following.facts(self)

    def check_submission(self, by):
        return following.problems(self, by)

    def on_submitted(self, by):
        following.submitted(self, by)

    def on_approved(self, by):
        following.approved(self, by)

    def cancel_refusal(self):
        return following.cancel_refusal(self)
