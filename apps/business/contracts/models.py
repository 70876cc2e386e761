"""The agency contract (代理合同), its payment schedule, its versions and its supplements (clause 3.1.5)."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.business.catalogue.models import ContractTemplate, ServiceType
from apps.business.contracts import following, supplementing
from apps.business.intake.models import EngagementIntake, FeeBasis
from apps.core.history import HistoricalRecords
from apps.core.models import BaseModel, in_cents
from apps.documents.models import Document
from apps.finance.billing.models import DueBase

ZERO = Decimal("0.00")


class AgencyContract(Document):
    """The contract with a client, from an approved intake. `fee` (= `amount`) is its total with tax.

    `supplemented` is what approved supplements add to the fee, `settling` what settlements in approval ask for,
    `settled` what approved settlements have taken; together they never exceed fee and supplements.
    """

    KIND = "agencycontract"
    PREFIX = "HT"
    CLAUSES = ("3.1.5",)
    CONTENT = (
        "intake_id",
        "client_id",
        "service_type_id",
        "party_a",
        "party_a_uscc",
        "party_a_signatory",
        "party_b",
        "party_b_signatory",
        "scope",
        "rights_duties",
        "fee_basis",
        "fee_terms",
        "tax_rate",
        "payment_term_days",
        "due_base",
        "effective_from",
        "effective_to",
        "body",
    )
    FACTS = {
        "amount": _("contract total"),
        "beyond_intake": _("beyond the approved intake (yes or no)"),
        "credit_gate": _("credit gate (passed or failed)"),
        "fee_basis": _("fee basis"),
        "department": _("department"),
    }

    class Phase(models.TextChoices):
        UNSIGNED = "unsigned", _("Not signed")
        IN_FORCE = "in_force", _("In force")
        COMPLETED = "completed", _("Completed")
        TERMINATED = "terminated", _("Terminated")

    intake = models.ForeignKey(
        EngagementIntake, models.PROTECT, null=True, related_name="contracts", verbose_name=_("intake")
    )
    client = models.ForeignKey(
        "service.Client", models.PROTECT, null=True, related_name="contracts", verbose_name=_("client")
    )
    service_type = models.ForeignKey(
        ServiceType, models.PROTECT, null=True, related_name="contracts", verbose_name=_("service type")
    )
    party_a = models.CharField(_("party A (client)"), max_length=120, blank=True, default="")
    party_a_uscc = models.CharField(_("party A's USCC"), max_length=18, blank=True, default="")
    party_a_signatory = models.CharField(_("signs for party A"), max_length=60, blank=True, default="")
    party_b = models.CharField(_("party B (agency)"), max_length=120, blank=True, default="")
    party_b_signatory = models.CharField(_("signs for party B"), max_length=60, blank=True, default="")
    scope = models.TextField(_("scope"), max_length=8000, blank=True, default="")
    rights_duties = models.TextField(_("rights and duties of both sides"), max_length=8000, blank=True, default="")
    fee_basis = models.CharField(_("fee basis"), max_length=12, choices=FeeBasis, default=FeeBasis.FIXED)
    fee_terms = models.CharField(
        _("how the fee is reckoned"),
        max_length=300,
        blank=True,
        default="",
        help_text=_("Rate of the commission, price of the hour, amount of the month."),
    )
    fee = models.DecimalField(
        _("contract total with tax"),
        max_digits=14,
        decimal_places=2,
        default=ZERO,
        help_text=_("For commission and hourly fees the most that can be settled without a supplement."),
    )
    tax_rate = models.DecimalField(_("tax rate"), max_digits=7, decimal_places=4, default=Decimal("0.0600"))
    payment_term_days = models.PositiveSmallIntegerField(_("payment term in days"), default=30)
    due_base = models.CharField(_("term runs from"), max_length=12, choices=DueBase, default=DueBase.INVOICE)
    effective_from = models.DateField(_("in force from"), null=True, blank=True)
    effective_to = models.DateField(_("in force to"), null=True, blank=True)
    template = models.ForeignKey(
        ContractTemplate, models.PROTECT, null=True, blank=True, related_name="contracts", verbose_name=_("template")
    )
    body = models.TextField(_("text of the contract"), max_length=60_000, blank=True, default="")
    phase = models.CharField(_("phase"), max_length=12, choices=Phase, default=Phase.UNSIGNED, editable=False)
    signed_on = models.DateField(_("signed on"), null=True, editable=False)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("signature recorded by"),
    )
    seal = models.CharField(_("seal used"), max_length=60, blank=True, default="", editable=False)
    original = models.ForeignKey(
        "documents.Attachment",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("scanned original"),
    )
    ended_on = models.DateField(_("ended on"), null=True, editable=False)
    end_reason = models.CharField(_("why it ended"), max_length=300, blank=True, default="", editable=False)
    supplemented = models.DecimalField(_("supplements"), max_digits=14, decimal_places=2, default=ZERO, editable=False)
    settling = models.DecimalField(_("in settlement"), max_digits=14, decimal_places=2, default=ZERO, editable=False)
    settled = models.DecimalField(_("settled"), max_digits=14, decimal_places=2, default=ZERO, editable=False)

    class Meta:
        verbose_name = _("agency contract")
        verbose_name_plural = _("agency contracts")
        ordering = ["-pk"]
        permissions = [
            ("view_all_agencycontract", _("Sees every agency contract and engagement")),
            ("sign_agencycontract", _("Records signatures of contracts")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(fee__gte=0), name="agencycontract_fee_not_negative"),
            models.CheckConstraint(
                condition=Q(
                    settling__gte=0,
                    settled__gte=0,
                    settled__lte=in_cents(F("fee") + F("supplemented") - F("settling")),
                ),
                name="agencycontract_settled_within_total",
            ),
            models.CheckConstraint(
                condition=Q(phase="unsigned", signed_on__isnull=True)
                | (~Q(phase="unsigned") & Q(signed_on__isnull=False)),
                name="agencycontract_in_force_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(effective_from__isnull=True)
                | Q(effective_to__isnull=True)
                | Q(effective_to__gte=F("effective_from")),
                name="agencycontract_ends_after_start",
            ),
        ]
        indexes = [
            models.Index(fields=["phase", "effective_to"], name="agencycontract_expiry"),
            models.Index(fields=["client"], name="agencycontract_client"),
            # with what is added up, so that the rows themselves need not be read
            models.Index(
                fields=["client", "phase", "fee", "supplemented", "settled"],
                condition=Q(phase="in_force"),
                name="agencycontract_in_force",
            ),
        ]

    @property
    def total(self) -> Decimal:
        """Fee and approved supplements, tax included."""
        return self.fee + self.supplemented

    @property
    def unsettled(self) -> Decimal:
        """What no settlement has taken or asks for."""
        return self.total - self.settled - self.settling

    @property
    def standing(self):
        return following.standing(self)

    def facts(self):
        return following.facts(self)

    def content(self):
        return {**super().content(), "schedule": [line.content() for line in self.schedule.all()]}

    def check_submission(self, by):
        return following.problems(self, by)

    def on_submitted(self, by):
        following.submitted(self, by)

    def on_approved(self, by):
        following.approved(self, by)

    def on_reopened(self, by):
        following.released(self, by)

    def on_closed(self, by):
        following.released(self, by)

    def cancel_refusal(self):
        return following.cancel_refusal(self)


class ContractSupplement(Document):
    """A supplement to a contract in force: changes fee, period or scope once approved. `amount` is |`change`|."""

    KIND = "contractsupplement"
    PREFIX = "HTBC"
    CLAUSES = ("3.1.5",)
    HIDEABLE = {**Document.HIDEABLE, "scope_change": _("change of the scope"), "reason": _("reason")}
    CONTENT = ("contract_id", "change", "effective_to", "scope_change", "reason")
    FACTS = {
        "amount": _("change of the total"),
        "beyond_intake": _("beyond the approved intake (yes or no)"),
        "credit_gate": _("credit gate (passed or failed)"),
        "department": _("department"),
    }

    contract = models.ForeignKey(
        AgencyContract, models.PROTECT, null=True, related_name="supplements", verbose_name=_("contract")
    )
    change = models.DecimalField(
        _("change of the total with tax"),
        max_digits=14,
        decimal_places=2,
        default=ZERO,
        help_text=_("Negative where the total becomes smaller."),
    )
    milestone = models.CharField(_("milestone it is paid at"), max_length=120, blank=True, default="")
    due_on = models.DateField(_("expected on"), null=True, blank=True)
    effective_to = models.DateField(_("contract runs until"), null=True, blank=True)
    scope_change = models.TextField(_("change of the scope"), max_length=4000, blank=True, default="")
    reason = models.TextField(_("reason"), max_length=2000, blank=True, default="")

    class Meta:
        verbose_name = _("contract supplement")
        verbose_name_plural = _("contract supplements")
        ordering = ["-pk"]
        permissions = [("view_all_contractsupplement", _("Sees every contract supplement"))]

    def facts(self):
        return supplementing.facts(self)

    def check_submission(self, by):
        return supplementing.problems(self, by)

    def on_submitted(self, by):
        supplementing.submitted(self, by)

    def on_approved(self, by):
        supplementing.approved(self, by)

    def on_reopened(self, by):
        supplementing.released(self, by)

    def on_closed(self, by):
        supplementing.released(self, by)

    def cancel_refusal(self):
        return supplementing.cancel_refusal(self)


class PaymentScheduleLine(BaseModel):
    """One payment the contract promises: at which milestone, when, how much (tax included)."""

    class Due(models.TextChoices):
        SIGNING = "signing", _("on signing")
        DATE = "date", _("on a date")
        MILESTONE = "milestone", _("when the milestone is reached")
        COMPLETION = "completion", _("on completion")

    contract = models.ForeignKey(
        AgencyContract, models.CASCADE, related_name="schedule", verbose_name=_("agency contract")
    )
    supplement = models.ForeignKey(
        ContractSupplement,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="schedule",
        verbose_name=_("supplement"),
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    milestone = models.CharField(_("milestone"), max_length=120)
    due = models.CharField(_("due"), max_length=12, choices=Due, default=Due.MILESTONE)
    due_on = models.DateField(_("expected on"), null=True, blank=True)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2, default=ZERO)
    settling = models.DecimalField(_("in settlement"), max_digits=14, decimal_places=2, default=ZERO, editable=False)
    settled = models.DecimalField(_("settled"), max_digits=14, decimal_places=2, default=ZERO, editable=False)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("scheduled payment")
        verbose_name_plural = _("payment schedule")
        ordering = ["contract", "order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(settling__gte=0, settled__gte=0, settled__lte=in_cents(F("amount") - F("settling"))),
                name="paymentscheduleline_settled_within_amount",
            )
        ]

    def __str__(self):
        return f"{self.milestone}: {self.amount}"

    @property
    def unsettled(self) -> Decimal:
        """What no settlement has taken or asks for."""
        return self.amount - self.settled - self.settling

    def content(self) -> dict:
        """What an approver decides on, in this line."""
        return {"milestone": self.milestone, "due": self.due, "due_on": self.due_on, "amount": str(self.amount)}


class ContractVersion(BaseModel):
    """What the contract said from a day on: as approved first, and after each supplement."""

    contract = models.ForeignKey(AgencyContract, models.CASCADE, related_name="versions", verbose_name=_("contract"))
    number = models.PositiveSmallIntegerField(_("version"))
    made_at = models.DateTimeField(_("made at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    supplement = models.ForeignKey(
        ContractSupplement, models.PROTECT, null=True, related_name="versions", verbose_name=_("supplement")
    )
    #: field name → value as text, with the schedule as a list
    terms = models.JSONField(_("terms"), default=dict)

    class Meta:
        verbose_name = _("version of a contract")
        verbose_name_plural = _("versions of contracts")
        ordering = ["contract", "-number"]
        constraints = [models.UniqueConstraint(fields=["contract", "number"], name="contractversion_number_once")]

    def __str__(self):
        return f"{self.contract} v{self.number}"
