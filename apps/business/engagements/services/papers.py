"""The papers of an engagement, and who may read them for its sake: the team, and a manager who did not sign for it.

A right carries the reason `engagement:<id>` for the team and `engagement-manager:<id>` for the manager, so that ending
either takes exactly what it gave.
"""

from collections.abc import Iterable

from django.db.models import QuerySet

from apps.business.engagements.models import Engagement
from apps.documents.models import Document
from apps.documents.services import sharing
from apps.notifications.services import take_back
from apps.org.models import User

#: how papers of subjects above lead to their engagement; these subjects import this one, so they are named here
PATHS = (
    "agencycontract__engagement",
    "contractsupplement__contract__engagement",
    "executionplan__engagement",
    "executionplan__released_from",
    "planchange__plan__engagement",
    "planchange__plan__released_from",
    "settlement__engagement",
)


def team_reason(engagement: Engagement) -> str:
    """Why members read the papers."""
    return f"engagement:{engagement.pk}"


def manager_reason(engagement: Engagement) -> str:
    """Why the manager reads the papers that others raised."""
    return f"engagement-manager:{engagement.pk}"


def all_papers(engagement: Engagement) -> QuerySet[Document]:
    """The contract and everything submitted under it: supplements, plan and changes, settlements."""
    found = [Document.objects.filter(**{path: engagement}).order_by().values("pk") for path in PATHS]
    return Document.objects.filter(pk__in=found[0].union(*found[1:])).exclude(state=Document.State.DRAFT)


def papers_of(engagement: Engagement) -> list[int]:
    """Ids of all papers."""
    return list(all_papers(engagement).values_list("pk", flat=True))


def open_to_team(engagement: Engagement, document: Document) -> None:
    """Let manager and team read a paper of the engagement; called in the transaction of each submission."""
    members = engagement.members.filter(until=None).values_list("user_id", flat=True)
    sharing.open_to([document.pk], members, reason=team_reason(engagement))
    if document.applicant_id != engagement.manager_id:
        sharing.open_to([document.pk], [engagement.manager_id], reason=manager_reason(engagement))


def open_all(engagement: Engagement, users: Iterable[int], *, reason: str) -> None:
    """Let people read every paper there is so far."""
    sharing.open_to(papers_of(engagement), users, reason=reason)


def close_all(engagement: Engagement, users: Iterable[int], *, reason: str) -> None:
    """Take away what this reason gave to these people, and the messages about what they see no longer."""
    sharing.close_for(users, reason=reason)
    for user in User.objects.filter(pk__in=list(users)):
        _take_messages_back(engagement, user)


def _take_messages_back(engagement: Engagement, user: User) -> None:
    ids = papers_of(engagement)
    seen = set(Document.objects.visible_to(user).filter(pk__in=ids).order_by().values_list("pk", flat=True))
    gone = list(Document.objects.filter(pk__in=set(ids) - seen))
    if engagement.contract_id not in seen:
        gone += [engagement, *engagement.progress_reports.all()]
    take_back(recipient=user, urls=[row.get_absolute_url() for row in gone])
