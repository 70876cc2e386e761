"""Who is told what, when something happens to a document: whose turn it is, the applicant, and those named."""

from django.utils.translation import gettext_lazy as _

from apps.approvals.engine import Outcome
from apps.approvals.models import Approval
from apps.documents.models import Comment, Document
from apps.notifications.services import notify
from apps.org.models import User


def tell(document: Document, outcome: Outcome, *, by) -> None:
    """The next people to decide, the people copied, and the applicant of an ended or returned paper."""
    reached = {task.user_id for task in outcome.opened} | outcome.copied
    people = {person.pk: person for person in User.objects.filter(pk__in=reached)} if reached else {}
    for task in outcome.opened:
        task.user = people[task.user_id]
    deciders = [task.user for task in outcome.opened]
    if deciders:
        _send(document, deciders, _("%(paper)s from %(applicant)s is waiting for your decision"))
    copied = [people[pk] for pk in outcome.copied if pk in people]
    if copied:
        _send(document, copied, _("%(paper)s from %(applicant)s was copied to you"))
    ended = ENDINGS.get(outcome.approval.state)
    if ended and by.pk != document.applicant_id:
        said = outcome.decided.comment if outcome.decided else ""
        _send(document, [document.applicant], ended, body=said, by=by)


ENDINGS = {
    Approval.State.APPROVED: _("%(paper)s was approved by %(by)s"),
    Approval.State.RETURNED: _("%(paper)s was returned by %(by)s"),
    Approval.State.REJECTED: _("%(paper)s was rejected by %(by)s"),
}


def cancelled(document: Document, *, by, reason: str) -> None:
    _send(document, [document.applicant], _("%(paper)s was cancelled by %(by)s"), body=reason, by=by)


def commented(document: Document, comment: Comment) -> None:
    """Applicant and whoever decides now, without the author."""
    people = {document.applicant_id: document.applicant}
    if document.approval_id:
        for task in document.approval.tasks.open().select_related("user"):
            people[task.user_id] = task.user
    people.pop(comment.author_id, None)
    if people:
        _send(document, people.values(), _("%(by)s commented on %(paper)s"), body=comment.text, by=comment.author)


def copied(document: Document, people, *, by) -> None:
    _send(document, people, _("%(paper)s from %(applicant)s was copied to you"), by=by)


def _send(document: Document, people, text, *, body: str = "", by="") -> None:
    params = {"paper": str(document), "applicant": str(document.applicant), "by": str(by)}
    notify(to=people, title=text, params=params, url=document.get_absolute_url(), body=body.replace("%", "%%"))
