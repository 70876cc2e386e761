"""People chosen to decide a paper by somebody who has to do with it.

The applicant chooses before the submission (發起人自選), whoever approves the step before chooses for the next one
(審批人自選). The route says from whom: from everybody, from a role, or from named people; one person or several. What
was chosen is kept with the run, written to its log, and shown in the preview.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from apps.approvals import errors
from apps.approvals.models import Approval, RouteVersion, Step
from apps.approvals.routing import StepRule
from apps.approvals.rules import rules_of
from apps.approvals.turn import label_of, rule_of, steps_of
from apps.org.models import User

#: of each step, by its key, the people chosen
Choices = Mapping[str, Sequence[int]]


def asked_of_applicant(kind: str, approval: Approval | None = None) -> list[StepRule]:
    """The steps whose people the applicant chooses: on the route in force, or on the one a paper is on already."""
    if approval is not None:
        rules = [rule_of(step) for step in steps_of(approval)]
    else:
        version = RouteVersion.objects.published_for(kind)
        rules = rules_of(version) if version else []
    return [rule for rule in rules if rule.rule == "chosen"]


def asked_of_approver(steps: Iterable[Step], facts: Mapping[str, Any], *, deciding: Step) -> list[StepRule]:
    """The steps whose people the approver of an open step chooses, because they may open with this approval.

    A step that may be passed by rule hides nothing: what comes after it may open at once.
    """
    found: list[StepRule] = []
    last: int | None = None
    for step in steps:
        rule = rule_of(step)
        is_over = step.stage == deciding.stage or step.state in Step.PASSED
        if is_over or not rule.applies(dict(facts)):
            continue
        if last not in (None, step.stage):
            break
        if rule.rule == "chosen_before":
            found.append(rule)
        if rule.when_duplicate == "ask":
            last = step.stage
    return found


def options(rule: StepRule, applicant: int) -> Any:
    """From whom the people of a step are chosen; never the applicant."""
    people = User.objects.filter(is_active=True).exclude(pk=applicant)
    if rule.role:
        return people.filter(groups=rule.role)
    return people.filter(pk__in=rule.people) if rule.people else people


def of_applicant(
    rules: Iterable[StepRule], given: Choices, *, applicant: int, facts: dict[str, Any]
) -> dict[str, list]:
    """What the applicant has chosen, as far as the route asks. Raises `ChoiceMissing` for a step that applies."""
    chosen = {rule.key: fit(rule, given.get(rule.key, ()), applicant) for rule in rules if rule.rule == "chosen"}
    missing = [rule for rule in rules if rule.key in chosen and not chosen[rule.key] and rule.applies(facts)]
    if missing:
        raise errors.ChoiceMissing({rule.key: label_of(rule) for rule in missing})
    return {key: people for key, people in chosen.items() if people}


def of_approver(rules: Iterable[StepRule], given: Choices, *, applicant: int) -> dict[str, list[int]]:
    """What an approver has chosen of the steps they are asked for."""
    chosen = {rule.key: fit(rule, given.get(rule.key, ()), applicant) for rule in rules}
    return {key: people for key, people in chosen.items() if people}


def fit(rule: StepRule, people: Sequence[int], applicant: int) -> list[int]:
    """Those of the chosen people who may be chosen, in the order chosen; one alone where the step takes no more."""
    if not people:
        return []
    allowed = set(options(rule, applicant).filter(pk__in=people).values_list("pk", flat=True))
    chosen = [person for person in dict.fromkeys(people) if person in allowed]
    return chosen if rule.choose_many else chosen[:1]
