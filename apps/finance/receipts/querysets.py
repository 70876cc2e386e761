"""Who sees which receipts: Finance by role, Business those that paid invoices it sees."""

from django.db import models
from django.db.models import F, Q

from apps.documents.models import Document
from apps.finance.billing.querysets import SEES_ALL, money_where


class ReceiptQuerySet(models.QuerySet):
    """Receipts."""

    def visible_to(self, user):
        """All for Finance and management; others see those put to invoices of papers they may see."""
        if not user.is_active:
            return self.none()
        if user.has_perm(SEES_ALL):
            return self
        papers = Document.objects.visible_to(user).order_by().values("pk")
        allocations = self.model._meta.get_field("allocations").related_model
        seen = allocations.objects.filter(invoice__receivable__document__in=papers)
        return self.filter(pk__in=seen.values("receipt_id"))

    def unapplied(self):
        """Something of it stands on no invoice."""
        return self.filter(voided_on__isnull=True, amount__gt=F("allocated"))

    def with_left(self):
        """With `left`, which lists add up: what has not been put to an invoice."""
        return self.annotate(left=money_where(Q(voided_on__isnull=True), F("amount") - F("allocated")))
