"""Invoices the company received (發票), each used for one paper only (domain.md §3.5)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.history import HistoricalRecords
from apps.core.models import BaseModel


class InvoiceKind(models.TextChoices):
    """What the law and the tax office tell apart by number; the texts people see on the invoice itself."""

    DIGITAL_SPECIAL = "digital_special", _("Digital invoice (VAT special)")
    DIGITAL_ORDINARY = "digital_ordinary", _("Digital invoice (ordinary)")
    DIGITAL_TICKET = "digital_ticket", _("Digital rail or air ticket")
    VAT_SPECIAL = "vat_special", _("VAT special invoice")
    VAT_ORDINARY = "vat_ordinary", _("VAT ordinary invoice")
    QUOTA = "quota", _("Quota invoice")
    FISCAL = "fiscal", _("Fiscal e-receipt")
    OTHER = "other", _("Other voucher")


class ReceivedInvoice(BaseModel):
    """An invoice on a paper: reserved while the paper is in approval, used once it is paid, else free again."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("On a draft")
        RESERVED = "reserved", _("Reserved")
        USED = "used", _("Used")
        RELEASED = "released", _("Released")

    #: states in which no other paper may use the invoice
    TAKEN = (Status.RESERVED, Status.USED)

    document = models.ForeignKey(
        "documents.Document", models.CASCADE, related_name="received_invoices", verbose_name=_("document")
    )
    kind = models.CharField(_("invoice kind"), max_length=20, choices=InvoiceKind)
    code = models.CharField(_("invoice code"), max_length=40, blank=True, default="")
    number = models.CharField(_("invoice number"), max_length=60)
    canonical_key = models.CharField(max_length=240, editable=False)
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    seller_name = models.CharField(_("seller"), max_length=120, blank=True, default="")
    total = models.DecimalField(_("invoice total"), max_digits=14, decimal_places=2, null=True, blank=True)
    claimed = models.DecimalField(_("claimed"), max_digits=14, decimal_places=2, default=0)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("received invoice")
        verbose_name_plural = _("received invoices")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["canonical_key"],
                condition=Q(status__in=["reserved", "used"]),
                name="receivedinvoice_taken_once",
            ),
            models.UniqueConstraint(fields=["document", "canonical_key"], name="receivedinvoice_once_per_document"),
            models.CheckConstraint(condition=Q(claimed__gte=0), name="receivedinvoice_claimed_not_negative"),
            models.CheckConstraint(
                condition=Q(total__isnull=True) | Q(total__gt=0), name="receivedinvoice_total_positive"
            ),
        ]
        indexes = [models.Index(fields=["canonical_key"], name="receivedinvoice_key")]

    def __str__(self):
        return f"{self.code} {self.number}".strip()
