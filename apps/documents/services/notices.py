"""Who is told what, when something happens to a document: whose turn it is, the applicant, and those named."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from apps.approvals.due import SYSTEM
from apps.approvals.engine import Outcome
from apps.approvals.models import Approval, Task
from apps.documents.models import Comment, Document
from apps.notifications import services as notifications
from apps.notifications.models import Notification, Topic
from apps.notifications.services import notify, send_after_commit
from apps.org.models import User


def tell(document: Document, outcome: Outcome, *, by) -> None:
    """The next people to decide, the people copied, and the applicant of an ended or returned paper."""
    reached = {task.user_id for task in outcome.opened} | outcome.copied
    people = {person.pk: person for person in User.objects.filter(pk__in=reached)} if reached else {}
    for task in outcome.opened:
        task.user = people[task.user_id]
    for asked_by, text in (
        (False, _("%(paper)s from %(applicant)s is waiting for your decision")),
        (True, _("%(paper)s from %(applicant)s comes to you: its deadline has passed")),
    ):
        deciders = [task.user for task in outcome.opened if (task.origin == Task.Origin.ESCALATED) == asked_by]
        if deciders:
            _send(document, deciders, text, topic=Topic.TURN)
    copied = [people[pk] for pk in outcome.copied if pk in people]
    if copied:
        _send(document, copied, _("%(paper)s from %(applicant)s was copied to you"), topic=Topic.COPY)
    send_after_commit()
    ended = ENDINGS.get(outcome.approval.state)
    if ended and (by is None or by.pk != document.applicant_id):
        said = outcome.decided.comment if outcome.decided else ""
        _send(document, [document.applicant], ended, body=said, by=by or SYSTEM, topic=Topic.RESULT)


def deadline(document: Document, tasks: Iterable[Task], text) -> None:
    """Those whose time is nearly over, or over, are reminded in the program and by mail."""
    tasks = list(tasks)
    if tasks:
        due = localtime(max(task.due_at for task in tasks)).isoformat(" ", "minutes")[:16]
        _send(document, _people_of(tasks), text, due=due, topic=Topic.REMINDER)


DUE_SOON = _("%(paper)s from %(applicant)s is to be decided by %(due)s")
LATE = _("%(paper)s from %(applicant)s is late; it was to be decided by %(due)s")


def asked(document: Document, outcome: Outcome, *, by, reason: str) -> None:
    """Those to whom somebody has passed the decision, or whom somebody has asked to decide too."""
    send_after_commit()
    people = _people_of(outcome.opened)
    if not people:
        return
    if outcome.opened[0].place == Task.Place.OPINION:
        text = _("%(by)s asks for your opinion on %(paper)s from %(applicant)s")
    else:
        text = _("%(by)s asks you to decide %(paper)s from %(applicant)s")
    _send(document, people, text, body=reason, by=by, topic=Topic.TURN)


def advised(document: Document, task: Task, *, by) -> None:
    """Whoever asked for the opinion."""
    asker = User.objects.filter(tasks=task.added_to_id)
    _send(document, asker, _("%(by)s gave you an opinion on %(paper)s"), body=task.comment, by=by, topic=Topic.COMMENT)


def urged(document: Document, tasks: Iterable[Task], *, by) -> list[User]:
    """Those whose turn it is are reminded; answers who they are."""
    people = _people_of(tasks)
    _send(
        document, people, _("%(by)s reminds you: %(paper)s is waiting for your decision"), by=by, topic=Topic.REMINDER
    )
    return people


def _people_of(tasks: Iterable[Task]) -> list[User]:
    return list(User.objects.filter(pk__in=[task.user_id for task in tasks]).order_by("pk"))


ENDINGS = {
    Approval.State.APPROVED: _("%(paper)s was approved by %(by)s"),
    Approval.State.RETURNED: _("%(paper)s was returned by %(by)s"),
    Approval.State.REJECTED: _("%(paper)s was rejected by %(by)s"),
}


def cancelled(document: Document, *, by, reason: str) -> None:
    _send(
        document, [document.applicant], _("%(paper)s was cancelled by %(by)s"), body=reason, by=by, topic=Topic.RESULT
    )


def revoked(document: Document, revocation: Document, *, by) -> None:
    """The applicant, and whoever has approved the paper that is void now."""
    approved = document.approval.tasks.filter(state=Task.State.APPROVED).select_related("user")
    people = {task.user_id: task.user for task in approved}
    people[document.applicant_id] = document.applicant
    people.pop(by.pk, None)
    _send(document, people.values(), _("%(paper)s is revoked"), body=revocation.reason, by=by, topic=Topic.RESULT)


def commented(document: Document, comment: Comment, *, named: Iterable[User] = ()) -> None:
    """Those named in the comment, and the applicant and whoever decides now, without the author."""
    named = {person.pk: person for person in named}
    people = {document.applicant_id: document.applicant}
    if document.approval_id:
        for task in document.approval.tasks.open().select_related("user"):
            people[task.user_id] = task.user
    for person in (comment.author_id, *named):
        people.pop(person, None)
    if named:
        text = _("%(by)s named you in a comment on %(paper)s")
        _send(document, named.values(), text, body=comment.text, by=comment.author, topic=Topic.COMMENT)
    if people:
        text = _("%(by)s commented on %(paper)s")
        _send(document, people.values(), text, body=comment.text, by=comment.author, topic=Topic.COMMENT)


def copied(document: Document, people, *, by) -> None:
    _send(document, people, _("%(paper)s from %(applicant)s was copied to you"), by=by, topic=Topic.COPY)


def put_away() -> None:
    """Nobody is asked to decide what they need not any more: decided, transferred, or a colleague was first."""
    theirs = Task.objects.open().filter(user=OuterRef("recipient"), approval__document=OuterRef("paper"))
    asking = Notification.objects.filter(topic__in=(Topic.TURN, Topic.REMINDER), paper__isnull=False)
    notifications.put_away(asking.exclude(Exists(theirs)))


def _send(document: Document, people, text, *, topic: str, body: str = "", by="", due: str = "") -> None:
    params = {"paper": str(document), "applicant": str(document.applicant), "by": by or "", "due": due}
    notify(
        to=people,
        title=text,
        params=params,
        url=document.get_absolute_url(),
        body=body.replace("%", "%%"),
        topic=topic,
        paper=document.pk,
    )
