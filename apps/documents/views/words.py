"""What is said after a verb: what happened, to which paper, and what comes next."""

from django.utils.translation import gettext as _

from apps.approvals.models import Task
from apps.documents.models import Document


def submitted_message(document: Document) -> str:
    """`FYBX-2026-0012 submitted; now with 陳經理`"""
    return _("%(paper)s submitted; now with %(people)s.") % {"paper": document, "people": whose_turn(document)}


def decided_message(document: Document, verb: str) -> str:
    """What a decision led to."""
    people = whose_turn(document)
    if document.state == Document.State.APPROVED:
        return _("%(paper)s is approved; nobody has to decide any more.") % {"paper": document}
    if document.state == Document.State.REJECTED:
        return _("%(paper)s is rejected; %(person)s is told.") % {"paper": document, "person": document.applicant}
    if document.state == Document.State.RETURNED:
        return _("%(paper)s is returned to %(person)s.") % {"paper": document, "person": document.applicant}
    if verb == "return":
        return _("%(paper)s is returned; now with %(people)s.") % {"paper": document, "people": people}
    if verb == "reject":
        return _("Your vote against %(paper)s is recorded; now with %(people)s.") % {
            "paper": document,
            "people": people,
        }
    return _("Your approval of %(paper)s is recorded; now with %(people)s.") % {"paper": document, "people": people}


def whose_turn(document: Document) -> str:
    """The people who have to decide now."""
    if document.state != Document.State.IN_REVIEW:
        return ""
    people = document.turn_of
    if people is None:
        tasks = Task.objects.open().filter(approval=document.approval_id).select_related("user").order_by("pk")
        people = [task.user for task in tasks]
    return _(", ").join(str(person) for person in people)
