"""Routes for tests, written the way one would say them:

route("memo", [step("head", rule="department_head"), step("finance", role="finance_reviewer", mode="all")])
"""

import datetime as dt

import factory

from apps.approvals.models import Route, RouteStep, RouteVersion
from apps.approvals.rules import freeze
from tests.factories.org import RoleFactory

PUBLISHED = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


class RouteFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Route
        django_get_or_create = ["kind", "purpose"]

    kind = "memo"
    purpose = "approve"
    name = factory.LazyAttribute(lambda route: f"Route of {route.kind}")


def step(key, *, role=None, people=(), copy_roles=(), copy_people=(), name="", **values):
    """One step; `role` and `people` say the rule by themselves, otherwise give `rule`."""
    if role is not None:
        values.setdefault("rule", "role")
    elif people:
        values.setdefault("rule", "people")
    return {
        "key": key,
        "name": name or key.replace("-", " ").capitalize(),
        "role": role,
        "people": list(people),
        "copy_roles": list(copy_roles),
        "copy_people": list(copy_people),
        **values,
    }


def when(fact, op, value):
    """A condition of a step: `conditions=[when("amount", "gt", "5000")]`."""
    return {"fact": fact, "op": op, "value": value}


def route(kind="memo", steps=(), *, owner=None, purpose="approve", revocable_days=None):
    """The published route of a kind with these steps; a route already in force is retired by it."""
    parent = RouteFactory(kind=kind, purpose=purpose)
    parent.owner, parent.revocable_days = owner, revocable_days
    parent.save()
    RouteVersion.objects.filter(route=parent, state="published").update(state="retired")
    version = RouteVersion.objects.create(
        route=parent, number=parent.versions.count() + 1, state="published", published_at=PUBLISHED
    )
    for order, values in enumerate(steps, start=1):
        values = dict(values)
        people, roles, copies = values.pop("people"), values.pop("copy_roles"), values.pop("copy_people")
        role = values.pop("role")
        created = RouteStep.objects.create(version=version, order=order * 10, role=_role(role), **values)
        created.name_people(people)
        created.copy_roles.set([_role(code) for code in roles])
        created.copy_people.set(copies)
    freeze(version)
    version.save()
    return version


def _role(role):
    return RoleFactory(code=role) if isinstance(role, str) else role
