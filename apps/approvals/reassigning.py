"""Who decides changes while a step is open: a task is transferred, approvers are added or let go, a decision is taken
back (approvals.md §1, "actions on a task").

As in the engine, the caller hands in the run, the facts and the content hash of the paper, and gets an `Outcome`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence

from django.utils.translation import gettext as _

from apps.approvals import errors
from apps.approvals.advancing import go_on
from apps.approvals.models import Approval, Event, Step, Task
from apps.approvals.turn import Outcome, Turn, lock
from apps.approvals.waiting import asker_of, hold_back, leave, open_, waits, wake, wake_askers
from apps.core import clock

Place, Verb = Task.Place, Event.Verb
#: what people do that moves a run on; everything else is said beside it
MOVES = (
    Verb.SUBMITTED, Verb.RESUBMITTED, Verb.APPROVED, Verb.RETURNED, Verb.REJECTED, Verb.WITHDRAWN, Verb.EDITED,
    Verb.HANDED_OVER, Verb.TRANSFERRED, Verb.ADDED, Verb.CONSULTED, Verb.ADVISED, Verb.REMOVED, Verb.TAKEN_BACK,
    Verb.CANCELLED, Verb.REVOKED, Verb.RECORDED, Verb.REOPENED, Verb.ESCALATED, Verb.LATE_APPROVED, Verb.LATE_REJECTED,
)  # fmt: skip
URGE_AGAIN_AFTER = dt.timedelta(hours=1)


def transfer(approval: Approval | int, *, by, to, reason: str) -> Outcome:
    """Give one's open task to somebody else (轉辦), who decides in one's place. Whom one has asked for stays asked."""
    turn = _turn(approval, by)
    task = _own(turn)
    _refuse_unfit(turn, [to])
    if not reason.strip():
        raise errors.ReasonMissing
    leave(turn, task, Task.State.PASSED_ON)
    turn.replace(task, to.pk, Task.Origin.TRANSFER)
    payload = {"from": by.pk, "to": to.pk, "text": reason.strip(), "task": task.pk}
    turn.log.add(Verb.TRANSFERRED, actor=by, step=turn.step, payload=payload)
    return turn.finish()


def add_approvers(approval: Approval | int, *, by, people: Collection, place: str, reason: str) -> Outcome:
    """Ask others in one's own step: to decide before oneself, beside, or after (加签), all of whom must approve; or for
    an opinion (委派), after which the paper comes back for one's own decision.
    """
    turn = _turn(approval, by)
    task = _own(turn)
    if task.place == Place.OPINION and place != Place.OPINION:
        raise errors.OpinionAsked
    _refuse_unfit(turn, people)
    if place not in Place.values:
        raise errors.ApprovalRefused(_("Say in which order you decide."), fields={"place": [_("Choose one.")]})
    if not reason.strip():
        raise errors.ReasonMissing
    state = Task.State.WAITING if place == Place.AFTER else Task.State.OPEN
    turn.give([person.pk for person in people], Task.Origin.ADDED, added_to=task, place=place, state=state)
    if place in Task.FIRST:
        leave(turn, task, Task.State.WAITING)
    payload = {"people": [person.pk for person in people], "place": place, "text": reason.strip(), "task": task.pk}
    turn.log.add(Verb.CONSULTED if place == Place.OPINION else Verb.ADDED, actor=by, step=turn.step, payload=payload)
    return turn.finish()


def advise(
    approval: Approval | int,
    *,
    by,
    opinion: str,
    facts: dict,
    content_hash: str,
    seen: str | None = None,
    step: str | None = None,
    enclosed: Sequence[dict[str, str]] = (),
) -> Outcome:
    """Give the opinion one was asked for. It decides nothing; whoever asked has the turn back with the last one."""
    if not opinion.strip():
        raise errors.ReasonMissing
    turn = Turn.of_decision(approval, by=by, facts=facts, content_hash=content_hash, seen=seen, step=step)
    turn.record(Task.State.ADVISED, Verb.ADVISED, opinion, files=list(enclosed))
    wake(turn, turn.outcome.decided)
    return turn.finish()


def remove_approver(approval: Approval | int, *, by, task: int, facts: dict, content_hash: str) -> Outcome:
    """Let somebody go again whom one has asked for and who has not decided yet (减签)."""
    turn = _turn(approval, by, facts=facts, content_hash=content_hash)
    added = turn.find(lambda row: row.pk == task and row.state in Task.PENDING)
    asker = asker_of(turn, added)
    if asker is None or asker.user_id != by.pk:
        raise errors.ApprovalRefused(_("You let go only whom you have asked yourself, until they have decided."))
    if any(row.added_to_id == added.pk and row.state in Task.PENDING for row in turn.tasks):
        raise errors.ApprovalRefused(_("They have asked somebody in turn; that has to be decided first."))
    turn.move(added, Task.State.PASSED_ON)
    turn.outcome.decided = added
    turn.log.add(Verb.REMOVED, actor=by, step=turn.step, payload={"people": [added.user_id], "task": added.pk})
    turn.tasks.remove(added)
    wake_askers(turn, added)
    go_on(turn)
    return turn.finish()


def take_back(approval: Approval | int, *, by, facts: dict, content_hash: str) -> Outcome:
    """Undo one's own approval, until somebody else has acted on the paper (拿回)."""
    turn = _turn(approval, by, facts=facts, content_hash=content_hash)
    event = _own_last_approval(turn.approval, by)
    if event is None or not turn.approval.is_running:
        raise errors.ApprovalRefused(_("Only your last approval can be taken back, until somebody else has acted."))
    step = next(step for step in turn.steps if step.pk == event.step_id)
    if step.state == Step.State.OPEN:
        turn.focus(step)
    else:
        _go_back_to(turn, step)
    task = next(row for row in turn.tasks if row.pk == event.payload["task"])
    turn.move(task, Task.State.TAKEN_BACK)
    again = turn.replace(task, by.pk, task.origin)
    asker = asker_of(turn, task)
    if task.place == Place.BEFORE and asker is not None and asker.state == Task.State.OPEN:
        leave(turn, asker, Task.State.WAITING)
    for row in turn.tasks:
        if row.state == Task.State.CLOSED:
            _reopen(turn, row)
        elif row.added_to_id == again.pk and row.place == Place.AFTER and row.state == Task.State.OPEN:
            leave(turn, row, Task.State.WAITING)
    hold_back(turn)
    turn.log.add(Verb.TAKEN_BACK, actor=by, step=step, payload={"task": task.pk})
    return turn.finish()


def may_take_back(approval: Approval, by) -> bool:
    """Whether this person's approval was the last thing anybody did on a running paper."""
    return approval.is_running and _own_last_approval(approval, by) is not None


def urge(approval: Approval | int, *, by) -> list[Task]:
    """Remind those whose turn it is (催辦), at most once an hour; answers their tasks."""
    approval = lock(approval)
    if not approval.is_running:
        raise errors.NotRunning(approval.get_state_display())
    last = urged_at(approval)
    if last and last > clock.now() - URGE_AGAIN_AFTER:
        raise errors.UrgedAlready(last + URGE_AGAIN_AFTER)
    turn = Turn(approval, facts=approval.facts, content_hash="", by=by)
    turn.load_open_steps()
    turn.log.add(Verb.URGED, actor=by, step=turn.step)
    turn.finish()
    return turn.open_tasks


def urged_at(approval: Approval) -> dt.datetime | None:
    """When somebody was reminded for the last time."""
    return (
        Event.objects.filter(approval=approval, verb=Verb.URGED).order_by("-seq").values_list("at", flat=True).first()
    )


def _own(turn: Turn) -> Task:
    """The open task of the person acting. Raises `NotYourTurn` or `AlreadyDecided`."""
    turn.take_task(turn.by)
    task, turn.outcome.decided = turn.outcome.decided, None
    return task


def _turn(approval: Approval | int, by, *, facts: dict | None = None, content_hash: str = "") -> Turn:
    approval = lock(approval)
    turn = Turn(approval, facts=approval.facts if facts is None else facts, content_hash=content_hash, by=by)
    turn.load_open_steps()
    return turn


def _refuse_unfit(turn: Turn, people: Collection) -> None:
    """Nobody who has left, who applied, or who has a part in the step already."""
    if not people:
        raise errors.ApprovalRefused(_("Choose somebody."), fields={"people": [_("Choose somebody.")]})
    taken = {task.user_id for task in turn.tasks}
    for person in people:
        text = ""
        if not person.is_active:
            text = _("%(name)s no longer works here.")
        elif person.pk == turn.approval.applicant_id:
            text = _("%(name)s applied for it and can't decide it.")
        elif person.pk in taken:
            text = _("%(name)s has a part in this step already.")
        if text:
            text = text % {"name": person}
            raise errors.ApprovalRefused(text, fields={"people": [text]})


def _own_last_approval(approval: Approval, by) -> Event | None:
    """The approval this person gave, where nobody has moved the run since."""
    last = Event.objects.filter(approval=approval, verb__in=MOVES).order_by("-seq").first()
    return last if last and last.verb == Verb.APPROVED and last.actor_id == by.pk else None


def _go_back_to(turn: Turn, step: Step) -> None:
    """Open a decided step again: what came after it has not begun, its people have their turn again."""
    for other in turn.open_steps:
        if other.stage != step.stage:
            turn.focus(other)
            turn.close_step(Step.State.PENDING)
    later = [row.pk for row in turn.steps if row.stage > step.stage and row.state != Step.State.CANCELLED]
    Step.objects.filter(pk__in=later).update(state=Step.State.PENDING, opened_at=None, closed_at=None)
    Step.objects.filter(pk=step.pk).update(state=Step.State.OPEN, closed_at=None)
    step.state, step.closed_at = Step.State.OPEN, None
    turn.focus(step)
    gone = (Task.State.PASSED_ON, Task.State.TAKEN_BACK)
    turn.tasks += step.tasks.select_for_update().exclude(state__in=gone).order_by("pk")


def _reopen(turn: Turn, task: Task) -> None:
    """A colleague's task that the decision had closed, as it was before."""
    asker = asker_of(turn, task)
    comes_later = task.place == Place.AFTER and asker is not None and asker.state != Task.State.APPROVED
    if comes_later or waits(turn, task):
        turn.move(task, Task.State.WAITING)
    else:
        open_(turn, task)
