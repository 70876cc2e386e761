"""Money that left the company: accounts, batches and payments (clauses 6.2.4, 6.3.1)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.history import HistoricalRecords
from apps.core.models import BaseModel, Named


class FundAccount(Named, BaseModel):
    """A bank account or a cash box of the company."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    bank = models.CharField(_("bank"), max_length=120, blank=True, default="")
    account_number = models.CharField(_("account number"), max_length=40, blank=True, default="")
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    active = models.BooleanField(_("in use"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("fund account")
        verbose_name_plural = _("fund accounts")
        ordering = ["code"]


class PaymentBatch(BaseModel):
    """Several papers paid with one order to the bank."""

    account = models.ForeignKey(FundAccount, models.PROTECT, related_name="batches", verbose_name=_("fund account"))
    paid_on = models.DateField(_("paid on"))
    bank_reference = models.CharField(_("bank reference"), max_length=60)
    paid_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("paid by"))

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("payment batch")
        verbose_name_plural = _("payment batches")
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.paid_on} · {self.bank_reference}"


class Payment(BaseModel):
    """The one payment of a paper. There is never a second: the paper is its unique key."""

    document = models.OneToOneField(
        "documents.Document", models.PROTECT, related_name="payment", verbose_name=_("document")
    )
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    paid_on = models.DateField(_("paid on"))
    account = models.ForeignKey(FundAccount, models.PROTECT, related_name="payments", verbose_name=_("fund account"))
    bank_reference = models.CharField(_("bank reference"), max_length=60)
    payee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("payee"))
    payee_bank = models.CharField(_("payee's bank"), max_length=120, blank=True, default="")
    payee_account = models.CharField(_("payee's account"), max_length=40, blank=True, default="")
    paid_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("paid by"))
    batch = models.ForeignKey(
        PaymentBatch, models.PROTECT, null=True, blank=True, related_name="payments", verbose_name=_("batch")
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount_positive")]
        indexes = [models.Index(fields=["paid_on"], name="payment_paid_on")]

    def __str__(self):
        return f"{self.document} · {self.amount}"
