"""Money that came in, and which invoices it paid (clauses 3.3.4 and 3.3.5)."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.history import HistoricalRecords
from apps.core.models import BaseModel
from apps.finance.billing.models import PaymentMethod, SalesInvoice
from apps.finance.payments.models import FundAccount
from apps.finance.receipts.querysets import ReceiptQuerySet

ZERO = Decimal("0.00")


class Receipt(BaseModel):
    """Money of a client on an account of the company. `allocated` is the sum of its allocations."""

    PREFIX = "SK"

    number = models.CharField(_("number"), max_length=24, unique=True, editable=False)
    client = models.ForeignKey("service.Client", models.PROTECT, related_name="receipts", verbose_name=_("client"))
    account = models.ForeignKey(FundAccount, models.PROTECT, related_name="receipts", verbose_name=_("fund account"))
    payer_name = models.CharField(_("payer"), max_length=120)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    method = models.CharField(_("payment method"), max_length=10, choices=PaymentMethod, default=PaymentMethod.TRANSFER)
    received_on = models.DateField(_("received on"))
    bank_reference = models.CharField(_("bank reference"), max_length=60, blank=True, default="")
    remark = models.CharField(_("remark"), max_length=200, blank=True, default="")
    allocated = models.DecimalField(_("allocated"), max_digits=14, decimal_places=2, default=ZERO)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    voided_on = models.DateField(_("voided on"), null=True)
    void_reason = models.CharField(_("reason of the voiding"), max_length=200, blank=True, default="")

    objects = ReceiptQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="receipt_amount_positive"),
            models.CheckConstraint(
                condition=Q(allocated__gte=0, allocated__lte=F("amount")), name="receipt_allocated_within_amount"
            ),
            models.CheckConstraint(
                condition=Q(voided_on__isnull=True) | (Q(allocated=0) & ~Q(void_reason="")),
                name="receipt_void_is_empty",
            ),
            models.UniqueConstraint(
                fields=["account", "bank_reference"],
                condition=~Q(bank_reference="") & Q(voided_on__isnull=True),
                name="receipt_reference_once",
                violation_error_message=_("A receipt with this reference was recorded on this account already."),
            ),
        ]
        indexes = [
            models.Index(fields=["client", "received_on"], name="receipt_client"),
            # with what is added up, so that the rows themselves need not be read
            models.Index(
                fields=["client", "amount", "allocated", "voided_on"],
                condition=Q(voided_on__isnull=True, amount__gt=F("allocated")),
                name="receipt_unapplied",
            ),
        ]

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return reverse("finance:receipt-detail", args=[self.pk])

    @property
    def standing(self) -> tuple[str, str]:
        """How far it is: code and words."""
        if self.voided_on:
            return "void", _("Voided")
        if self.allocated == self.amount:
            return "allocated", _("Allocated")
        return ("partly_allocated", _("Partly allocated")) if self.allocated else ("unapplied", _("Unapplied"))

    @property
    def unapplied(self) -> Decimal:
        """What has not been put to an invoice."""
        return ZERO if self.voided_on else self.amount - self.allocated


class ReceiptAllocation(BaseModel):
    """A part of a receipt put to an invoice. Rows are never changed: an undone one gets a negative twin.

    `on` is the day it counts from: the later one of receipt and invoice, or the day it was undone.
    """

    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="allocations", verbose_name=_("receipt"))
    invoice = models.ForeignKey(SalesInvoice, models.PROTECT, related_name="allocations", verbose_name=_("invoice"))
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    on = models.DateField(_("counts from"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("allocated by"))
    undoes = models.OneToOneField("self", models.PROTECT, null=True, related_name="undone_by", verbose_name=_("undoes"))
    reason = models.CharField(_("reason"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("allocation of a receipt")
        verbose_name_plural = _("allocations of receipts")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(undoes__isnull=True, amount__gt=0)
                | (Q(undoes__isnull=False, amount__lt=0) & ~Q(reason="")),
                name="receiptallocation_undone_is_negative",
            )
        ]
        indexes = [models.Index(fields=["invoice", "on"], name="receiptallocation_invoice_on")]

    def __str__(self):
        return f"{self.receipt} → {self.invoice}: {self.amount}"
