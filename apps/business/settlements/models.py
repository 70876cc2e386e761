"""The Business Settlement Application (業務結算申請表) and its lines (clauses 3.3.1–3.3.3)."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.business.contracts.models import AgencyContract, PaymentScheduleLine
from apps.business.engagements.models import Engagement
from apps.business.settlements import following
from apps.core.history import HistoricalRecords
from apps.core.models import BaseModel, in_cents
from apps.documents.models import Document
from apps.finance.billing.models import DueBase, PaymentMethod, SalesInvoiceKind

ZERO = Decimal("0.00")


class Settlement(Document):
    """What is billed to the client for work done. `gross` − `deduction` = `net` + `tax` = `total` (= `amount`).

    All amounts include tax but `net`. Submitting reserves `total` on the contract (`settling`), the final approval
    takes it (`settled`) and opens a receivable in Finance.
    """

    KIND = "settlement"
    PREFIX = "YWJS"
    CLAUSES = ("3.3.1", "3.3.2", "3.3.3")
    HIDEABLE = {**Document.HIDEABLE, "deduction_reason": _("reason of the deduction")}
    CONTENT = (
        "engagement_id",
        "contract_id",
        "confirmed_by",
        "confirmed_on",
        "payment_method",
        "payment_term_days",
        "due_base",
        "deduction",
        "deduction_reason",
        "tax_rate",
        "net",
        "tax",
        "total",
        "invoice_kind",
        "buyer_name",
        "buyer_uscc",
    )
    FACTS = {
        "amount": _("settlement total"),
        "credit_gate": _("credit gate (passed or failed)"),
        "deduction": _("deduction"),
        "department": _("department"),
    }

    engagement = models.ForeignKey(
        Engagement, models.PROTECT, null=True, related_name="settlements", verbose_name=_("engagement")
    )
    contract = models.ForeignKey(
        AgencyContract,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="settlements",
        verbose_name=_("contract"),
    )
    client = models.ForeignKey(
        "service.Client",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="settlements",
        verbose_name=_("client"),
    )
    confirmed_by = models.CharField(_("confirmed by (client)"), max_length=60, blank=True, default="")
    confirmed_on = models.DateField(_("confirmed on"), null=True, blank=True)
    payment_method = models.CharField(
        _("payment method"), max_length=10, choices=PaymentMethod, default=PaymentMethod.TRANSFER
    )
    payment_term_days = models.PositiveSmallIntegerField(_("payment term in days"), default=30)
    due_base = models.CharField(_("term runs from"), max_length=12, choices=DueBase, default=DueBase.INVOICE)
    gross = models.DecimalField(_("sum of the lines"), max_digits=14, decimal_places=2, default=ZERO, editable=False)
    deduction = models.DecimalField(_("deduction"), max_digits=14, decimal_places=2, default=ZERO)
    deduction_reason = models.CharField(_("why it is deducted"), max_length=300, blank=True, default="")
    tax_rate = models.DecimalField(_("tax rate"), max_digits=7, decimal_places=4, default=ZERO, editable=False)
    net = models.DecimalField(_("amount without tax"), max_digits=14, decimal_places=2, default=ZERO, editable=False)
    tax = models.DecimalField(_("tax"), max_digits=14, decimal_places=2, default=ZERO, editable=False)
    total = models.DecimalField(_("total"), max_digits=14, decimal_places=2, default=ZERO, editable=False)
    invoice_kind = models.CharField(
        _("invoice kind"), max_length=20, choices=SalesInvoiceKind, default=SalesInvoiceKind.DIGITAL_ORDINARY
    )
    buyer_name = models.CharField(_("title of the invoice"), max_length=120, blank=True, default="")
    buyer_uscc = models.CharField(_("buyer's tax number"), max_length=20, blank=True, default="")

    class Meta:
        verbose_name = _("business settlement application")
        verbose_name_plural = _("business settlement applications")
        ordering = ["-pk"]
        permissions = [("view_all_settlement", _("Sees every business settlement application"))]
        constraints = [
            models.CheckConstraint(
                condition=Q(total=in_cents(F("net") + F("tax")), gross=in_cents(F("total") + F("deduction"))),
                name="settlement_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(gross__gte=0, deduction__gte=0, net__gte=0, tax__gte=0), name="settlement_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(deduction=0) | ~Q(deduction_reason=""), name="settlement_deduction_has_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["contract"], name="settlement_contract"),
            models.Index(fields=["client"], name="settlement_client"),
        ]

    @property
    def standing(self):
        return following.standing(self)

    def facts(self):
        return following.facts(self)

    def content(self):
        return {**super().content(), "lines": [line.content() for line in self.lines.all()]}

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


class SettlementLine(BaseModel):
    """One item settled: quantity × price = amount, tax included, mostly against a payment the contract schedules."""

    settlement = models.ForeignKey(
        Settlement, models.CASCADE, related_name="lines", verbose_name=_("business settlement application")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    schedule_line = models.ForeignKey(
        PaymentScheduleLine,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="settlement_lines",
        verbose_name=_("scheduled payment"),
    )
    description = models.CharField(_("description"), max_length=300, blank=True, default="")
    quantity = models.DecimalField(_("quantity"), max_digits=10, decimal_places=2, default=Decimal("1.00"))
    price = models.DecimalField(_("price with tax"), max_digits=14, decimal_places=2, default=ZERO)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2, default=ZERO)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("line of a settlement")
        verbose_name_plural = _("lines of a settlement")
        ordering = ["settlement", "order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gte=0, price__gte=0, quantity__gt=0), name="settlementline_not_negative"
            )
        ]

    def __str__(self):
        return f"{self.description or self.schedule_line}: {self.amount}"

    def content(self) -> dict:
        """What an approver decides on, in this line."""
        return {
            "schedule_line": self.schedule_line_id,
            "description": self.description,
            "quantity": str(self.quantity),
            "price": str(self.price),
            "amount": str(self.amount),
        }
