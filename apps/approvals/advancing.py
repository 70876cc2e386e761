"""How a run goes on: rounds begin, steps are skipped, passed by rule or opened, and the run ends as approved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from apps.approvals import errors, routing, voting
from apps.approvals.models import Approval, Event, Step, Task
from apps.approvals.reopening import to_ask_again
from apps.approvals.turn import Turn, label_of, remember, rule_of
from apps.approvals.waiting import call_next


def go_on(turn: Turn) -> None:
    """After a decision, or where somebody is no longer asked: the next person, the next step, or the end."""
    stands = voting.standing(rule_of(turn.step), turn.tasks, turn.step.resolution.get("counted", 0))
    if stands == voting.PASSED:
        go_past(turn, Step.State.APPROVED)
    elif stands == voting.LOST:
        turn.refuse()
    else:
        call_next(turn)


def go_past(turn: Turn, state: str) -> None:
    """The step is passed. The run goes on once every step that is open at the same time is passed as well."""
    turn.close_step(state)
    turn.copy_along()
    if not turn.open_steps:
        _ask_again(turn)
        advance(turn)


def _ask_again(turn: Turn) -> None:
    """Earlier steps that watch what was changed are asked again in a further round; everybody else's word stands."""
    again = to_ask_again(turn.steps, turn.facts)
    if not again:
        return
    turn.log.add(Event.Verb.REOPENED, payload={"steps": again})
    _begin_round(turn, turn.steps, [step for step in _passed(turn.steps) if step.key not in again])


def open_round(turn: Turn, rules: Iterable[routing.StepRule]) -> None:
    """Copy the route's steps into the run; `advance` writes them, as they stand then."""
    turn.steps = [
        Step(
            approval=turn.approval,
            round=turn.approval.round,
            order=rule.order,
            stage=rule.together,
            key=rule.key,
            name=rule.name,
            name_en=rule.name_en,
            rule=rule.as_json(),
            mode=rule.mode,
            needed=rule.needed,
        )
        for rule in rules
    ]


def next_round(turn: Turn, previous: list[Step], *, again: Step | None) -> None:
    """Start a further round, from the first step or from the one that is asked ``again``.

    The steps before that one and beside it keep the approval they were given, if a person gave it.
    """
    passed = _passed(previous)
    _begin_round(turn, previous, [step for step in passed if again and step != again and step.stage <= again.stage])


def _passed(steps: list[Step]) -> list[Step]:
    """The steps whose approval can be kept; what only the clock has passed is asked again."""
    return [step for step in steps if step.state in Step.PASSED and not step.resolution.get("by_deadline")]


def _begin_round(turn: Turn, previous: list[Step], kept: list[Step]) -> None:
    keeps = {step.order: step for step in kept}
    turn.cancel_pending(previous)
    turn.approval.round += 1
    turn.steps = Step.objects.bulk_create(_again(turn, step, keeps.get(step.order)) for step in previous)


def refuse_dead_end(turn: Turn) -> None:
    """Refuse a submission that would stop at a step nobody can decide, or that nobody at all would decide."""
    rules = [rule_of(step) for step in turn.steps if step.state not in Step.PASSED]
    for planned in routing.plan(rules, turn.case(), turn.organisation):
        if planned.applies and planned.resolution.empty:
            raise errors.NoApprover(label_of(planned.rule))


def advance(turn: Turn) -> None:
    """Open the next step that applies on the facts as they are now, and those beside it, or finish.

    Steps skipped earlier are asked again, so a changed fact inserts the step it calls for before the run goes on.
    Nothing is ever approved without a single person having approved it.
    """
    moves = list(_moves(turn))
    for step, state, resolution in moves:
        _move(turn, step, state, resolution)
    _write(turn, [step for step, _state, _resolution in moves])
    for step, state, resolution in moves:
        _tell(turn, step, state, resolution)
    if any(state == Step.State.OPEN for _step, state, _resolution in moves):
        return
    if not any(step.state in (Step.State.APPROVED, Step.State.CARRIED) for step in turn.steps):
        raise errors.NoStepApplies
    turn.log.add(Event.Verb.FINISHED)
    turn.end(Approval.State.APPROVED)


def _moves(turn: Turn) -> Iterator[tuple[Step, str, routing.Resolution | None]]:
    """Which steps are skipped or passed by rule, up to those that open together; nothing is written yet."""
    opening: int | None = None
    approved: list[tuple[int, ...]] | None = None
    for step in turn.steps:
        if step.state in Step.PASSED:
            continue
        if opening not in (None, step.stage):
            return
        rule = rule_of(step)
        if not rule.applies(turn.facts):
            if step.state != Step.State.SKIPPED:
                yield step, Step.State.SKIPPED, None
            continue
        if approved is None and (rule.when_duplicate != "ask" or turn.organisation.substitutes()):
            approved = _approved_so_far(turn)
        if turn.may_choose and rule.rule == "chosen_before" and not turn.approval.choices.get(rule.key):
            raise errors.ChoiceMissing({rule.key: step.label})
        resolution = routing.resolve(rule, turn.case(approved or ()), turn.organisation)
        if not resolution.passed and resolution.empty:
            raise errors.NoApprover(step.label)
        yield step, Step.State.AUTO if resolution.passed else Step.State.OPEN, resolution
        if not resolution.passed:
            opening = step.stage


def _move(turn: Turn, step: Step, state: str, resolution: routing.Resolution | None) -> None:
    """Put a step into its new state; `_write` stores it with the others."""
    step.state = state
    if resolution is not None:
        step.resolution = resolution.as_json()
        if state == Step.State.AUTO:
            remember(step, turn.facts)
        setattr(step, "opened_at" if state == Step.State.OPEN else "closed_at", turn.at)


def _write(turn: Turn, moved: list[Step]) -> None:
    """Steps that were just copied are written whole, of the others what has changed: one statement each."""
    stored = [step for step in moved if step.pk is not None]
    new = [step for step in turn.steps if step.pk is None]
    if new:
        Step.objects.bulk_create(new)
    if stored:
        Step.objects.bulk_update(stored, ["state", "resolution", "opened_at", "closed_at"])


def _tell(turn: Turn, step: Step, state: str, resolution: routing.Resolution | None) -> None:
    """Give the tasks of a step that opens, and log what was done."""
    if resolution is None:
        turn.log.add(Event.Verb.SKIPPED, step=step, payload={"conditions": step.rule["conditions"]})
    elif state == Step.State.AUTO:
        turn.log.add(Event.Verb.AUTO, step=step, payload=resolution.as_json())
    else:
        turn.focus(step)
        origin = Task.Origin.FALLBACK if resolution.fallback else Task.Origin.RULE
        in_turn = step.mode == "sequence"
        given = turn.give(resolution.people, origin, behalf=dict(resolution.behalf), in_turn=in_turn)
        turn.tasks.extend(given)
        turn.log.add(Event.Verb.OPENED, step=step, payload=resolution.as_json())


def _again(turn: Turn, step: Step, kept: Step | None) -> Step:
    copied = ("order", "stage", "key", "name", "name_en", "rule", "mode", "needed")
    values = {name: getattr(step, name) for name in copied}
    again = Step(approval=turn.approval, round=turn.approval.round, **values)
    if kept:
        again.state, again.closed_at = Step.State.CARRIED, kept.closed_at
        again.resolution = {"people": kept.resolution.get("people", []), "why": [], "carried_from": kept.pk}
        if "facts" in kept.resolution:
            again.resolution["facts"] = kept.resolution["facts"]
        turn.log.add(Event.Verb.CARRIED, payload={"step": step.key, "round": kept.round})
    return again


def _approved_so_far(turn: Turn) -> list[tuple[int, ...]]:
    """Who has approved this very content in this round, step by step; those open at the same time count as one.

    Approvals of the paper as it was before an approver changed it do not count: whoever gave them is asked again.
    """
    rows = Task.objects.filter(
        approval=turn.approval,
        step__round=turn.approval.round,
        state=Task.State.APPROVED,
        content_hash=turn.content_hash,
    )
    steps: dict[int, list[int]] = {}
    for stage, person in rows.order_by("step__stage", "pk").values_list("step__stage", "user_id"):
        steps.setdefault(stage, []).append(person)
    return [tuple(people) for people in steps.values()]
