"""A leaver's open tasks go to the successor, with their permissions (clause 2.1, approvals.md 4.2)."""

from django.utils.translation import ngettext

from apps.approvals import delegating, engine
from apps.approvals.models import Route, Task
from apps.documents.models import Document
from apps.documents.services import notices
from apps.documents.services.locking import lock, save
from apps.documents.services.projection import follow


def hand_over(*, employee, successor, by, reason: str = "") -> None:
    """Move every open task and every route the leaver owns; called in the transaction of the deactivation."""
    waiting = Task.objects.filter(user=employee, state__in=Task.PENDING)
    # once for each task: a paper may wait for the same person in several steps at once
    for document in Document.objects.filter(approval__tasks__in=waiting).order_by("pk"):
        document = lock(document)
        outcome = engine.hand_over(document.approval_id, leaver=employee, successor=successor, by=by, reason=reason)
        follow(document, outcome)
        notices.tell(document, outcome, by=by)
    delegating.end_all(employee, by=by)
    for route in Route.objects.filter(owner=employee):
        route.owner = successor
        save(route, by=by, reason=reason)


def describe(employee) -> list[str]:
    """What would be handed over, in sentences."""
    told = []
    tasks = Task.objects.waiting_for(employee).count()
    if tasks:
        text = ngettext(
            "%(count)s document waiting for a decision", "%(count)s documents waiting for a decision", tasks
        )
        told.append(text % {"count": tasks})
    routes = Route.objects.filter(owner=employee).count()
    if routes:
        told.append(ngettext("%(count)s approval route", "%(count)s approval routes", routes) % {"count": routes})
    return told
