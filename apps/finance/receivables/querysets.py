"""Who sees which reminders: Finance by role, Business those about invoices it sees."""

from django.db import models

from apps.finance.billing.models import SalesInvoice
from apps.finance.billing.querysets import SEES_ALL


class PaymentReminderQuerySet(models.QuerySet):
    """Reminders that went to clients."""

    def visible_to(self, user):
        """All for Finance and management; others see those that speak of no invoice but theirs."""
        if not user.is_active:
            return self.none()
        if user.has_perm(SEES_ALL):
            return self
        seen = SalesInvoice.objects.visible_to(user).order_by().values("pk")
        about = self.model.invoices.through.objects
        theirs = about.filter(salesinvoice__in=seen).values("paymentreminder")
        others = about.exclude(salesinvoice__in=seen).values("paymentreminder")
        return self.filter(pk__in=theirs).exclude(pk__in=others)
