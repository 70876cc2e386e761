"""Changing routes: a draft is copied from the version in force, edited, and published (clause 1.3).

A published version is never edited; papers on their way stay on the version they started with.
"""

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from django.db import transaction
from django.utils.translation import gettext as _

from apps.approvals.conditions import OPERATORS
from apps.approvals.errors import ApprovalRefused
from apps.approvals.kinds import kind_called
from apps.approvals.models import Approval, Route, RouteStep, RouteVersion
from apps.approvals.rules import freeze
from apps.core import clock

GAP = 10
_NUMERIC = ("gt", "gte", "lt", "lte")


@transaction.atomic
def create_route(*, kind: str, name: str, name_en: str = "", owner=None, by) -> RouteVersion:
    """The route of a kind that has none yet, with an empty draft."""
    route = Route(kind=kind, name=name, name_en=name_en, owner=owner)
    _note(route, by, "created")
    route.save()
    return start_draft(route, by=by)


@transaction.atomic
def start_draft(route: Route, *, by) -> RouteVersion:
    """The draft of a route: the one being edited, or a copy of the version in force."""
    route = Route.objects.select_for_update(of=("self",)).get(pk=route.pk)
    draft = route.versions.filter(state=RouteVersion.State.DRAFT).first()
    if draft is not None:
        return draft
    latest = route.versions.order_by("-number").first()
    source = route.versions.filter(state=RouteVersion.State.PUBLISHED).first()
    draft = RouteVersion(route=route, number=latest.number + 1 if latest else 1)
    _note(draft, by, "draft started")
    draft.save()
    for step in source.steps.order_by("order") if source else ():
        _copy(step, draft)
    return draft


@transaction.atomic
def save_step(step: RouteStep, *, by, people=(), copy_roles=(), copy_people=()) -> RouteStep:
    """Write a step of a draft; a new one comes last."""
    _lock_draft(step.version)
    if step.pk is None:
        last = step.version.steps.order_by("-order").first()
        step.order = last.order + GAP if last else GAP
        step.key = _free_key(step.version)
    step.save()
    step.people.set(people)
    step.copy_roles.set(copy_roles)
    step.copy_people.set(copy_people)
    return step


@transaction.atomic
def move_step(step: RouteStep, *, up: bool, by) -> None:
    """Change places with the step before or after."""
    _lock_draft(step.version)
    steps = list(step.version.steps.order_by("order"))
    place = steps.index(step)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(steps):
        return
    steps[place], steps[other] = steps[other], steps[place]
    for number, row in enumerate(steps):
        RouteStep.objects.filter(pk=row.pk).update(order=30_000 + number)
    for number, row in enumerate(steps, 1):
        RouteStep.objects.filter(pk=row.pk).update(order=number * GAP)


@transaction.atomic
def remove_step(step: RouteStep, *, by) -> None:
    """Take a step out of a draft."""
    _lock_draft(step.version)
    step.delete()


@transaction.atomic
def discard(version: RouteVersion, *, by) -> None:
    """Throw a draft away."""
    version = _lock_draft(version)
    _note(version, by, "draft discarded")
    version.delete()


@transaction.atomic
def publish(version: RouteVersion, *, by, note: str = "") -> RouteVersion:
    """Put a draft in force for papers submitted from now on. Refused while a step could reach nobody."""
    version = _lock_draft(version)
    found = list(problems_of(version))
    if found:
        raise ApprovalRefused(_("Not published: %(problems)s") % {"problems": " ".join(found)})
    for old in RouteVersion.objects.filter(route=version.route_id, state=RouteVersion.State.PUBLISHED):
        old.state = RouteVersion.State.RETIRED
        _note(old, by, f"replaced by version {version.number}")
        old.save()
    version.state, version.note = RouteVersion.State.PUBLISHED, note.strip()[:200]
    version.published_at, version.published_by = clock.now(), by
    freeze(version)
    _note(version, by, version.note or "published")
    version.save()
    return version


def problems_of(version: RouteVersion) -> Iterator[str]:
    """What keeps a version from being published, in sentences."""
    steps = list(version.steps.select_related("role", "department__head").prefetch_related("people").order_by("order"))
    if not steps:
        yield _("The route has no step.")
    for step in steps:
        last = step == steps[-1]
        for problem in (*_nobody(step), *_bad_conditions(step, version.route.kind), *_bad_deadline(step, last)):
            yield _("Step “%(step)s”: %(problem)s") % {"step": step.label, "problem": problem}


def running_on(version: RouteVersion) -> int:
    """How many papers are on their way on this version; publishing another does not touch them."""
    return Approval.objects.filter(route_version=version, state=Approval.State.RUNNING).count()


def _nobody(step: RouteStep) -> Iterator[str]:
    rule = RouteStep.Rule
    if step.rule == rule.ROLE and (step.role is None or not step.role.user_set.filter(is_active=True).exists()):
        yield _("nobody has the role.")
    if step.rule == rule.NAMED_HEAD and not (
        step.department and step.department.head_id and step.department.head.is_active
    ):
        yield _("the department has no head.")
    if step.rule == rule.FACT and step.fact not in kind_called(step.version.route.kind).facts:
        yield _("the paper has no such fact.")
    if step.rule == rule.PEOPLE:
        people = list(step.people.all())
        left = [str(person) for person in people if not person.is_active]
        if left:
            yield _("no longer working here: %(people)s.") % {"people": _(", ").join(left)}
        elif not people:
            yield _("nobody is named.")


def _bad_conditions(step: RouteStep, kind: str) -> Iterator[str]:
    facts = kind_called(kind).facts
    for condition in step.conditions:
        if condition["fact"] not in facts or condition["op"] not in OPERATORS:
            yield _("the paper has no fact “%(fact)s”.") % {"fact": condition["fact"]}
        elif condition["op"] in _NUMERIC and not is_number(condition["value"]):
            yield _("“%(value)s” is not a number.") % {"value": condition["value"]}


def _bad_deadline(step: RouteStep, last: bool) -> Iterator[str]:
    """A step may pass without a decision only where nobody's word is asked for and another person decides after it."""
    if step.hours and step.when_late == RouteStep.WhenLate.APPROVE:
        if step.opinion_required:
            yield _("it asks for a written opinion, so it can't pass without one after the deadline.")
        if last:
            yield _("it is the last one; the last approval of a paper is always a person's, never the clock's.")


def is_number(value) -> bool:
    """Whether a condition's value can be compared as an amount."""
    try:
        return Decimal(str(value)).is_finite()
    except InvalidOperation:
        return False


def _lock_draft(version: RouteVersion) -> RouteVersion:
    locked = RouteVersion.objects.select_for_update(of=("self",)).select_related("route").get(pk=version.pk)
    if locked.state != RouteVersion.State.DRAFT:
        raise ApprovalRefused(_("A published version is not changed; start a new one."))
    return locked


def _copy(step: RouteStep, draft: RouteVersion) -> None:
    people, roles, readers = list(step.people.all()), list(step.copy_roles.all()), list(step.copy_people.all())
    step.pk, step.version = None, draft
    step._state.adding = True  # noqa: SLF001 - Django's documented way to copy a row
    step.save()
    step.people.set(people)
    step.copy_roles.set(roles)
    step.copy_people.set(readers)


def _free_key(version: RouteVersion) -> str:
    """A key no step of this route ever had, so that steps of different rounds are not taken for each other."""
    taken = set(RouteStep.objects.filter(version__route=version.route_id).values_list("key", flat=True))
    number = len(taken) + 1
    while f"step-{number}" in taken:
        number += 1
    return f"step-{number}"


def _note(row, by, reason: str) -> None:
    row._history_user = by
    row._change_reason = reason
