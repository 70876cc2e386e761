"""The approval routes a new company starts with, written down in the fixtures of each app."""

from typing import Any

from apps.approvals.models import Route, RouteStep, RouteVersion
from apps.approvals.rules import freeze
from apps.core import clock
from apps.org.models import Role


def publish_route(row: dict[str, Any]) -> None:
    """Publish the route of a kind unless it has one: `{"kind", "name", "name_en", "steps": [RouteStep fields]}`.

    `role` and `copy_roles` of a step are codes of roles, which must exist.
    """
    if Route.objects.filter(kind=row["kind"], purpose=Route.Purpose.APPROVE).exists():
        return
    route = Route.objects.create(kind=row["kind"], name=row["name"], name_en=row["name_en"])
    version = RouteVersion.objects.create(route=route, number=1)
    for order, given in enumerate(row["steps"], start=1):
        values = {**given, "role": Role.objects.get(code=given["role"]) if "role" in given else None}
        copied = Role.objects.filter(code__in=values.pop("copy_roles", ()))
        step = RouteStep.objects.create(**values, version=version, order=order)
        step.copy_roles.set(copied)
    version.state, version.published_at = RouteVersion.State.PUBLISHED, clock.now()
    freeze(version)
    version.save()
