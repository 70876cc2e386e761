"""From the route's rows to the pure rules that routing works on."""

from collections.abc import Iterable

from apps.approvals.conditions import Condition
from apps.approvals.models import RouteStep, RouteVersion
from apps.approvals.routing import StepRule


def rules_of(version: RouteVersion) -> list[StepRule]:
    """The steps of a published version as pure rules, in order."""
    return [StepRule.from_json(rule) for rule in version.rules]


def freeze(version: RouteVersion) -> None:
    """Note the rules on a version that is being published; the caller saves it."""
    version.rules = [rule.as_json() for rule in _read(version)]


def rules_to_try(version: RouteVersion) -> list[StepRule]:
    """The steps of any version as pure rules: those of a draft as they stand, the others as they were frozen."""
    return _read(version) if version.state == RouteVersion.State.DRAFT else rules_of(version)


def _read(version: RouteVersion) -> list[StepRule]:
    steps = list(version.steps.order_by("order").prefetch_related("copy_roles", "copy_people"))
    RouteStep.read_people(steps)
    stages = _stages(steps)
    return [
        StepRule(
            key=step.key,
            name=step.name,
            name_en=step.name_en,
            order=step.order,
            stage=stages[step.pk],
            rule=step.rule,
            levels_up=step.levels_up,
            department=step.department_id,
            role=step.role_id,
            people=tuple(person.pk for person in step.people_in_order),
            fact=step.fact,
            choose_many=step.choose_many,
            when_applicant=step.when_applicant,
            when_nobody=step.when_nobody,
            deputy=step.deputy_id,
            mode=step.mode,
            needed=step.needed,
            pass_percent=step.pass_percent,
            reject_percent=step.reject_percent,
            conditions=tuple(Condition(**condition) for condition in step.conditions),
            when_duplicate=step.when_duplicate,
            resubmission=step.resubmission,
            opinion_required=step.opinion_required,
            attachment_required=step.attachment_required,
            signature_required=step.signature_required,
            editable=tuple(step.editable),
            hidden=tuple(step.hidden),
            watches=tuple(step.watches),
            copy_roles=tuple(role.pk for role in step.copy_roles.all()),
            copy_people=tuple(person.pk for person in step.copy_people.all()),
            hours=float(step.hours) if step.hours else None,
            when_late=step.when_late,
        )
        for step in steps
    ]


def _stages(steps: Iterable[RouteStep]) -> dict[int, int]:
    """By step, the order of the first of those it is open together with."""
    stages: dict[int, int] = {}
    stage = 0
    for step in steps:
        stage = stage if step.with_previous and stage else step.order
        stages[step.pk] = stage
    return stages
