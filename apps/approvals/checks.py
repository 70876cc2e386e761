"""What keeps a draft of a route from being published: steps that reach nobody, conditions that cannot be read."""

from collections.abc import Iterator

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from apps.approvals.conditions import OPERATORS, ORDERINGS, is_number
from apps.approvals.kinds import kind_called
from apps.approvals.models import RouteStep, RouteVersion
from apps.org.models import Department, User

Rule = RouteStep.Rule


def problems_of(version: RouteVersion) -> Iterator[str]:
    """What keeps a version from being published, in sentences."""
    related = ("role", "department__head", "deputy")
    members = Prefetch("role__user_set", User.objects.filter(is_active=True))
    steps = list(version.steps.select_related(*related).prefetch_related("people", members).order_by("order"))
    if not steps:
        yield _("The route has no step.")
    for step in steps:
        if step.rule == Rule.CHOSEN_BEFORE and all(row.with_previous for row in steps[1 : steps.index(step) + 1]):
            yield _("Step “%(step)s”: %(problem)s") % {"step": step.label, "problem": _("no step before it chooses.")}
        last = step == steps[-1]
        found = (*_nobody(step), *_no_deputy(step), *_bad_conditions(step, version.route.kind))
        for problem in (*found, *_bad_deadline(step, last)):
            yield _("Step “%(step)s”: %(problem)s") % {"step": step.label, "problem": problem}
    if any(step.when_nobody != RouteStep.WhenNobody.REFUSE for step in steps) and not _line_ends(version):
        yield _("Nobody stands at the end of the line: name an owner of the route, or a head of the top department.")


def _nobody(step: RouteStep) -> Iterator[str]:
    """Why the rule of a step names nobody."""
    chooses = step.rule in (Rule.CHOSEN, Rule.CHOSEN_BEFORE)
    if step.rule == Rule.ROLE or (chooses and step.role):
        if step.role is None or not step.role.user_set.all():
            yield _("nobody has the role.")
    elif step.rule == Rule.PEOPLE or (chooses and step.people.all()):
        yield from _nobody_named(list(step.people.all()))
    elif step.rule == Rule.FACT and step.fact not in kind_called(step.version.route.kind).facts:
        yield _("the paper has no such fact.")
    elif step.rule == Rule.NAMED_HEAD and not _has_head(step.department):
        yield _("the department has no head.")
    elif step.rule == Rule.MANAGER_LINE and step.department and not step.department.active:
        yield _("the department is no longer in use.")


def _nobody_named(people: list[User]) -> Iterator[str]:
    left = [str(person) for person in people if not person.is_active]
    if left:
        yield _("no longer working here: %(people)s.") % {"people": _(", ").join(left)}
    elif not people:
        yield _("nobody is named.")


def _no_deputy(step: RouteStep) -> Iterator[str]:
    """Why nobody decides where nobody is found."""
    if step.when_nobody != RouteStep.WhenNobody.DEPUTY:
        return
    if step.deputy is None:
        yield _("it does not say who decides where nobody is found.")
    elif not step.deputy.is_active:
        yield _("no longer working here: %(people)s.") % {"people": step.deputy}


def _line_ends(version: RouteVersion) -> bool:
    """Whether somebody decides at the end of the line: the route's owner, or who heads the top department."""
    owner = version.route.owner
    if owner is not None and owner.is_active:
        return True
    return Department.objects.filter(parent=None, head__is_active=True).exists()


def _has_head(department: Department | None) -> bool:
    return bool(department and department.head_id and department.head.is_active)


def _bad_conditions(step: RouteStep, kind: str) -> Iterator[str]:
    facts = kind_called(kind).facts
    for condition in step.conditions:
        if condition["fact"] not in facts or condition["op"] not in OPERATORS:
            yield _("the paper has no fact “%(fact)s”.") % {"fact": condition["fact"]}
        elif condition["op"] in ORDERINGS and not is_number(condition["value"]):
            yield _("“%(value)s” is not a number.") % {"value": condition["value"]}


def _bad_deadline(step: RouteStep, last: bool) -> Iterator[str]:
    """A step may pass without a decision only where nobody's word is asked for and another person decides after it."""
    if step.hours and step.when_late == RouteStep.WhenLate.APPROVE:
        if step.opinion_required:
            yield _("it asks for a written opinion, so it can't pass without one after the deadline.")
        elif step.attachment_required or step.signature_required:
            yield _("it asks for a file or a signature, so it can't pass without one after the deadline.")
        if last:
            yield _("it is the last one; the last approval of a paper is always a person's, never the clock's.")
