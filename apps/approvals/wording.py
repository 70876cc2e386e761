"""Rules of steps in words: who decides, how many of them, and when the step applies."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.approvals.conditions import Condition, groups_of
from apps.approvals.kinds import RoutedKind
from apps.approvals.models import RouteStep, Step
from apps.approvals.routing import StepRule
from apps.core.money import format_money

OPERATORS = {
    "gt": gettext_lazy("is more than"),
    "gte": gettext_lazy("is at least"),
    "lt": gettext_lazy("is less than"),
    "lte": gettext_lazy("is at most"),
    "eq": gettext_lazy("is"),
    "ne": gettext_lazy("is not"),
    "in": gettext_lazy("is one of"),
    "contains": gettext_lazy("contains"),
}
_SIGNS = {"gt": "＞", "gte": "≥", "lt": "＜", "lte": "≤", "eq": "=", "ne": "≠"}


def label_of(rule: StepRule) -> str:
    """The name of a step in the reader's language."""
    return Step(name=rule.name, name_en=rule.name_en).label


def how_many(rule: StepRule, people: int) -> str:
    """How many of a step's people must approve, where there are several."""
    if people < 2:
        return ""
    if rule.mode == "all":
        return _("all of them")
    if rule.mode == "sequence":
        return _("one after another")
    if rule.mode == "percent":
        return _("%(percent)s%% of them") % {"percent": rule.pass_percent}
    if rule.mode == "count":
        return _("%(needed)s of them") % {"needed": min(rule.needed, people)}
    return _("any one of them")


def conditions_in_words(conditions: Iterable[Condition], labels: Mapping[str, Any]) -> str:
    """`amount ＞ ¥5,000.00 and …, or …`; ``labels`` are the facts of the kind."""
    groups = [
        _(" and ").join(_in_words(condition, str(labels.get(condition.fact, condition.fact))) for condition in group)
        for group in groups_of(conditions)
    ]
    return _(", or ").join(groups)


def _in_words(condition: Condition, fact: str) -> str:
    if condition.op == "in":
        values = _(", ").join(map(str, condition.value))
        return _("%(fact)s is one of %(values)s") % {"fact": fact, "values": values}
    if condition.op == "contains":
        return _("%(fact)s contains %(value)s") % {"fact": fact, "value": condition.value}
    return f"{fact} {_SIGNS[condition.op]} {fact_in_words(condition.fact, condition.value)}"


def fact_in_words(fact: str, value: Any) -> str:
    """The value of a fact as people write it."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return format_money(value) if "amount" in fact else str(value)


def who(step: RouteStep) -> str:
    """Who decides a step of a route, from its own columns."""
    if step.rule == RouteStep.Rule.DEPARTMENT_HEAD and step.levels_up:
        text = ngettext(
            "head of the department %(count)s level above the applicant's",
            "head of the department %(count)s levels above the applicant's",
            step.levels_up,
        )
        return text % {"count": step.levels_up}
    if step.rule == RouteStep.Rule.MANAGER_LINE:
        return _line(step)
    if step.rule in (RouteStep.Rule.CHOSEN, RouteStep.Rule.CHOSEN_BEFORE):
        return _choice(step)
    texts = {
        RouteStep.Rule.LINE_MANAGER: _("the applicant's line manager"),
        RouteStep.Rule.DEPARTMENT_HEAD: _("head of the applicant's department"),
        RouteStep.Rule.NAMED_HEAD: _("head of %(department)s") % {"department": step.department or "—"},
        RouteStep.Rule.ROLE: _("everyone with the role %(role)s") % {"role": step.role or "—"},
        RouteStep.Rule.FACT: _("the person named on the paper (%(fact)s)") % {"fact": step.fact or "—"},
    }
    if step.rule == RouteStep.Rule.PEOPLE:
        return _(", ").join(map(str, step.people_in_order)) or "—"
    return texts[step.rule]


def deadline_in_words(step: RouteStep) -> str:
    """`16 working hours; after the deadline they are reminded`."""
    hours = ngettext("%(count)s working hour", "%(count)s working hours", int(step.hours))
    hours %= {"count": f"{step.hours.normalize():f}"}
    return _("%(hours)s; after the deadline %(what)s") % {"hours": hours, "what": step.get_when_late_display()}


def _line(step: RouteStep) -> str:
    if step.department:
        text = _("heads of the line, from the applicant's department up to %(department)s")
        return text % {"department": step.department}
    text = ngettext(
        "heads of the line, from the applicant's department up to %(count)s level above",
        "heads of the line, from the applicant's department up to %(count)s levels above",
        step.levels_up,
    )
    return text % {"count": step.levels_up}


def _choice(step: RouteStep) -> str:
    """Who chooses, and from whom."""
    if step.rule == RouteStep.Rule.CHOSEN:
        text = _("whom the applicant chooses from %(people)s")
    else:
        text = _("whom the approver of the step before chooses from %(people)s")
    people = _("everybody")
    if step.role:
        people = _("everyone with the role %(role)s") % {"role": step.role}
    elif named := step.people_in_order:
        people = _(", ").join(map(str, named))
    return text % {"people": people}


def sentences(step: RouteStep, kind: RoutedKind) -> list[str]:
    """Everything else a step of the route of a kind says."""
    said = [_("at the same time as the step before")] if step.with_previous else []
    said += votes(step)
    if step.conditions:
        conditions = conditions_in_words((Condition(**condition) for condition in step.conditions), kind.facts)
        said.append(_("only if %(conditions)s") % {"conditions": conditions})
    said += _about_people(step)
    if step.resubmission == RouteStep.Resubmission.BACK:
        said.append(_("a paper returned here comes straight back"))
    if step.hours:
        said.append(deadline_in_words(step))
    said += [*_asked_for(step), *_parts(step, kind)]
    readers = [*step.copy_roles.all(), *step.copy_people.all()]
    if readers:
        said.append(_("copied to %(readers)s") % {"readers": _(", ").join(map(str, readers))})
    return said


def _about_people(step: RouteStep) -> list[str]:
    """What becomes of the applicant among the people, of nobody, and of who has decided already."""
    said = []
    if step.choose_many and step.rule in (RouteStep.Rule.CHOSEN, RouteStep.Rule.CHOSEN_BEFORE):
        said.append(_("several may be chosen"))
    if step.when_applicant != RouteStep.WhenApplicant.SKIP:
        said.append(_("the applicant among them is %(what)s") % {"what": step.get_when_applicant_display()})
    if step.when_nobody == RouteStep.WhenNobody.DEPUTY:
        said.append(_("where nobody is found, %(person)s decides") % {"person": step.deputy or "—"})
    elif step.when_nobody == RouteStep.WhenNobody.REFUSE:
        said.append(_("where nobody is found, the submission is refused"))
    if step.when_duplicate != RouteStep.Duplicate.ASK:
        said.append(_("who has already decided is %(what)s") % {"what": step.get_when_duplicate_display()})
    return said


def votes(step: RouteStep) -> list[str]:
    """How many of a step's people must approve, and what a rejection means."""
    mode, said = RouteStep.Mode, []
    if step.mode == mode.ALL:
        said.append(_("all of them must approve"))
    elif step.mode == mode.SEQUENCE:
        said.append(_("all of them must approve, one after another"))
    elif step.mode == mode.COUNT:
        text = ngettext("%(count)s of them must approve", "%(count)s of them must approve", step.needed)
        said.append(text % {"count": step.needed})
    elif step.mode == mode.PERCENT:
        said.append(_("%(percent)s%% of them must approve") % {"percent": step.pass_percent})
    if step.mode in (mode.COUNT, mode.PERCENT) and step.reject_percent:
        said.append(_("rejections are votes; %(percent)s%% of them reject it") % {"percent": step.reject_percent})
    return said


def _asked_for(step: RouteStep) -> Iterator[str]:
    """What an approval of the step needs."""
    if step.opinion_required:
        yield _("approving needs a written opinion")
    if step.attachment_required:
        yield _("approving needs a file")
    if step.signature_required:
        yield _("approving needs a signature drawn by hand")


def _watches(step: RouteStep, kind: RoutedKind) -> str:
    """What makes the step be asked again."""
    facts = _(", ").join(str(kind.facts.get(name, name)) for name in step.watches)
    return _("asked again when an approver changes: %(facts)s") % {"facts": facts} if facts else ""


def _parts(step: RouteStep, kind: RoutedKind) -> Iterator[str]:
    """The parts of a paper that the step opens or hides."""
    if watched := _watches(step, kind):
        yield watched
    if step.hidden:
        parts = _(", ").join(str(kind.hideable.get(name, name)) for name in step.hidden)
        yield _("does not see: %(parts)s") % {"parts": parts}
    if step.editable:
        fields = _(", ").join(str(kind.editable.get(name, name)) for name in step.editable)
        yield _("may change: %(fields)s") % {"fields": fields}
