"""May this person do this to this document? Asked here and nowhere else.

``may(user, action, document)`` answers truthy or falsy **with the reason**; pages build their buttons from it, services
ask `require`. One small function per action; a kind adds its own with ``@rule("pay", kind="expenseclaim")``.
Unseen documents are 404 for pages; seen but not allowed is 403 with the reason.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from apps.approvals.engine import decided_in_round
from apps.approvals.errors import NotAsked, OpinionAsked, UrgedAlready
from apps.approvals.models import Route, Task
from apps.approvals.reassigning import URGE_AGAIN_AFTER, may_take_back, urged_at
from apps.core import clock
from apps.documents import grants
from apps.documents.errors import NotAllowed, NotFound
from apps.documents.models import Document, Revocation
from apps.documents.veiling import hidden_from
from apps.documents.visibility import sees_by_structure

State = Document.State


@dataclass(frozen=True)
class Answer:
    """Yes, or no and why. ``hidden``: not even worth a disabled button for this person."""

    allowed: bool
    reason: str = ""
    hidden: bool = False

    def __bool__(self) -> bool:
        return self.allowed


YES = Answer(True)


def no(reason: str) -> Answer:
    """No, with a reason worth showing on a disabled button."""
    return Answer(False, reason)


def never(reason: str) -> Answer:
    """No, and this person would not expect the button."""
    return Answer(False, reason, hidden=True)


class Access:
    """One person before one document; what several rules ask is read once.

    ``sees`` is given by pages that have just taken the document from ``visible_to``.
    """

    def __init__(self, user, document: Document, *, sees: bool | None = None):
        self.user = user
        self.document = document
        if sees is not None:
            self.sees = sees

    @cached_property
    def sees(self) -> bool:
        """What the queryset says; whoever's turn it is, and whom structure shows it, need not be looked up."""
        if self.is_new or (self.user.is_active and (self.is_applicant or self.may_decide)):
            return True
        if sees_by_structure(self.user, self.document):
            return True
        return Document.objects.visible_to(self.user).filter(pk=self.document.pk).exists()

    @property
    def is_new(self) -> bool:
        """A paper that is only being written down; so far it exists for its applicant alone."""
        return self.document.pk is None and self.is_applicant

    @cached_property
    def is_applicant(self) -> bool:
        return self.document.applicant_id == self.user.pk

    @cached_property
    def tasks(self) -> list[Task]:
        """What this person has or had to decide on the running approval, and what they asked others to decide."""
        if self.is_applicant or not self.document.approval_id or self.document.state != State.IN_REVIEW:
            return []
        tasks = Task.objects.filter(Q(user=self.user) | Q(added_to__user=self.user), approval=self.document.approval_id)
        tasks = tasks.annotate(granted=grants.held(self.user, grants.APPROVE, self.document))
        return list(tasks.select_related("step", "user", "added_to").order_by("opened_at", "pk"))

    @cached_property
    def open_task(self) -> Task | None:
        """This person's open task on the running approval; the locked row is taken again by the engine."""
        return next(iter(self.open_tasks), None)

    @property
    def open_tasks(self) -> list[Task]:
        """The same of every step, where this person is asked in several at the same time."""
        return [task for task in self.tasks if task.user_id == self.user.pk and task.state == Task.State.OPEN]

    def opens(self, part: str) -> bool:
        """Whether a step that waits for this person lets them change a part of the paper."""
        return any(part in task.step.rule["editable"] for task in self.open_tasks)

    @cached_property
    def may_decide(self) -> bool:
        """It is this person's turn: the open task and the object permission together."""
        return self.user.is_active and self.open_task is not None and self.open_task.granted

    @cached_property
    def hidden(self) -> frozenset[str]:
        """The parts of the paper that are hidden from this person."""
        return hidden_from(self.user, self.document)

    @cached_property
    def asked(self) -> list[Task]:
        """Whom this person has asked to decide too, and who has not yet."""
        pending = (task for task in self.tasks if task.added_to_id and task.state in Task.PENDING)
        return [task for task in pending if task.added_to.user_id == self.user.pk]

    @cached_property
    def acted_last(self) -> bool:
        """Whether nobody has moved the paper since this person approved it."""
        own = [task.state for task in self.tasks if task.user_id == self.user.pk]
        if Task.State.APPROVED not in own or Task.State.OPEN in own:
            return False
        return may_take_back(self.document.approval, self.user)

    def may(self, action: str) -> Answer:
        function = RULES.get((self.document.kind, action)) or RULES[("", action)]
        if not self.sees:
            return never(_("You may not see this document."))
        return function(self)

    def require(self, action: str) -> None:
        """Go on, or raise `NotFound` for an unseen document and `NotAllowed` with the reason for a seen one."""
        answer = self.may(action)
        if not answer:
            raise NotAllowed(answer.reason) if self.sees else NotFound()


Rule = Callable[[Access], Answer]
RULES: dict[tuple[str, str], Rule] = {}


def rule(action: str, *, kind: str = "") -> Callable[[Rule], Rule]:
    """Declare the rule of an action, for all kinds or for one."""

    def register(function: Rule) -> Rule:
        RULES[(kind, action)] = function
        return function

    return register


def may(user, action: str, document: Document) -> Answer:
    """Whether this person may do this to this document, and if not why."""
    return Access(user, document).may(action)


def require(user, action: str, document: Document) -> Access:
    """Raise `NotFound` for an unseen document and `NotAllowed` with the reason; otherwise go on."""
    access = Access(user, document)
    access.require(action)
    return access


def actions_of(kind: str) -> list[str]:
    """Every action a kind knows, in the order of declaration."""
    return list(dict.fromkeys(action for owner, action in RULES if owner in ("", kind)))


@rule("create")
def create(access: Access) -> Answer:
    """Everybody who belongs to a department raises papers; a kind narrows this with a rule of its own."""
    if access.document.department_id is None:
        return no(_("You belong to no department yet. Ask Human Resources to enter it."))
    return YES


@rule("view")
def view(access: Access) -> Answer:
    return YES


@rule("print")
def print_(access: Access) -> Answer:
    return YES


@rule("evidence")
def evidence(access: Access) -> Answer:
    """What was decided can be proved once there is something to decide: from the first submission on."""
    if not access.document.approval_id:
        return never(_("There is no evidence pack before the submission."))
    return print_(access)


@rule("comment")
def comment(access: Access) -> Answer:
    return YES


@rule("copy")
def copy(access: Access) -> Answer:
    """The applicant and whoever decides may let somebody else read along."""
    if access.document.state == State.DRAFT:
        return never(_("A draft is copied to nobody."))
    if access.is_applicant or access.may_decide:
        return YES
    return never(_("Only the applicant and the person deciding may copy this document to others."))


@rule("update")
def update(access: Access) -> Answer:
    if not access.is_applicant:
        return never(_("Only the applicant changes this document."))
    if not access.document.is_open_for_correction:
        return never(_("It was submitted and can't be changed now."))
    return YES


@rule("attach")
def attach(access: Access) -> Answer:
    return update(access)


@rule("submit")
def submit(access: Access) -> Answer:
    return update(access)


@rule("delete")
def delete(access: Access) -> Answer:
    if not access.is_applicant:
        return never(_("Only the applicant deletes a draft."))
    if access.document.state != State.DRAFT or access.document.number:
        return never(_("Only a draft that was never submitted can be deleted."))
    return YES


def its_turn(access: Access) -> Answer:
    """Whether something waits for this person: a decision, or the opinion they were asked for."""
    if access.document.state != State.IN_REVIEW:
        return never(_("This document is not in approval."))
    if access.is_applicant:
        return never(_("Nobody decides on their own document."))
    return YES if access.may_decide else never(_("It is not your turn to decide."))


@rule("approve")
def approve(access: Access) -> Answer:
    """Whoever was asked for an opinion decides nothing."""
    answer = its_turn(access)
    if answer and access.open_task.place == Task.Place.OPINION:
        return never(str(OpinionAsked()))
    return answer


@rule("advise")
def advise(access: Access) -> Answer:
    """Whoever was asked for an opinion gives it back with a comment (委派)."""
    answer = its_turn(access)
    if answer and access.open_task.place != Task.Place.OPINION:
        return never(str(NotAsked()))
    return answer


@rule("return")
def return_(access: Access) -> Answer:
    return approve(access)


@rule("reject")
def reject(access: Access) -> Answer:
    return approve(access)


@rule("transfer")
def transfer(access: Access) -> Answer:
    return its_turn(access)


@rule("consult")
def consult(access: Access) -> Answer:
    """Ask somebody for an opinion, after which the paper comes back (委派)."""
    return its_turn(access)


@rule("add_approvers")
def add_approvers(access: Access) -> Answer:
    return approve(access)


@rule("remove_approver")
def remove_approver(access: Access) -> Answer:
    return YES if access.asked else never(_("You have asked nobody who still has to decide."))


@rule("take_back")
def take_back(access: Access) -> Answer:
    if access.acted_last:
        return YES
    return never(_("Only your last approval can be taken back, until somebody else has acted."))


@rule("urge")
def urge(access: Access) -> Answer:
    """The applicant reminds those whose turn it is, at most once an hour."""
    if not access.is_applicant:
        return never(_("Only the applicant reminds those who decide."))
    if access.document.state != State.IN_REVIEW:
        return never(_("This document is not in approval."))
    last = urged_at(access.document.approval)
    if last and last > clock.now() - URGE_AGAIN_AFTER:
        return no(str(UrgedAlready(last + URGE_AGAIN_AFTER)))
    return YES


@rule("withdraw")
def withdraw(access: Access) -> Answer:
    if not access.is_applicant:
        return never(_("Only the applicant withdraws a document."))
    if access.document.state != State.IN_REVIEW:
        return never(_("Only a document in approval can be withdrawn."))
    if decided_in_round(access.document.approval):
        return no(_("Somebody has already decided. Ask them to return it instead."))
    return YES


@rule("cancel")
def cancel(access: Access) -> Answer:
    if access.document.state != State.APPROVED:
        return never(_("Only an approved document can be cancelled."))
    if access.is_applicant or not access.user.holds("documents.cancel_document"):
        return never(_("Your role does not cancel approved documents."))
    refusal = access.document.specific.cancel_refusal()
    return no(refusal) if refusal else YES


@rule("revoke")
def revoke(access: Access) -> Answer:
    """The applicant asks for an approved paper to be revoked, within the days its route allows."""
    document = access.document
    if not access.is_applicant or document.state != State.APPROVED:
        return never(_("Only the applicant asks for an approved document to be revoked."))
    days = Route.objects.filter(versions__runs=document.approval_id).values_list("revocable_days", flat=True).first()
    if document.kind == Revocation.KIND or days is None:
        return never(_("Documents of this kind are not revoked."))
    until = localtime(document.closed_at).date() + dt.timedelta(days=days)
    if clock.today() > until:
        return no(_("It could be revoked until %(day)s.") % {"day": until.isoformat()})
    if asked := document.revocations.filter(state__in=Revocation.OPEN).first():
        return no(_("%(paper)s asks for it already.") % {"paper": asked})
    refusal = document.specific.revoke_refusal()
    return no(refusal) if refusal else YES


@rule("create", kind=Revocation.KIND)
def create_revocation(access: Access) -> Answer:
    """Only for a paper: a revocation is asked for on the page of what it revokes."""
    if access.document.specific.of_id is None:
        return no(_("Ask for it on the page of the approved document."))
    return create(access)
