"""Lists: the directory, who is to be contacted, whose file is to be reviewed, the register of contacts."""

from typing import Any

from django.db.models import Expression, F, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.errors import Forbidden
from apps.documents.views.lists import LoggedList
from apps.service.clients import permissions
from apps.service.clients.filters import ClientFilterSet, ContactLogFilterSet, DueFilterSet
from apps.service.clients.models import Client, ClientGrade, ClientSettings, ContactLog
from apps.service.clients.tables import ClientTable, ContactLogTable, DueForReviewTable, ToContactTable


def with_everything(clients: QuerySet, review_days: Expression) -> QuerySet:
    """Clients with what a row shows of other tables, in a fixed number of queries."""
    joined = clients.select_related("owner", "grade", "industry", "source")
    return joined.prefetch_related("contacts", "preferences", "field_checks").annotate(review_days=review_days)


class ClientList(LoggedList):
    """The clients a person may see; merged files are left out."""

    title = gettext_lazy("Clients")
    table_class = ClientTable
    filterset_class = ClientFilterSet
    template_name = "service/client_list.html"
    create_label = gettext_lazy("New client")

    def queryset(self) -> QuerySet:
        clients = Client.objects.visible_to(self.request.user).live()
        clients = clients.annotate(contact_from=Coalesce(F("contacted_on"), F("entered_on")))
        stored = Subquery(ClientSettings.objects.values("review_days")[:1])
        return with_everything(clients, Coalesce(stored, ClientSettings().review_days))

    def create_url(self) -> str:
        return reverse("service:client-create") if self.request.user.has_perm(permissions.ADD) else ""

    def extra_context(self) -> dict[str, Any]:
        return {"may_import": self.request.user.has_perm(permissions.IMPORT)}


class ReviewsDue(LoggedList):
    """The task list of clause 4.1.3: files whose last review is too long ago, the oldest first."""

    title = gettext_lazy("Reviews due")
    table_class = DueForReviewTable
    filterset_class = DueFilterSet

    def queryset(self) -> QuerySet:
        days = ClientSettings.current().review_days
        return with_everything(Client.objects.visible_to(self.request.user).due_for_review(days), Value(days))


class ClientsToContact(LoggedList):
    """Who was promised a contact, or has waited longer than the grade allows."""

    title = gettext_lazy("Clients to contact")
    table_class = ToContactTable
    filterset_class = DueFilterSet

    def queryset(self) -> QuerySet:
        clients = Client.objects.visible_to(self.request.user).to_contact(list(ClientGrade.objects.all()))
        clients = clients.annotate(grade_order=Coalesce(F("grade__order"), Value(32_000)))
        return clients.select_related("owner", "grade").prefetch_related("contacts")


class ContactLogList(LoggedList):
    """Every contact with the clients a person may see."""

    title = gettext_lazy("Contact log")
    table_class = ContactLogTable
    filterset_class = ContactLogFilterSet

    def queryset(self) -> QuerySet:
        logs = ContactLog.objects.visible_to(self.request.user).filter(client__merged_into__isnull=True)
        return logs.select_related("client", "contact", "by")


def require_merger(user: Any) -> None:
    """Only those who merge files look for duplicates."""
    if not user.has_perm(permissions.MERGE):
        raise Forbidden(_("Only Client Service merges files."))
