"""A version of a route as a JSON file, and a file as the new draft of a route.

The file holds no ids: people go by user name, roles and departments by code, so that a route can be carried from one
installation to another. See `apps.approvals.filed` for what is refused.
"""

import json
from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _

from apps.approvals import services
from apps.approvals.errors import ApprovalRefused
from apps.approvals.filed import CODES, FORMAT, FORMAT_VERSION, PROPERTIES, FiledStep, read
from apps.approvals.models import Route, RouteStep, RouteVersion


class DraftInTheWay(ApprovalRefused):
    """The route is being edited; the file would take the place of what somebody wrote."""

    status = 422

    def __init__(self, draft: RouteVersion):
        text = _("Version %(number)s is being written. Say that the file may replace it, or publish it first.")
        text %= {"number": draft.number}
        super().__init__(text, fields={"replace": [text]})


def file_of(version: RouteVersion) -> str:
    """A version of a route as the text of a JSON file."""
    route = version.route
    steps = version.steps.select_related("department", "role", "deputy").order_by("order")
    steps = list(steps.prefetch_related("copy_roles", "copy_people"))
    RouteStep.read_people(steps)
    content = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "kind": route.kind,
        "purpose": route.purpose,
        "name": route.name,
        "name_en": route.name_en,
        "steps": [{name: _filed(step, field) for name, field in PROPERTIES.items()} for step in steps],
    }
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


@transaction.atomic
def import_file(route: Route, *, content: bytes, name: str, replace: bool = False, by) -> RouteVersion:
    """The draft that a file describes. Nothing is written unless everything in the file is right.

    The route keeps its own names and its owner: they hold at once, while a draft holds when it is published.
    """
    route = Route.objects.select_for_update(of=("self",)).get(pk=route.pk)
    steps = read(content, route)
    being_written = route.versions.filter(state=RouteVersion.State.DRAFT).first()
    if being_written is not None:
        if not replace:
            raise DraftInTheWay(being_written)
        services.discard(being_written, by=by)
    draft = services.empty_draft(route, by=by, reason=_short(f"imported from {name}"))
    for number, step in enumerate(steps, 1):
        _write(step, draft, number * services.GAP)
    return draft


def _write(step: FiledStep, draft: RouteVersion, order: int) -> None:
    row = RouteStep(version=draft, order=order, **step.values)
    row.save()
    row.name_people(step.links.get("people", ()))
    row.copy_roles.set(step.links.get("copy_roles", ()))
    row.copy_people.set(step.links.get("copy_people", ()))


def _filed(step: RouteStep, field: models.Field) -> Any:
    """What a file says of one column."""
    value = getattr(step, field.name)
    if field.name == "people":
        return [person.username for person in step.people_in_order]
    if field.many_to_many:
        return sorted(getattr(row, CODES[field.related_model]) for row in value.all())
    if field.is_relation:
        return getattr(value, CODES[field.related_model]) if value is not None else None
    if field.name == "conditions":
        return [_condition(condition) for condition in value]
    return str(value) if isinstance(value, Decimal) else value


def _condition(stored: dict[str, Any]) -> dict[str, Any]:
    """A condition; its group is told where it is not the first."""
    told = {name: stored[name] for name in ("fact", "op", "value")}
    return {**told, "group": stored["group"]} if stored.get("group", 1) != 1 else told


def _short(reason: str) -> str:
    """As long as the reason of a change may be."""
    return reason[:100]
