"""Who sees which receivables and invoices: Finance by role, Business through the paper they are for."""

from decimal import Decimal

from django.db import models
from django.db.models import Case, F, Q, Value, When

from apps.core.models import in_cents
from apps.documents.models import Document

SEES_ALL = "finance.view_all_receivables"


def money_where(condition: Q, amount):
    """An amount where the condition holds, else nothing."""
    money = models.DecimalField(max_digits=14, decimal_places=2)
    return Case(When(condition, then=amount), default=Value(Decimal("0.00")), output_field=money)


def _is_more_than(done) -> Q:
    """The total is more than a sum of other columns.

    Said twice: by the sum that is not rounded the database knows its index, the rounded one is right on SQLite, which
    adds up in binary fractions.
    """
    return Q(total__gt=done) & Q(total__gt=in_cents(done))


class ReceivableQuerySet(models.QuerySet):
    """Receivables."""

    def visible_to(self, user):
        """All for Finance and management; others see those of papers they may see."""
        if not user.is_active:
            return self.none()
        if user.has_perm(SEES_ALL):
            return self
        return self.filter(document__in=Document.objects.visible_to(user).order_by().values("pk"))

    def live(self):
        """Without the cancelled ones."""
        return self.filter(cancelled_on__isnull=True)

    def not_invoiced(self):
        """Something of it stands on no issued invoice."""
        return self.live().filter(total__gt=F("invoiced"))

    def with_sums(self):
        """With what a list adds up: `still_to_request` and `owed`."""
        live = Q(cancelled_on__isnull=True)
        return self.annotate(
            still_to_request=money_where(live, F("total") - F("requested") - F("invoiced")),
            owed=money_where(live, F("total") - F("collected")),
        )

    def to_invoice(self):
        """Something of it waits to be put on an invoice."""
        return self.live().filter(_is_more_than(F("requested") + F("invoiced")))


class SalesInvoiceQuerySet(models.QuerySet):
    """Invoices to clients."""

    def visible_to(self, user):
        """All for Finance and management; others see those of papers they may see."""
        if not user.is_active:
            return self.none()
        if user.has_perm(SEES_ALL):
            return self
        return self.filter(receivable__document__in=Document.objects.visible_to(user).order_by().values("pk"))

    def issued(self):
        """On paper in the world: issued, red ones and reversed ones among them."""
        return self.filter(status__in=["issued", "reversed"])

    def open(self):
        """Issued, and not wholly collected or reversed."""
        return self.filter(_is_more_than(F("collected") + F("reversed_total")), status="issued", red_of__isnull=True)

    def with_open(self):
        """With `still_open`, which lists add up: what the client still has to pay of it."""
        counts = Q(status__in=["issued", "reversed"], red_of__isnull=True)
        return self.annotate(still_open=money_where(counts, F("total") - F("collected") - F("reversed_total")))
