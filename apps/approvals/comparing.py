"""What two versions of a route say differently, step by step and in words.

A step is the same step in both where it has the same key, whatever it is called now.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from apps.approvals.conditions import Condition
from apps.approvals.kinds import RoutedKind, kind_called
from apps.approvals.models import RouteStep, RouteVersion
from apps.approvals.wording import conditions_in_words, deadline_in_words, sentences, votes, who

# Columns that make one sentence together; every other column of a step is a property of its own.
_TOGETHER = {
    "rule": ("levels_up", "department", "role", "people", "fact"),
    "mode": ("needed", "pass_percent", "reject_percent"),
    "hours": ("when_late",),
    "when_nobody": ("deputy",),
}
_NO_PROPERTIES = {"id", "version", "order", "key", *(name for names in _TOGETHER.values() for name in names)}


@dataclass(frozen=True)
class StepInWords:
    """A step as a reader knows it: ``said`` is what it says beside who decides, ``properties`` are label → words."""

    key: str
    name: str
    who: str
    said: Sequence[str]
    properties: Mapping[str, str]


@dataclass(frozen=True)
class Change:
    """One property, before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Difference:
    """What became of one step: its places count from 1; a step that is on one side alone has the other empty."""

    old: StepInWords | None
    new: StepInWords | None
    old_place: int | None = None
    new_place: int | None = None
    moved: bool = False
    changes: Sequence[Change] = ()

    @property
    def kinds(self) -> list[str]:
        """`added`, `removed`, or those that apply of `moved` and `changed`; nothing where the step is as it was."""
        if self.old is None or self.new is None:
            return ["removed" if self.new is None else "added"]
        return [*(["moved"] if self.moved else []), *(["changed"] if self.changes else [])]

    @property
    def labels(self) -> list[tuple[str, str]]:
        """What became of it, with the colour of each word."""
        return [LABELS[kind] for kind in self.kinds]


LABELS = {
    "added": ("success", gettext_lazy("added")),
    "removed": ("danger", gettext_lazy("taken out")),
    "moved": ("info", gettext_lazy("moved")),
    "changed": ("warning", gettext_lazy("changed")),
}


def differences(old: Sequence[StepInWords], new: Sequence[StepInWords]) -> list[Difference]:
    """Every step of both versions in the order of the new one; what was taken out stands where it used to stand."""
    before = {step.key: (place, step) for place, step in enumerate(old, 1)}
    kept = [before[step.key][0] for step in new if step.key in before]
    settled = _longest_rise(kept)
    removed = _taken_out(old, {step.key for step in new}, settled)
    found = removed.pop(0, [])
    for place, step in enumerate(new, 1):
        old_place, was = before.get(step.key, (None, None))
        moved = was is not None and old_place not in settled
        found.append(Difference(was, step, old_place, place, moved, _changes(was, step) if was else ()))
        found += removed.pop(old_place, []) if old_place in settled else []
    return found


def _taken_out(old: Sequence[StepInWords], stays: set[str], settled: set[int]) -> dict[int, list[Difference]]:
    """The steps taken out by the place of the step before them that kept its place; 0 for the beginning."""
    found: dict[int, list[Difference]] = {}
    anchor = 0
    for place, step in enumerate(old, 1):
        if place in settled:
            anchor = place
        elif step.key not in stays:
            found.setdefault(anchor, []).append(Difference(step, None, place))
    return found


def _longest_rise(places: Sequence[int]) -> set[int]:
    """The most places that are still in their order; the steps at the others are those that moved."""
    ends: list[int] = []
    runs: list[list[int]] = []
    for place in places:
        at = bisect_left(ends, place)
        ends[at:], runs[at:] = [place, *ends[at + 1 :]], [[*(runs[at - 1] if at else []), place], *runs[at + 1 :]]
    return set(runs[-1]) if runs else set()


def _changes(old: StepInWords, new: StepInWords) -> list[Change]:
    labels = dict.fromkeys([*new.properties, *old.properties])
    pairs = ((label, old.properties.get(label, "—"), new.properties.get(label, "—")) for label in labels)
    return [Change(label, before, after) for label, before, after in pairs if before != after]


def told_by(*versions: RouteVersion) -> list[list[StepInWords]]:
    """The steps of versions of one route in words, read at once."""
    links = ("department", "role", "deputy")
    found = RouteStep.objects.filter(version__in=versions).select_related(*links).order_by("version", "order")
    steps = list(found.prefetch_related("copy_roles", "copy_people"))
    RouteStep.read_people(steps)
    by_version = {pk: list(rows) for pk, rows in groupby(steps, lambda step: step.version_id)}
    kind = kind_called(versions[0].route.kind)
    return [[in_words(step, kind) for step in by_version.get(version.pk, [])] for version in versions]


def in_words(step: RouteStep, kind: RoutedKind) -> StepInWords:
    """A step of a route of a kind in words."""
    return StepInWords(step.key, step.label, who(step), sentences(step, kind), dict(_properties(step, kind)))


def _properties(step: RouteStep, kind: RoutedKind) -> Iterator[tuple[str, str]]:
    said_otherwise = {
        "rule": lambda: who(step),
        "mode": lambda: _(", ").join(votes(step)) or step.get_mode_display(),
        "hours": lambda: deadline_in_words(step) if step.hours else "—",
        "when_nobody": lambda: _nobody(step),
        "conditions": lambda: _conditions(step, kind),
    }
    for field in (*RouteStep._meta.fields, *RouteStep._meta.many_to_many):
        if field.name not in _NO_PROPERTIES:
            words = said_otherwise[field.name]() if field.name in said_otherwise else _words(step, field, kind)
            yield capfirst(str(field.verbose_name)), words


def _nobody(step: RouteStep) -> str:
    if step.when_nobody == RouteStep.WhenNobody.DEPUTY:
        return _("%(what)s: %(person)s") % {"what": step.get_when_nobody_display(), "person": step.deputy or "—"}
    return step.get_when_nobody_display()


def _conditions(step: RouteStep, kind: RoutedKind) -> str:
    conditions = conditions_in_words((Condition(**condition) for condition in step.conditions), kind.facts)
    return conditions or pgettext("condition", "always")


def _words(step: RouteStep, field: models.Field, kind: RoutedKind) -> str:
    """A column by what it holds."""
    if field.choices:
        return getattr(step, f"get_{field.name}_display")()
    value: Any = getattr(step, field.name)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if field.many_to_many:
        return _(", ").join(map(str, value.all())) or "—"
    if isinstance(value, list):
        parts = {**kind.facts, **kind.editable, **kind.hideable}
        return _(", ").join(str(parts.get(name, name)) for name in value) or "—"
    return str(value) if value not in (None, "") else "—"
