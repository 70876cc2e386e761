"""One search over everything a person may see: documents by number, title and person; clients; engagements; people."""

from dataclasses import dataclass

from django.db.models import Q

from apps.business.engagements.models import Engagement
from apps.documents.models import Document
from apps.org.models import User
from apps.service.clients.models import Client, Contact

MOST = 30
SHORTEST = 2


@dataclass(frozen=True)
class Found:
    """What was found; each list is cut at `MOST`, and says so by `more`."""

    documents: list[Document]
    people: list[User]
    clients: list[Client]
    engagements: list[Engagement]
    more: bool


def search(user, text: str) -> Found:
    """Documents, clients and engagements this person may see, and colleagues, that fit the words typed.

    A whole number leads straight to its paper; otherwise every word has to occur in number, title or applicant.
    """
    words = text.split()
    papers = Document.objects.visible_to(user).select_related("applicant", "department")
    exact = list(papers.filter(number__iexact=text.strip()).exclude(number=""))
    if exact:
        return Found(exact, [], [], [], False)
    for word in words:
        papers = papers.filter(
            Q(number__icontains=word) | Q(title__icontains=word) | Q(applicant__name__icontains=word)
        )
    documents = list(papers.order_by("-pk")[: MOST + 1])
    people = User.objects.active().select_related("department", "position")
    for word in words:
        people = people.filter(Q(name__icontains=word) | Q(employee_no__iexact=word) | Q(email__istartswith=word))
    found = list(people.order_by("name")[: MOST + 1])
    clients = _clients(user, words)
    engagements = _engagements(user, words)
    more = max(len(documents), len(found), len(clients), len(engagements)) > MOST
    return Found(documents[:MOST], found[:MOST], clients[:MOST], engagements[:MOST], more)


def _clients(user, words: list[str]) -> list[Client]:
    """Clients this person may see by number, name, code, or the name of somebody there."""
    clients = Client.objects.visible_to(user).live().select_related("owner", "grade")
    for word in words:
        there = Contact.objects.filter(name__icontains=word).values("client")
        named = Q(name__icontains=word) | Q(name_en__icontains=word) | Q(number__icontains=word)
        clients = clients.filter(named | Q(uscc__iexact=word) | Q(pk__in=there))
    return list(clients.order_by("name", "pk")[: MOST + 1])


def _engagements(user, words: list[str]) -> list[Engagement]:
    """Engagements this person may see by number, title, client or manager."""
    rows = Engagement.objects.visible_to(user).select_related("client", "manager")
    for word in words:
        named = Q(number__icontains=word) | Q(title__icontains=word) | Q(manager__name__icontains=word)
        rows = rows.filter(named | Q(client__name__icontains=word) | Q(client__name_en__icontains=word))
    return list(rows.order_by("-pk")[: MOST + 1])
