"""One search over everything a person may see: papers, clients, leads, engagements, invoices, receipts, people."""

from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from apps.business.engagements.models import Engagement
from apps.business.leads.models import Lead, Opportunity
from apps.business.leads.permissions import works_with_leads, works_with_opportunities
from apps.documents.models import Document
from apps.finance.billing.models import SalesInvoice
from apps.finance.receipts.models import Receipt
from apps.org.models import User
from apps.service.clients.models import Client, Contact

MOST = 30
SHORTEST = 2


@dataclass(frozen=True)
class Found:
    """What was found; each list is cut at `MOST`, and `more` says so."""

    documents: list[Document] = field(default_factory=list)
    people: list[User] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)
    leads: list[Lead] = field(default_factory=list)
    opportunities: list[Opportunity] = field(default_factory=list)
    engagements: list[Engagement] = field(default_factory=list)
    invoices: list[SalesInvoice] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    more: bool = False

    @property
    def records(self) -> bool:
        """Whether anything but papers and people was found."""
        lists = (self.clients, self.leads, self.opportunities, self.engagements, self.invoices, self.receipts)
        return any(lists)

    @property
    def nothing(self) -> bool:
        return not (self.documents or self.people or self.records)

    @property
    def only_paper(self) -> Document | None:
        """The paper, where it is all that was found."""
        alone = len(self.documents) == 1 and not self.people and not self.records
        return self.documents[0] if alone else None


def search(user, text: str) -> Found:
    """Everything this person may see that fits the words typed.

    A whole number of a paper leads straight to it; otherwise every word has to occur in one of the texts of a row.
    """
    words = text.split()
    if len(words) == 1 and any(map(str.isdigit, text)):
        exact = list(_papers(user).filter(number__iexact=words[0]))
        if exact:
            return Found(exact)
    rows = {
        "documents": _with(_papers(user), words, ["number", "title", "applicant__name"]).order_by("-pk"),
        "people": _people(words),
        "clients": _clients(user, words),
        "leads": _leads(user, words),
        "opportunities": _opportunities(user, words),
        "engagements": _engagements(user, words),
        "invoices": _invoices(user, words),
        "receipts": _receipts(user, words),
    }
    lists = {name: list(found[: MOST + 1]) for name, found in rows.items()}
    more = any(len(found) > MOST for found in lists.values())
    return Found(**{name: found[:MOST] for name, found in lists.items()}, more=more)


def _with(rows: QuerySet, words: list[str], fields: list[str]) -> QuerySet:
    """Rows with every word in one of the fields."""
    for word in words:
        rows = rows.filter(reduce(or_, (Q(**{f"{name}__icontains": word}) for name in fields)))
    return rows


def _papers(user) -> QuerySet:
    return Document.objects.visible_to(user).select_related("applicant", "department")


def _people(words: list[str]) -> QuerySet:
    """Colleagues by name, number, or the beginning of their address."""
    people = User.objects.active().select_related("department", "position")
    for word in words:
        people = people.filter(Q(name__icontains=word) | Q(employee_no__iexact=word) | Q(email__istartswith=word))
    return people.order_by("name")


def _clients(user, words: list[str]) -> QuerySet:
    """Clients this person may see by number, name, code, or the name of somebody there."""
    clients = Client.objects.visible_to(user).live().select_related("owner", "grade")
    for word in words:
        there = Contact.objects.filter(name__icontains=word).values("client")
        named = Q(name__icontains=word) | Q(name_en__icontains=word) | Q(number__icontains=word)
        clients = clients.filter(named | Q(uscc__iexact=word) | Q(pk__in=there))
    return clients.order_by("name", "pk")


def _leads(user, words: list[str]) -> QuerySet:
    """Leads this person may see by number, company, person or phone; asked for those who work with leads."""
    if not works_with_leads(user):
        return Lead.objects.none()
    rows = Lead.objects.visible_to(user).select_related("owner")
    return _with(rows, words, ["number", "company_name", "contact_name", "phone"]).order_by("-pk")


def _opportunities(user, words: list[str]) -> QuerySet:
    """Opportunities this person may see by number, title or client; asked for those who work with them."""
    if not works_with_opportunities(user):
        return Opportunity.objects.none()
    rows = Opportunity.objects.visible_to(user).select_related("client", "owner", "stage")
    return _with(rows, words, ["number", "title", "client__name", "client__name_en"]).order_by("-pk")


def _engagements(user, words: list[str]) -> QuerySet:
    """Engagements this person may see by number, title, client or manager."""
    rows = Engagement.objects.visible_to(user).select_related("client", "manager")
    fields = ["number", "title", "manager__name", "client__name", "client__name_en"]
    return _with(rows, words, fields).order_by("-pk")


def _invoices(user, words: list[str]) -> QuerySet:
    """Invoices this person may see by their numbers, client, buyer or settlement."""
    rows = SalesInvoice.objects.visible_to(user).select_related("client", "receivable__document")
    fields = ["number", "invoice_number", "client__name", "buyer_name", "receivable__document__number"]
    return _with(rows, words, fields).order_by("-pk")


def _receipts(user, words: list[str]) -> QuerySet:
    """Receipts this person may see by number, client, payer or the bank's reference."""
    rows = Receipt.objects.visible_to(user).select_related("client")
    return _with(rows, words, ["number", "client__name", "payer_name", "bank_reference"]).order_by("-pk")
