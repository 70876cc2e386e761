"""What clients owe, and the invoices the company issues for it (clauses 3.3.4 and 3.3.5, domain.md §1.8)."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.core.history import HistoricalRecords
from apps.core.models import BaseModel, in_cents
from apps.core.storage import private_storage
from apps.finance.billing.querysets import ReceivableQuerySet, SalesInvoiceQuerySet

ZERO = Decimal("0.00")


class DueBase(models.TextChoices):
    """From which day the payment term runs."""

    INVOICE = "invoice", _("invoice date")
    SETTLEMENT = "settlement", _("approval of the settlement")
    MONTH_END = "month_end", _("end of the invoice's month")


class PaymentMethod(models.TextChoices):
    """How the client pays."""

    TRANSFER = "transfer", _("Bank transfer")
    CHEQUE = "cheque", _("Cheque")
    BILL = "bill", _("Acceptance bill")
    CASH = "cash", _("Cash")
    OTHER = "other", _("Other")


class SalesInvoiceKind(models.TextChoices):
    """Kinds of VAT invoices the company issues."""

    DIGITAL_SPECIAL = "digital_special", _("Digital invoice (VAT special)")
    DIGITAL_ORDINARY = "digital_ordinary", _("Digital invoice (ordinary)")
    PAPER_SPECIAL = "paper_special", _("VAT special invoice (paper)")
    PAPER_ORDINARY = "paper_ordinary", _("VAT ordinary invoice (paper)")

    @property
    def is_digital(self) -> bool:
        """Digital invoices have 20 digits and no code; paper ones a code and 8 digits."""
        return self.value.startswith("digital")


class Receivable(BaseModel):
    """What a client owes because of one approved paper. `billing.services` and `receipts.services` alone change it.

    `total` = `net` + `tax`, in the paper's currency. `requested` waits for Finance to invoice it, `invoiced` is issued
    less reversed, `collected` is what receipts were allocated to its invoices.
    """

    document = models.OneToOneField(
        "documents.Document", models.PROTECT, related_name="receivable", verbose_name=_("document")
    )
    contract = models.ForeignKey(
        "documents.Document", models.PROTECT, null=True, related_name="receivables", verbose_name=_("contract")
    )
    client = models.ForeignKey("service.Client", models.PROTECT, related_name="receivables", verbose_name=_("client"))
    department = models.ForeignKey("org.Department", models.PROTECT, related_name="+", verbose_name=_("department"))
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("responsible in Business")
    )
    opened_on = models.DateField(_("opened on"))
    net = models.DecimalField(_("amount without tax"), max_digits=14, decimal_places=2)
    tax_rate = models.DecimalField(_("tax rate"), max_digits=7, decimal_places=4)
    tax = models.DecimalField(_("tax"), max_digits=14, decimal_places=2)
    total = models.DecimalField(_("total"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    payment_method = models.CharField(
        _("payment method"), max_length=10, choices=PaymentMethod, default=PaymentMethod.TRANSFER
    )
    term_days = models.PositiveSmallIntegerField(_("payment term in days"), default=30)
    due_base = models.CharField(_("term runs from"), max_length=12, choices=DueBase, default=DueBase.INVOICE)
    requested = models.DecimalField(_("requested"), max_digits=14, decimal_places=2, default=ZERO)
    invoiced = models.DecimalField(_("invoiced"), max_digits=14, decimal_places=2, default=ZERO)
    collected = models.DecimalField(_("collected"), max_digits=14, decimal_places=2, default=ZERO)
    collected_on = models.DateField(_("collected in full on"), null=True)
    posted_on = models.DateField(_("posted on"), null=True)
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("posted by")
    )
    voucher_ref = models.CharField(_("voucher"), max_length=40, blank=True, default="")
    cancelled_on = models.DateField(_("cancelled on"), null=True)

    objects = ReceivableQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("receivable")
        verbose_name_plural = _("receivables")
        ordering = ["-pk"]
        permissions = [
            ("view_all_receivables", _("Sees what every client owes")),
            ("post_receivable", _("Posts collected receivables")),
            ("remind_client", _("Reminds clients of overdue invoices")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(total=in_cents(F("net") + F("tax"))), name="receivable_adds_up"),
            models.CheckConstraint(condition=Q(net__gte=0, tax__gte=0), name="receivable_not_negative"),
            models.CheckConstraint(
                condition=Q(requested__gte=0, invoiced__gte=0, total__gte=in_cents(F("requested") + F("invoiced"))),
                name="receivable_invoiced_within_total",
            ),
            models.CheckConstraint(
                condition=Q(collected__gte=0, collected__lte=F("invoiced")),
                name="receivable_collected_within_invoiced",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_on__isnull=True) | Q(requested=0, invoiced=0, collected=0),
                name="receivable_cancelled_is_empty",
            ),
        ]
        # Conditions of indexes hold no value: a prepared statement has a parameter in its place, and PostgreSQL, which
        # then plans once for all values, would not know the index again.
        indexes = [
            models.Index(fields=["client", "-id"], name="receivable_client"),
            models.Index(
                fields=["id"],
                condition=Q(cancelled_on__isnull=True, total__gt=F("requested") + F("invoiced")),
                name="receivable_to_invoice",
            ),
            models.Index(
                fields=["client"],
                condition=Q(cancelled_on__isnull=True, total__gt=F("invoiced")),
                name="receivable_not_invoiced",
            ),
        ]

    def __str__(self):
        return str(self.document)

    def get_absolute_url(self):
        return reverse("finance:receivable-detail", args=[self.pk])

    @property
    def to_request(self) -> Decimal:
        """What may still be asked to be invoiced."""
        return ZERO if self.cancelled_on else self.total - self.requested - self.invoiced

    @property
    def not_invoiced(self) -> Decimal:
        """What is owed and stands on no issued invoice."""
        return ZERO if self.cancelled_on else self.total - self.invoiced

    @property
    def outstanding(self) -> Decimal:
        """What is owed and has not been collected."""
        return ZERO if self.cancelled_on else self.total - self.collected

    @property
    def standing(self) -> tuple[str, str]:
        """How far it is: code and words."""
        if self.cancelled_on:
            return "cancelled", _now("Cancelled")
        if self.posted_on:
            return "posted", _now("Posted")
        if self.total and self.collected == self.total:
            return "collected", _now("Collected")
        if self.collected:
            return "partly_collected", _now("Partly collected")
        if self.invoiced == self.total:
            return "invoiced", _now("Invoiced")
        return ("partly_invoiced", _now("Partly invoiced")) if self.invoiced else ("to_invoice", _now("To be invoiced"))


def invoice_path(invoice, _name: str) -> str:
    """The original of an invoice is stored under its hash."""
    return f"invoices/{invoice.sha256[:2]}/{invoice.sha256}"


class SalesInvoice(BaseModel):
    """One invoice to a client: requested by Business, issued by Finance, reversed by red invoices.

    A red invoice (紅字發票) has negative amounts and names the invoice it reverses.
    """

    PREFIX = "FP"

    class Status(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        ISSUED = "issued", _("Issued")
        REVERSED = "reversed", _("Reversed")
        VOID = "void", _("Request withdrawn")

    number = models.CharField(_("number"), max_length=24, unique=True, editable=False)
    receivable = models.ForeignKey(Receivable, models.PROTECT, related_name="invoices", verbose_name=_("receivable"))
    client = models.ForeignKey("service.Client", models.PROTECT, related_name="invoices", verbose_name=_("client"))
    kind = models.CharField(
        _("invoice kind"), max_length=20, choices=SalesInvoiceKind, default=SalesInvoiceKind.DIGITAL_ORDINARY
    )
    buyer_name = models.CharField(_("buyer"), max_length=120)
    buyer_uscc = models.CharField(_("buyer's tax number"), max_length=20, blank=True, default="")
    buyer_address = models.CharField(_("buyer's address and phone"), max_length=200, blank=True, default="")
    buyer_bank = models.CharField(_("buyer's bank and account"), max_length=200, blank=True, default="")
    item = models.CharField(_("item on the invoice"), max_length=120, blank=True, default="")
    net = models.DecimalField(_("amount without tax"), max_digits=14, decimal_places=2)
    tax_rate = models.DecimalField(_("tax rate"), max_digits=7, decimal_places=4)
    tax = models.DecimalField(_("tax"), max_digits=14, decimal_places=2)
    total = models.DecimalField(_("total"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    remark = models.CharField(_("remark"), max_length=200, blank=True, default="")
    status = models.CharField(_("state"), max_length=10, choices=Status, default=Status.REQUESTED)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("requested by")
    )
    requested_at = models.DateTimeField(_("requested at"))
    code = models.CharField(_("invoice code"), max_length=12, blank=True, default="")
    invoice_number = models.CharField(_("invoice number"), max_length=20, blank=True, default="")
    issued_on = models.DateField(_("issued on"), null=True)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("issued by")
    )
    due_on = models.DateField(_("due on"), null=True)
    red_of = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="red_invoices", verbose_name=_("reverses")
    )
    red_reason = models.CharField(_("reason of the reversal"), max_length=200, blank=True, default="")
    reversed_total = models.DecimalField(_("reversed"), max_digits=14, decimal_places=2, default=ZERO)
    collected = models.DecimalField(_("collected"), max_digits=14, decimal_places=2, default=ZERO)
    collected_on = models.DateField(_("collected in full on"), null=True)
    file = models.FileField(_("original"), storage=private_storage, upload_to=invoice_path, blank=True, default="")
    file_name = models.CharField(max_length=200, blank=True, default="")
    sha256 = models.CharField(max_length=64, blank=True, default="")

    objects = SalesInvoiceQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("sales invoice")
        verbose_name_plural = _("sales invoices")
        ordering = ["-pk"]
        permissions = [("issue_invoice", _("Issues and reverses sales invoices"))]
        constraints = [
            models.CheckConstraint(condition=Q(total=in_cents(F("net") + F("tax"))), name="salesinvoice_adds_up"),
            models.CheckConstraint(
                condition=Q(red_of__isnull=True, total__gt=0) | Q(red_of__isnull=False, total__lt=0),
                name="salesinvoice_red_is_negative",
            ),
            models.CheckConstraint(
                condition=Q(status__in=["requested", "void"])
                | (~Q(invoice_number="") & Q(issued_on__isnull=False, due_on__isnull=False)),
                name="salesinvoice_issued_has_number",
            ),
            models.UniqueConstraint(
                fields=["code", "invoice_number"],
                condition=~Q(invoice_number=""),
                name="salesinvoice_number_once",
                violation_error_message=_("Another invoice has this number."),
            ),
            models.CheckConstraint(
                condition=Q(red_of__isnull=False, collected=0, reversed_total=0)
                | Q(collected__gte=0, reversed_total__gte=0, total__gte=in_cents(F("collected") + F("reversed_total"))),
                name="salesinvoice_collected_within_total",
            ),
        ]
        indexes = [
            # with what is added up, so that the rows themselves need not be read
            models.Index(
                fields=["client", "due_on", "status", "total", "collected", "reversed_total", "red_of"],
                condition=Q(red_of__isnull=True, total__gt=F("collected") + F("reversed_total")),
                name="salesinvoice_open",
            ),
            models.Index(fields=["status", "-id"], name="salesinvoice_status"),
            models.Index(fields=["issued_on"], name="salesinvoice_issued_on"),
        ]

    def __str__(self):
        return self.number

    def get_absolute_url(self):
        return reverse("finance:salesinvoice-detail", args=[self.pk])

    @property
    def rate_percent(self) -> str:
        """The tax rate as people say it: `6`."""
        return f"{(self.tax_rate * 100).normalize():f}"

    @property
    def is_red(self) -> bool:
        return self.red_of_id is not None

    @property
    def standing(self) -> tuple[str, str]:
        """How far it is: code and words."""
        if self.is_red:
            return "red", _("Red invoice")
        if self.status != self.Status.ISSUED:
            return self.status, self.get_status_display()
        if not self.open_amount:
            return "collected", _("Collected")
        return ("partly_collected", _("Partly collected")) if self.collected else ("issued", _("Issued"))

    @property
    def open_amount(self) -> Decimal:
        """What the client still has to pay of it."""
        if self.is_red or self.status not in (self.Status.ISSUED, self.Status.REVERSED):
            return ZERO
        return self.total - self.collected - self.reversed_total
