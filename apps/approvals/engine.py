"""The state machine of an approval: start, resubmit, approve, return, reject, withdraw (clauses 3, 6.2.2–6.2.4, 6.3.2).

It knows people and facts, never documents: the caller hands in the facts of the paper and the hash of its content, and
gets back an `Outcome` that says which tasks opened and closed, so that grants, notices and the document's state follow
in the same transaction. Two deciders at once, a second click, a stale page: one wins, the other is told who was first.

A run may be given as its row or as its id; it is read again under its lock either way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from apps.approvals import choosing, errors, routing
from apps.approvals.advancing import advance, go_on, next_round, open_round, refuse_dead_end
from apps.approvals.events import DECISIONS, Log
from apps.approvals.models import Approval, Event, RouteVersion, Step, Task
from apps.approvals.organisation import OrmOrganisation
from apps.approvals.rules import rules_of
from apps.approvals.turn import SUBMISSIONS, Outcome, Turn, lock, rule_of, steps_of, too_late
from apps.approvals.waiting import call_next, wake
from apps.core import clock

Chosen = Callable[[], choosing.Choices]

__all__ = [
    "Outcome",
    "approve",
    "decided_in_round",
    "hand_over",
    "preview",
    "record",
    "reject",
    "resubmit",
    "return_",
    "start",
    "too_late",
    "withdraw",
]

#: files that go with a decision, as its event names them: name, SHA-256, and whether it is the signature
Enclosed = Sequence[dict[str, Any]]


def start(
    *,
    kind: str,
    applicant,
    department,
    facts: dict,
    content_hash: str,
    by,
    choices: Chosen = dict,
    version: RouteVersion | None = None,
) -> Outcome:
    """Begin the run of a paper at its first submission. ``choices``: asked for whom the applicant has chosen;
    ``version``: the chain, where it is not the one in force for the kind.

    Raises `ChoiceMissing` when the applicant has not chosen everybody they have to, `NoRoute` when no route is
    published for the kind, `NoApprover` when a step resolves to nobody at all, `NoStepApplies` when nobody would
    decide it.
    """
    version = version or RouteVersion.objects.published_for(kind)
    if version is None:
        raise errors.NoRoute
    rules = rules_of(version)
    chosen = _chosen(rules, choices, applicant=applicant.pk, facts=facts)
    approval = Approval.objects.create(
        route_version=version,
        applicant=applicant,
        department=department,
        facts=facts,
        choices=chosen,
        opened_at=clock.now(),
    )
    approval.is_anybody_away = version.is_anybody_away
    turn = Turn(approval, facts=facts, content_hash=content_hash, by=by)
    turn.log.add(Event.Verb.SUBMITTED, actor=by, payload={"route": str(version), "facts": facts, **_said(chosen)})
    open_round(turn, rules)
    refuse_dead_end(turn)
    advance(turn)
    return turn.finish()


def resubmit(
    approval: Approval | int, *, facts: dict, content_hash: str, by, department=None, choices: Chosen = dict
) -> Outcome:
    """Send a corrected paper round again: from the start, or straight back to the step that returned it.

    Straight back holds only where that step's rule says so and every fact and every choice that decides which steps
    apply and who decides them is as it was.
    """
    approval = lock(approval)
    if approval.state not in (Approval.State.RETURNED, Approval.State.WITHDRAWN):
        raise errors.NotRunning(approval.get_state_display())
    previous = steps_of(approval)
    returned_from = next((step for step in previous if step.key == approval.returned_from), None)
    moved = department is not None and department.pk != approval.department_id
    straight = returned_from is not None and returned_from.rule["resubmission"] == "back"
    straight = straight and not moved and not _watched_changed(previous, approval.facts, facts)
    rules = [rule_of(step) for step in previous]
    chosen = _chosen(rules, choices, applicant=approval.applicant_id, facts=facts)
    straight = straight and chosen.items() <= approval.choices.items()
    approval.choices = {**approval.choices, **chosen}
    if moved:
        approval.department = department
    approval.state, approval.closed_at, approval.returned_from = Approval.State.RUNNING, None, ""
    turn = Turn(approval, facts=facts, content_hash=content_hash, by=by)
    turn.log.add(Event.Verb.RESUBMITTED, actor=by, payload={"facts": facts, "straight_back": straight, **_said(chosen)})
    next_round(turn, previous, again=returned_from if straight else None)
    refuse_dead_end(turn)
    advance(turn)
    return turn.finish()


def approve(
    approval,
    *,
    by,
    facts: dict,
    content_hash: str,
    comment: str = "",
    seen: str | None = None,
    step: str | None = None,
    enclosed: Enclosed = (),
    choices: choosing.Choices | None = None,
) -> Outcome:
    """One person's approval of the open step. ``seen`` is the content hash the person was shown, ``step`` the key of
    the step, for who is asked in several at the same time.

    Raises `OpinionMissing`, `FileMissing` or `SignatureMissing` where the step asks for what is not there,
    `ChoiceMissing` where the next step opens and its people are to be chosen here (``choices``).
    """
    turn = Turn.of_decision(approval, by=by, facts=facts, content_hash=content_hash, seen=seen, step=step)
    _refuse_incomplete(rule_of(turn.step), comment, enclosed)
    asked = choosing.asked_of_approver(turn.steps, facts, deciding=turn.step)
    chosen = choosing.of_approver(asked, choices or {}, applicant=turn.approval.applicant_id)
    turn.approval.choices = {**turn.approval.choices, **chosen}
    turn.may_choose = True
    turn.record(Task.State.APPROVED, Event.Verb.APPROVED, comment, files=list(enclosed), **_said(chosen))
    wake(turn, turn.outcome.decided)
    go_on(turn)
    return turn.finish()


def return_(
    approval,
    *,
    by,
    reason: str,
    facts: dict,
    content_hash: str,
    to: str | None = None,
    seen: str | None = None,
    step: str | None = None,
    enclosed: Enclosed = (),
) -> Outcome:
    """Send the paper back for correction: to the applicant, or to an earlier step given by its key."""
    if not reason.strip():
        raise errors.ReasonMissing
    turn = Turn.of_decision(approval, by=by, facts=facts, content_hash=content_hash, seen=seen, step=step)
    turn.record(Task.State.RETURNED, Event.Verb.RETURNED, reason, to=to or "applicant", files=list(enclosed))
    turn.close_step(Step.State.RETURNED)
    if to is None:
        turn.end(Approval.State.RETURNED, returned_from=turn.step.key)
    else:
        again = turn.earlier_step(to)
        turn.close_beside()
        next_round(turn, turn.steps, again=again)
        advance(turn)
    return turn.finish()


def reject(
    approval,
    *,
    by,
    reason: str,
    facts: dict,
    content_hash: str,
    seen: str | None = None,
    step: str | None = None,
    enclosed: Enclosed = (),
) -> Outcome:
    """Refuse the paper for good; where rejections are votes, vote against it."""
    if not reason.strip():
        raise errors.ReasonMissing
    turn = Turn.of_decision(approval, by=by, facts=facts, content_hash=content_hash, seen=seen, step=step)
    turn.record(Task.State.REJECTED, Event.Verb.REJECTED, reason, files=list(enclosed))
    if rule_of(turn.step).rejections_are_votes:
        go_on(turn)
    else:
        turn.refuse()
    return turn.finish()


def withdraw(approval: Approval | int, *, by) -> Outcome:
    """The applicant takes the paper back; possible until somebody has decided since it was handed in."""
    approval = lock(approval)
    if not approval.is_running:
        raise errors.NotRunning(approval.get_state_display())
    turn = Turn(approval, facts=approval.facts, content_hash="", by=by)
    turn.load_open_steps()
    if decided_in_round(approval):
        raise errors.TooLate
    turn.log.add(Event.Verb.WITHDRAWN, actor=by, step=turn.step)
    turn.close_step(Step.State.CANCELLED)
    turn.end(Approval.State.WITHDRAWN)
    return turn.finish()


def record(approval: Approval | int, verb: str, *, by, payload: dict, content_hash: str = "") -> None:
    """Add an event that changes no step: a comment, a copy, an approver's edit, a payment."""
    approval = lock(approval)
    log = Log(approval)
    log.add(verb, actor=by, payload=payload, content_hash=content_hash)
    log.flush()
    approval.save(update_fields=["event_count", "head_hash"])


def hand_over(approval: Approval | int, *, leaver, successor, by, reason: str) -> Outcome:
    """Give a leaver's task to somebody else; one at a time, where they are asked in several steps at once.

    Where the successor applied for the paper or has a part in the step already, the leaver's task goes up the line.
    Nothing happens when the leaver has no open task any more.
    """
    approval = lock(approval)
    turn = Turn(approval, facts=approval.facts, content_hash="", by=by)
    turn.load_open_steps()
    task = turn.find(lambda task: task.user_id == leaver.pk and task.state in Task.PENDING)
    if task is None:
        return turn.outcome
    heir = turn.heir(task, successor.pk)
    was = task.state
    turn.move(task, Task.State.PASSED_ON)
    turn.outcome.decided = task
    turn.log.add(
        Event.Verb.HANDED_OVER,
        actor=by,
        step=turn.step,
        payload={"from": leaver.pk, "to": heir, "reason": reason},
    )
    if heir:
        turn.replace(task, heir, Task.Origin.HANDOVER, state=was)
    else:
        turn.tasks.remove(task)
        call_next(turn)
    return turn.finish()


def decided_in_round(approval: Approval) -> bool:
    """Whether a person has decided, for good, since the applicant handed the paper in for the last time."""
    verbs = (*SUBMISSIONS, *DECISIONS, Event.Verb.TAKEN_BACK)
    said = Event.objects.filter(approval=approval, verb__in=verbs).order_by("-seq").values_list("verb", "payload")
    undone: set[int] = set()
    for verb, payload in said:
        if verb == Event.Verb.TAKEN_BACK:
            undone.add(payload["task"])
        elif verb in SUBMISSIONS or payload["task"] not in undone:
            return verb in DECISIONS
    return False


def preview(
    *,
    kind: str,
    applicant,
    department,
    facts: dict,
    choices: choosing.Choices | None = None,
    approval: Approval | None = None,
) -> list[routing.PlannedStep]:
    """The chain a paper would take if it were submitted now, or again on its own run. Raises `NoRoute`."""
    version = RouteVersion.objects.published_for(kind)
    if version is None:
        raise errors.NoRoute
    rules = rules_of(version) if approval is None else [rule_of(step) for step in steps_of(approval)]
    given = {**(approval.choices if approval else {}), **(choices or {})}
    chosen = {rule.key: choosing.fit(rule, given.get(rule.key, ()), applicant.pk) for rule in rules}
    case = routing.Case(applicant.pk, department.pk, facts, version.route.owner_id, choices=chosen)
    return routing.plan(rules, case, OrmOrganisation(kind, is_anybody_away=version.is_anybody_away))


def _chosen(rules: list[routing.StepRule], choices: Chosen, *, applicant: int, facts: dict) -> dict[str, list[int]]:
    """What the applicant has chosen; not even asked for where no step of the route wants it."""
    if not any(rule.rule == "chosen" for rule in rules):
        return {}
    return choosing.of_applicant(rules, choices(), applicant=applicant, facts=facts)


def _said(chosen: dict[str, list[int]]) -> dict[str, dict]:
    """What an event says of it."""
    return {"chosen": chosen} if chosen else {}


def _refuse_incomplete(rule: routing.StepRule, comment: str, enclosed: Enclosed) -> None:
    """What a step asks for with an approval."""
    if rule.opinion_required and not comment.strip():
        raise errors.OpinionMissing
    if rule.attachment_required and all(file.get("signature") for file in enclosed):
        raise errors.FileMissing
    if rule.signature_required and not any(file.get("signature") for file in enclosed):
        raise errors.SignatureMissing


def _watched_changed(steps: list[Step], before: dict, after: dict) -> bool:
    watched = {fact for step in steps for fact in rule_of(step).watched}
    return any(str(before.get(fact)) != str(after.get(fact)) for fact in watched)
