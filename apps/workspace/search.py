"""One search over everything a person may see: documents by number, title and person; people by name."""

from dataclasses import dataclass

from django.db.models import Q

from apps.documents.models import Document
from apps.org.models import User

MOST = 30
SHORTEST = 2


@dataclass(frozen=True)
class Found:
    """What was found; each list is cut at `MOST`, and says so by `more`."""

    documents: list[Document]
    people: list[User]
    more: bool


def search(user, text: str) -> Found:
    """Documents this person may see, and colleagues, that fit the words typed.

    A whole number leads straight to its paper; otherwise every word has to occur in number, title or applicant.
    """
    words = text.split()
    papers = Document.objects.visible_to(user).select_related("applicant", "department")
    exact = list(papers.filter(number__iexact=text.strip()).exclude(number=""))
    if exact:
        return Found(exact, [], False)
    for word in words:
        papers = papers.filter(
            Q(number__icontains=word) | Q(title__icontains=word) | Q(applicant__name__icontains=word)
        )
    documents = list(papers.order_by("-pk")[: MOST + 1])
    people = User.objects.active().select_related("department", "position")
    for word in words:
        people = people.filter(Q(name__icontains=word) | Q(employee_no__iexact=word) | Q(email__istartswith=word))
    found = list(people.order_by("name")[: MOST + 1])
    return Found(documents[:MOST], found[:MOST], len(documents) > MOST or len(found) > MOST)
