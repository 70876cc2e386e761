"""A leaver's open tasks go to the successor, with their permissions (clause 2.1, approvals.md 4.2)."""

from django.utils.translation import ngettext

from apps.approvals import engine
from apps.approvals.models import Route, Task
from apps.documents import grants
from apps.documents.models import Document
from apps.documents.services import notices
from apps.documents.services.locking import lock
from apps.documents.services.projection import follow


def hand_over(*, employee, successor, by, reason: str = "") -> None:
    """Move every open task; called in the transaction of the deactivation."""
    for document in Document.objects.filter(approval__tasks__in=Task.objects.waiting_for(employee).order_by()):
        document = lock(document)
        outcome = engine.hand_over(document.approval, leaver=employee, successor=successor, by=by, reason=reason)
        grants.take(document.pk, [f"step:{outcome.step.pk}"], users=[employee.pk])
        follow(document, outcome)
        notices.tell(document, outcome, by=by)
    Route.objects.filter(owner=employee).update(owner=successor)


def describe(employee) -> list[str]:
    """What would be handed over, in sentences."""
    tasks = Task.objects.waiting_for(employee).count()
    if not tasks:
        return []
    return [
        ngettext(
            "%(count)s document waiting for a decision", "%(count)s documents waiting for a decision", tasks
        )
        % {"count": tasks}
    ]
