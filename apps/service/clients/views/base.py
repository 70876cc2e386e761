"""What the pages of one client share: finding it among those the person may see, and asking the permissions."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from apps.core.refusals import RefusalMixin
from apps.org.pages import RecordPage
from apps.service.clients import permissions
from apps.service.clients.models import Client


class ClientPage(RefusalMixin):
    """A page about the client whose key is in the address; for others than those who see it, it does not exist."""

    #: asked before the page opens, in `permissions.may`
    action = ""

    @cached_property
    def client(self) -> Client:
        """The client this page is about."""
        seen = Client.objects.visible_to(self.request.user).select_related("owner", "grade", "industry", "source")
        return get_object_or_404(self.with_more(seen), pk=self.client_pk())

    def with_more(self, clients: QuerySet[Client]) -> QuerySet[Client]:
        """With what a page asks of other tables."""
        return clients

    def client_pk(self) -> int:
        """Which client the address names."""
        return self.kwargs["pk"]

    def require_action(self) -> None:
        """404 for whom the client does not exist, 403 with the reason for who may not do this."""
        client = self.client
        if self.action:
            permissions.require(self.request.user, self.action, client)

    def page_after_refusal(self) -> str:
        return self.client.get_absolute_url()


class ClientRecordPage(ClientPage, RecordPage):
    """A record page (create, change, history) of a client or of a row that belongs to one.

    The permission is not one of the model but that of the client.
    """

    list_url = "service:client-list"
    permission_required = ()
    template_name = "service/record_form.html"

    def has_permission(self) -> bool:
        self.require_action()
        return True

    def get_success_url(self) -> str:
        return self.client.get_absolute_url()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(client=self.client, **kwargs), "list_label": _("Clients")}


class RowPage(ClientRecordPage):
    """A page of one row of a client: the client is found through it."""

    def client_pk(self) -> int:
        row = self.model.objects.filter(pk=self.kwargs["pk"]).values_list("client_id", flat=True).first()
        if row is None:
            raise Http404
        return row
