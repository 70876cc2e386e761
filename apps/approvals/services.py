"""Changing routes: a draft is copied from the version in force, edited, and published (clause 1.3).

A published version is never edited; papers on their way stay on the version they started with.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from apps.approvals.checks import problems_of
from apps.approvals.errors import ApprovalRefused
from apps.approvals.models import Approval, Route, RouteStep, RouteVersion
from apps.approvals.rules import freeze
from apps.core import clock

GAP = 10


@transaction.atomic
def create_route(*, kind: str, purpose: str = Route.Purpose.APPROVE, by, **values) -> RouteVersion:
    """The route of a kind that has none yet for this purpose, with an empty draft."""
    route = Route(kind=kind, purpose=purpose, **values)
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
    source = route.versions.filter(state=RouteVersion.State.PUBLISHED).first()
    draft = empty_draft(route, by=by, reason="draft started")
    for step in source.steps.order_by("order") if source else ():
        _copy(step, draft)
    return draft


def empty_draft(route: Route, *, by, reason: str) -> RouteVersion:
    """A draft without steps; the caller holds the lock of the route and knows that it has no other draft."""
    latest = route.versions.order_by("-number").first()
    draft = RouteVersion(route=route, number=latest.number + 1 if latest else 1)
    _note(draft, by, reason)
    draft.save()
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
    step.name_people(people)
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


def running_on(version: RouteVersion) -> int:
    """How many papers are on their way on this version; publishing another does not touch them."""
    return Approval.objects.filter(route_version=version, state=Approval.State.RUNNING).count()


def _lock_draft(version: RouteVersion) -> RouteVersion:
    locked = RouteVersion.objects.select_for_update(of=("self",)).select_related("route").get(pk=version.pk)
    if locked.state != RouteVersion.State.DRAFT:
        raise ApprovalRefused(_("A published version is not changed; start a new one."))
    return locked


def _copy(step: RouteStep, draft: RouteVersion) -> None:
    people, roles, readers = step.people_in_order, list(step.copy_roles.all()), list(step.copy_people.all())
    step.pk, step.version = None, draft
    step._state.adding = True  # noqa: SLF001 - Django's documented way to copy a row
    step.save()
    step.name_people(people)
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
