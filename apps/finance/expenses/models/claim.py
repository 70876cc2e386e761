"""The expense claim (費用報銷單) and its lines (clauses 6.2.1–6.2.4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.history import HistoricalRecords
from apps.core.models import BaseModel
from apps.core.money import quantize
from apps.documents.models import Document
from apps.finance.expenses import following, submission
from apps.finance.expenses.models.catalogue import City, ExpenseCategory, ExpenseStandard, ReturnReason
from apps.finance.invoices.models import InvoiceKind

ZERO = Decimal("0.00")


class ExpenseClaim(Document):
    """What an employee spent for the company and wants back. `amount` is what is claimed, the sum of its lines."""

    KIND = "expenseclaim"
    PREFIX = "FYBX"
    CLAUSES = ("6.2.1", "6.2.2", "6.2.3", "6.2.4")
    CONTENT = ("claim_type", "project", "charged_to_id", "payee_bank", "payee_account", "voucher_count")
    EDITABLE = {"lines": _("what is approved of each line")}
    FACTS = {
        "amount": _("amount payable"),
        "claimed": _("amount claimed"),
        "over_standard": _("amount above the standards"),
        "department": _("department"),
        "claim_type": _("type of claim"),
        "project": _("project"),
    }

    class ClaimType(models.TextChoices):
        GENERAL = "general", _("General")
        TRAVEL = "travel", _("Travel")
        ENTERTAINMENT = "entertainment", _("Entertainment")

    claim_type = models.CharField(_("type"), max_length=16, choices=ClaimType, default=ClaimType.GENERAL)
    project = models.CharField(_("project or client"), max_length=200, blank=True, default="")
    charged_to = models.ForeignKey(
        "documents.Document",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="charged_claims",
        verbose_name=_("charged to engagement"),
    )
    payee_bank = models.CharField(_("payee's bank"), max_length=120, blank=True, default="")
    payee_account = models.CharField(_("payee's account"), max_length=40, blank=True, default="")
    voucher_count = models.PositiveSmallIntegerField(_("number of vouchers"), null=True, blank=True)
    approved_total = models.DecimalField(
        _("approved amount"), max_digits=14, decimal_places=2, default=ZERO, editable=False
    )
    paid_amount = models.DecimalField(_("paid amount"), max_digits=14, decimal_places=2, default=ZERO, editable=False)
    paid_on = models.DateField(_("paid on"), null=True, editable=False)
    paid_at = models.DateTimeField(_("payment recorded at"), null=True, editable=False)
    source_claim = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="follow_ups",
        verbose_name=_("made of the returned lines of"),
    )

    class Meta:
        verbose_name = _("expense claim")
        verbose_name_plural = _("expense claims")
        ordering = ["-pk"]
        permissions = [
            ("view_all_expenseclaim", _("Sees every expense claim of the company")),
            ("pay_expenseclaim", _("Pays approved expense claims")),
            ("export_expenseledger", _("Reads and exports the expense ledger")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(approved_total__gte=0), name="expenseclaim_approved_not_negative"),
            models.CheckConstraint(condition=Q(paid_amount__gte=0), name="expenseclaim_paid_not_negative"),
            models.CheckConstraint(
                condition=Q(paid_amount__lte=F("approved_total")), name="expenseclaim_paid_within_approved"
            ),
            models.CheckConstraint(
                condition=Q(paid_on__isnull=True, paid_at__isnull=True, paid_amount=0)
                | Q(paid_on__isnull=False, paid_at__isnull=False, paid_amount__gt=0),
                name="expenseclaim_paid_has_day",
            ),
        ]
        indexes = [
            models.Index(
                fields=["document_ptr"],
                condition=Q(paid_on__isnull=True, approved_total__gt=0),
                name="expenseclaim_to_pay",
            ),
            models.Index(fields=["paid_on"], name="expenseclaim_paid_on"),
        ]

    #: lines whose standards changed since the draft was stored; found by the check of a submission, stored by it
    remeasured: list[ExpenseLine] = []

    @cached_property
    def ordered_lines(self) -> list[ExpenseLine]:
        """The lines in order, read once per loaded claim; services drop this when they write lines."""
        if self.pk is None:
            return []
        return list(self.lines.select_related("category", "city", "return_reason").order_by("order", "pk"))

    def forget_lines(self) -> None:
        """Read the lines anew at the next question."""
        self.__dict__.pop("ordered_lines", None)

    @property
    def payable(self) -> Decimal:
        """What would be paid as things stand: capped, lowered and returned lines taken into account."""
        return sum((line.payable for line in self.ordered_lines), ZERO)

    @property
    def over_standard(self) -> Decimal:
        """By how much the lines that are not returned exceed the standards, together."""
        return sum((line.over_amount for line in self.ordered_lines if not line.is_returned), ZERO)

    @property
    def charged_to_number(self) -> str:
        """The number of the paper it is charged to; empty where it is an expense of the department."""
        return self.charged_to.number if self.charged_to_id else ""

    @property
    def is_paid(self) -> bool:
        return self.paid_on is not None

    @property
    def is_to_pay(self) -> bool:
        """Approved, with something to pay, and not paid."""
        return self.state == self.State.APPROVED and not self.is_paid and self.approved_total > 0

    @property
    def standing(self) -> tuple[str, str]:
        """The state as people speak of it: code and words. Approved claims are told apart by payment."""
        if self.is_paid:
            return "paid", _now("Paid")
        if self.is_to_pay:
            return "approved", _now("To be paid")
        return self.state, self.get_state_display()

    def facts(self) -> dict[str, Any]:
        """What a route's conditions may read; `amount` is what would be paid, so a lowered claim needs fewer steps."""
        return {
            "amount": str(self.payable),
            "claimed": str(quantize(self.amount)),
            "over_standard": str(self.over_standard),
            "department": self.department_id,
            "claim_type": self.claim_type,
            "project": self.project,
        }

    def content(self) -> dict[str, Any]:
        """Header and lines with their rulings: a line lowered meanwhile is another paper to decide on."""
        return {**super().content(), "lines": [line.content() for line in self.ordered_lines]}

    def check_submission(self, by) -> dict[str, list[str]]:
        return submission.problems(self, by)

    def on_submitted(self, by) -> None:
        following.submitted(self, by)

    def on_approved(self, by) -> None:
        following.approved(self, by)

    def on_reopened(self, by) -> None:
        following.released(self, by, reason="went back to the applicant")

    def on_closed(self, by) -> None:
        following.released(self, by, reason="ended without effect")

    def cancel_refusal(self) -> str:
        """A paid claim is immutable; a payment is corrected by a payment, not by voiding the paper."""
        return (
            _now("It was paid on %(day)s and can't be cancelled any more.") % {"day": self.paid_on}
            if self.is_paid
            else ""
        )


class ExpenseLine(BaseModel):
    """One expense of a claim, with its invoice, the standard it was measured by, and what Finance ruled.

    Drafts may hold unfinished lines; `submission` says what is missing.
    """

    class Ruling(models.TextChoices):
        NONE = "none", _("Not reviewed")
        APPROVED = "approved", _("Approved")
        LOWERED = "lowered", _("Lowered")
        RETURNED = "returned", _("Returned")

    claim = models.ForeignKey(ExpenseClaim, models.CASCADE, related_name="lines", verbose_name=_("expense claim"))
    order = models.PositiveSmallIntegerField(_("order"))
    category = models.ForeignKey(
        ExpenseCategory, models.PROTECT, null=True, blank=True, related_name="lines", verbose_name=_("category")
    )
    date = models.DateField(_("date"), null=True, blank=True)
    city = models.ForeignKey(City, models.PROTECT, null=True, blank=True, related_name="lines", verbose_name=_("city"))
    city_text = models.CharField(_("other city"), max_length=60, blank=True, default="")
    days = models.DecimalField(_("days or nights"), max_digits=5, decimal_places=1, default=Decimal("1.0"))
    people = models.PositiveSmallIntegerField(pgettext_lazy("count", "people"), default=1)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2, default=ZERO)
    tax = models.DecimalField(_("tax in it"), max_digits=14, decimal_places=2, default=ZERO)
    description = models.CharField(_("description"), max_length=300, blank=True, default="")

    invoice_kind = models.CharField(_("invoice kind"), max_length=20, choices=InvoiceKind, blank=True, default="")
    invoice_code = models.CharField(_("invoice code"), max_length=40, blank=True, default="")
    invoice_number = models.CharField(_("invoice number"), max_length=60, blank=True, default="")
    invoice_date = models.DateField(_("invoice date"), null=True, blank=True)
    invoice_total = models.DecimalField(_("invoice total"), max_digits=14, decimal_places=2, null=True, blank=True)
    seller_name = models.CharField(_("seller"), max_length=120, blank=True, default="")
    invoice = models.ForeignKey(
        "finance.ReceivedInvoice", models.SET_NULL, null=True, editable=False, related_name="lines"
    )

    standard_limit = models.DecimalField(
        _("standard"), max_digits=14, decimal_places=2, null=True, blank=True, editable=False
    )
    standard_control = models.CharField(
        _("above the limit"), max_length=20, choices=ExpenseStandard.Control, blank=True, default="", editable=False
    )
    over_amount = models.DecimalField(_("over standard"), max_digits=14, decimal_places=2, default=ZERO, editable=False)
    over_reason = models.CharField(_("reason for exceeding"), max_length=200, blank=True, default="")

    approved_amount = models.DecimalField(
        _("approved amount"), max_digits=14, decimal_places=2, null=True, blank=True, editable=False
    )
    ruling = models.CharField(_("ruling"), max_length=10, choices=Ruling, default=Ruling.NONE, editable=False)
    ruling_reason = models.CharField(_("reason"), max_length=300, blank=True, default="", editable=False)
    return_reason = models.ForeignKey(
        ReturnReason,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="lines",
        verbose_name=_("return reason"),
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("expense line")
        verbose_name_plural = _("expense lines")
        ordering = ["claim", "order", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="expenseline_amount_not_negative"),
            models.CheckConstraint(condition=Q(tax__gte=0, tax__lte=F("amount")), name="expenseline_tax_within_amount"),
            models.CheckConstraint(condition=Q(days__gt=0), name="expenseline_days_positive"),
            models.CheckConstraint(condition=Q(people__gt=0), name="expenseline_people_positive"),
            models.CheckConstraint(
                condition=Q(over_amount__gte=0, over_amount__lte=F("amount")), name="expenseline_over_within_amount"
            ),
            models.CheckConstraint(
                condition=Q(standard_limit__isnull=True) | Q(standard_limit__gte=0),
                name="expenseline_limit_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(approved_amount__isnull=True) | Q(approved_amount__gte=0, approved_amount__lte=F("amount")),
                name="expenseline_approved_within_amount",
            ),
            models.CheckConstraint(
                condition=~Q(ruling="returned") | Q(return_reason__isnull=False),
                name="expenseline_returned_with_reason",
            ),
        ]
        indexes = [models.Index(fields=["category", "date"], name="expenseline_category_date")]

    def __str__(self):
        return f"{self.order + 1}. {self.category or '–'} {self.amount}"

    @property
    def is_returned(self) -> bool:
        return self.ruling == self.Ruling.RETURNED

    @property
    def ceiling(self) -> Decimal:
        """The most that can be approved: what is claimed, or the standard where that caps."""
        if self.standard_control == ExpenseStandard.Control.CAP and self.standard_limit is not None:
            return min(self.amount, self.standard_limit)
        return self.amount

    @property
    def payable(self) -> Decimal:
        """What this line adds to the payment as things stand."""
        if self.is_returned:
            return ZERO
        return quantize(self.ceiling if self.approved_amount is None else self.approved_amount)

    @property
    def net_amount(self) -> Decimal:
        """The amount without the tax in it."""
        return self.amount - self.tax

    @property
    def place(self) -> str:
        """The city as shown."""
        return str(self.city) if self.city_id else self.city_text

    def content(self) -> dict[str, Any]:
        """What an approver decides on, in this line."""
        plain = (
            "category_id date city_id city_text people description invoice_kind invoice_code invoice_number "
            "invoice_date seller_name over_reason standard_control ruling ruling_reason return_reason_id"
        )
        money = "days amount tax invoice_total standard_limit over_amount approved_amount"
        values = {name: getattr(self, name) for name in plain.split()}
        for name in money.split():
            value = getattr(self, name)
            values[name] = None if value is None else str(quantize(value))
        return values
