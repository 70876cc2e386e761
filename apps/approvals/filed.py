"""The file of a route, read strictly: every problem is told, and only what is right in every point is handed on.

A file comes from anywhere. Nothing in it is run, nothing in it is guessed: a property that is not known, a value of
the wrong type, a person, role, department, fact or comparison that does not exist is refused by name.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from apps.approvals.conditions import OPERATORS, ORDERINGS, is_number
from apps.approvals.errors import ApprovalRefused
from apps.approvals.kinds import RoutedKind, kind_called
from apps.approvals.models import Route, RouteStep
from apps.org.models import Department, Role, User

FORMAT = "approval-route"
FORMAT_VERSION = 1
MAX_BYTES = 256 * 1024
MAX_STEPS, MAX_CONDITIONS, MAX_LIST, MAX_TEXT, MAX_TOLD = 60, 40, 200, 200, 40
MAX_WHOLE = 32_767

CODES = {User: "username", Role: "code", Department: "code"}
#: what a step says in a file: its columns by name, in the order of the model
PROPERTIES = {
    column.name: column
    for column in (*RouteStep._meta.fields, *RouteStep._meta.many_to_many)
    if column.name not in ("id", "version", "order")
}
_NEEDED = ("key", "name", "rule")
_TOP = ("format", "format_version", "kind", "purpose", "name", "name_en", "steps")
_PARTS = {"editable": "editable", "hidden": "hideable", "watches": "facts"}
_TOO_LARGE = object()


class FileRefused(ApprovalRefused):
    """A file that is not a route in every point; ``problems`` are sentences."""

    status = 422

    def __init__(self, problems: list[str]):
        more = len(problems) - MAX_TOLD
        self.problems = problems[:MAX_TOLD]
        if more > 0:
            self.problems.append(_("… and %(count)s more.") % {"count": more})
        super().__init__(" ".join(self.problems), fields={"file": self.problems})


@dataclass
class FiledStep:
    """A step of a file: columns with their values, and the rows it links to."""

    values: dict[str, Any] = field(default_factory=dict)
    links: dict[str, list[Any]] = field(default_factory=dict)


class Wrong(Exception):
    """What is wrong with one value, as the end of a sentence."""


class _Properties(dict):
    """A JSON object that remembers which names it was given twice."""

    def __init__(self, pairs: list[tuple[str, Any]]):
        super().__init__(pairs)
        self.twice = sorted(name for name, times in Counter(name for name, _value in pairs).items() if times > 1)


def read(content: bytes, route: Route) -> list[FiledStep]:
    """The steps of a file for a route. Refused with everything that is wrong with it."""
    parsed = _parse(content)
    problems = list(_top_problems(parsed, route))
    if problems:
        raise FileRefused(problems)
    reader = _Reader(kind_called(route.kind), parsed["steps"])
    steps = [reader.step(said, place) for place, said in enumerate(parsed["steps"], 1)]
    if reader.problems:
        raise FileRefused(reader.problems)
    return steps


def _parse(content: bytes) -> Any:
    if len(content) > MAX_BYTES:
        raise FileRefused([_("The file is larger than %(size)s KB.") % {"size": MAX_BYTES // 1024}])
    try:
        return json.loads(
            content.decode("utf-8-sig"),
            object_pairs_hook=_Properties,
            parse_int=lambda digits: int(digits) if len(digits) < 16 else _TOO_LARGE,
            parse_float=lambda digits: float(digits) if math.isfinite(float(digits)) else _TOO_LARGE,
            parse_constant=lambda _name: _TOO_LARGE,
        )
    except UnicodeDecodeError:
        raise FileRefused([_("The file is not text in UTF-8.")]) from None
    except RecursionError:
        raise FileRefused([_("The file is nested too deeply to be a route.")]) from None
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        raise FileRefused([_("The file is not JSON: line %(line)s cannot be read.") % {"line": line}]) from None


def _top_problems(said: Any, route: Route) -> Iterator[str]:
    """What is wrong with a file before its steps are looked at."""
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        yield _("This is not the file of an approval route.")
        return
    if said.get("format_version") != FORMAT_VERSION or isinstance(said["format_version"], bool):
        text = _("The file is written in version %(said)s of the format; this program reads version %(known)s.")
        yield text % {"said": _shown(said.get("format_version")), "known": FORMAT_VERSION}
        return
    if said.get("kind") != route.kind:
        text = _("The file is a route for “%(said)s”, this route is for “%(kind)s”.")
        yield text % {"said": _shown(said.get("kind")), "kind": route.kind}
    if said.get("purpose") != route.purpose:
        text = _("The purpose of the file is “%(said)s”, that of this route is “%(purpose)s”.")
        yield text % {"said": _shown(said.get("purpose")), "purpose": route.purpose}
    for name in said.twice:
        yield _("“%(property)s” is said twice.") % {"property": _shown(name)}
    for name in sorted(set(said) - set(_TOP)):
        yield _("The file says “%(property)s”, which is not known.") % {"property": _shown(name)}
    for name in ("name", "name_en"):
        if not isinstance(said.get(name, ""), str):
            yield _("“%(property)s” must be a text.") % {"property": name}
    steps = said.get("steps")
    if not isinstance(steps, list) or not 1 <= len(steps) <= MAX_STEPS:
        yield _("“steps” must be a list of 1 to %(most)s steps.") % {"most": MAX_STEPS}


class _Reader:
    """Reads steps of a route of a kind and gathers what is wrong with them."""

    def __init__(self, kind: RoutedKind, steps: list[Any]):
        self.kind = kind
        self.problems: list[str] = []
        self.known = {model: _named(model, steps) for model in CODES}
        self.keys: set[str] = set()

    def step(self, said: Any, place: int) -> FiledStep:
        """One step; what is wrong with it is added to the problems."""
        step = FiledStep()
        if not isinstance(said, dict):
            self.problems.append(_("Step %(place)s is not an object with properties.") % {"place": place})
            return step
        name = said.get("name")
        label = _shown(name) if isinstance(name, str) and name.strip() else str(place)
        for problem in (*self._names(said), *self._values(said, step), *self._together(step)):
            self.problems.append(_("Step “%(step)s”: %(problem)s") % {"step": label, "problem": problem})
        return step

    def _names(self, said: _Properties) -> Iterator[str]:
        for name in said.twice:
            yield _("“%(property)s” is said twice.") % {"property": _shown(name)}
        for name in sorted(set(said) - set(PROPERTIES)):
            yield _("“%(property)s” is not a property of a step.") % {"property": _shown(name)}
        for name in _NEEDED:
            if name not in said:
                yield _("“%(property)s” is missing.") % {"property": name}

    def _values(self, said: _Properties, step: FiledStep) -> Iterator[str]:
        for name, column in PROPERTIES.items():
            if name not in said:
                continue
            try:
                value = self._value(column, said[name])
            except Wrong as wrong:
                yield _("“%(property)s” %(wrong)s") % {"property": name, "wrong": wrong}
            else:
                (step.links if column.many_to_many else step.values)[name] = value

    def _together(self, step: FiledStep) -> Iterator[str]:
        """What is right by itself and wrong beside the rest."""
        key = step.values.get("key")
        if key in self.keys:
            yield _("another step has the key “%(key)s” too.") % {"key": key}
        elif key:
            self.keys.add(key)
        if set(step.values.get("editable", ())) & set(step.values.get("hidden", ())):
            yield _("what the approver may change can't be hidden from them.")

    def _value(self, column: models.Field, said: Any) -> Any:
        if column.many_to_many:
            return [self._row(column, code) for code in _texts(said)]
        if column.is_relation:
            return None if said is None else self._row(column, said)
        if column.name == "conditions":
            return [self._condition(condition) for condition in _list(said, MAX_CONDITIONS)]
        if column.name in _PARTS:
            return [_one_of(part, getattr(self.kind, _PARTS[column.name])) for part in _texts(said)]
        if column.name == "fact":
            return said if said == "" else _one_of(_text(said), self.kind.facts)
        return _column(column, said)

    def _row(self, column: models.Field, code: Any) -> Any:
        row = self.known[column.related_model].get(_text(code))
        if row is None:
            raise Wrong(_("names “%(code)s”, which is not known here.") % {"code": _shown(code)})
        return row

    def _condition(self, said: Any) -> dict[str, Any]:
        if not isinstance(said, dict) or said.twice or not {"fact", "op", "value"} <= set(said) <= _CONDITION:
            raise Wrong(_("must be a list of conditions, each with fact, op, value and perhaps group."))
        fact, op, group = _one_of(_text(said["fact"]), self.kind.facts), _one_of(_text(said["op"]), OPERATORS), 1
        if "group" in said:
            group = said["group"]
            if not _is_whole(group) or not 1 <= group <= MAX_CONDITIONS:
                raise Wrong(_("has a group that is not a number from 1 to %(most)s.") % {"most": MAX_CONDITIONS})
        value = [_plain(one) for one in _list(said["value"], MAX_LIST)] if op == "in" else _plain(said["value"])
        if op in ORDERINGS and not is_number(value):
            raise Wrong(_("compares with “%(value)s”, which is not a number.") % {"value": _shown(value)})
        told = {"fact": fact, "op": op, "value": value}
        return {**told, "group": group} if group > 1 else told


_CONDITION = {"fact", "op", "value", "group"}


def _named(model: type[models.Model], steps: list[Any]) -> dict[str, Any]:
    """The rows that the steps name, by code, read at once."""
    wanted: set[str] = set()
    for name, column in PROPERTIES.items():
        if column.is_relation and column.related_model is model:
            for step in steps:
                said = step.get(name) if isinstance(step, dict) else None
                wanted |= {code for code in (said if isinstance(said, list) else [said]) if _is_text(code)}
    code = CODES[model]
    rows = model.objects.filter(**{f"{code}__in": sorted(wanted)[: MAX_LIST * 5]}) if wanted else ()
    return {getattr(row, code): row for row in rows}


def _column(column: models.Field, said: Any) -> Any:
    """A column of plain text, numbers, or yes and no."""
    if said is None:
        if not column.null:
            raise Wrong(_("must not be empty."))
        return None
    if column.choices:
        return _one_of(_text(said), dict(column.choices))
    kinds: dict[type, tuple[Callable[[Any], bool], str]] = {
        models.BooleanField: (lambda value: isinstance(value, bool), _("must be true or false.")),
        models.IntegerField: (_is_small, _("must be a whole number from 0 to %(most)s.") % {"most": MAX_WHOLE}),
        models.DecimalField: (_is_decimal, _('must be a number in quotation marks, such as "16.5".')),
        models.CharField: (_is_text, _("must be a text.")),
    }
    fits, sentence = next(pair for kind, pair in kinds.items() if isinstance(column, kind))
    if not fits(said):
        raise Wrong(sentence)
    if isinstance(said, str) and not column.blank and not said.strip():
        raise Wrong(_("must not be empty."))
    try:
        return column.clean(said, None)
    except ValidationError as error:
        raise Wrong(_("is refused: %(why)s") % {"why": " ".join(error.messages)}) from None


def _list(said: Any, most: int) -> list[Any]:
    if not isinstance(said, list) or len(said) > most:
        raise Wrong(_("must be a list of at most %(most)s.") % {"most": most})
    return said


def _texts(said: Any) -> list[str]:
    """A list of different texts."""
    texts = [_text(one) for one in _list(said, MAX_LIST)]
    if len(set(texts)) < len(texts):
        raise Wrong(_("says the same twice."))
    return texts


def _text(said: Any) -> str:
    if not _is_text(said):
        raise Wrong(_("must be a text."))
    return said


def _plain(said: Any) -> Any:
    """What a condition compares with."""
    if isinstance(said, bool | int | float) or (_is_text(said) and said and len(said) <= MAX_TEXT):
        return said
    raise Wrong(_("compares with something that is neither a short text, a number, nor true or false."))


def _one_of(said: str, known: Any) -> str:
    if said not in known:
        raise Wrong(_("says “%(value)s”, which is not known here.") % {"value": _shown(said)})
    return said


def _is_text(said: Any) -> bool:
    """Text that a database takes: without null characters and halves of characters."""
    return isinstance(said, str) and not re.search("[\x00\ud800-\udfff]", said)


def _is_whole(said: Any) -> bool:
    return isinstance(said, int) and not isinstance(said, bool)


def _is_small(said: Any) -> bool:
    return _is_whole(said) and 0 <= said <= MAX_WHOLE


def _is_decimal(said: Any) -> bool:
    return isinstance(said, str) and re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,4})?", said) is not None


def _shown(said: Any) -> str:
    """What was said, as short as a sentence bears."""
    if said is None:
        return "—"
    text = str(said) if isinstance(said, str | bool | int | float) else "…"
    text = "".join(letter if letter.isprintable() else "�" for letter in text[:60])
    return text if len(str(said)) <= 60 or text == "…" else f"{text}…"
