"""The search for a client in the forms of receipts."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from apps.core.errors import Forbidden
from apps.finance.billing.querysets import SEES_ALL
from apps.finance.receipts.permissions import RECORD
from apps.service.clients.models import Client
from apps.service.clients.views.choices import ClientChoices


class ReceiptClients(ClientChoices):
    """Any client: money comes from everybody, and its payer has to be found."""

    def clients(self) -> QuerySet:
        user = self.request.user
        if not (user.holds(RECORD) or user.has_perm(SEES_ALL)):
            raise Forbidden(_("Your role does not record receipts."))
        return Client.objects.live()
