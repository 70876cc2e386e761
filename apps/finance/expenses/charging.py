"""Which papers an expense may be charged to: contracts in force, of engagements the employee works on.

Apps above finance know those papers and register where they come from.
"""

from collections.abc import Callable

from django.db.models import Q, QuerySet

from apps.documents.models import Document
from apps.org.models import User

#: callable(user) → papers this person may charge expenses to
sources: list[Callable[[User], QuerySet]] = []


def register_source(source: Callable[[User], QuerySet]) -> None:
    """Add papers that expenses can be charged to; twice changes nothing."""
    if source not in sources:
        sources.append(source)


def papers_for(user: User) -> QuerySet[Document]:
    """The papers this person may charge expenses to."""
    if not sources:
        return Document.objects.none()
    found = Q()
    for source in sources:
        found |= Q(pk__in=source(user).order_by().values("pk"))
    return Document.objects.filter(found).order_by("-pk")
