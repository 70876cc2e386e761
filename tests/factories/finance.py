"""Expense claims and what they need; unsurprising, in English, nothing required that a test doesn't speak of."""

import datetime as dt
from decimal import Decimal

import factory

from apps.approvals.models import Route, RouteStep, RouteVersion
from apps.approvals.rules import freeze
from apps.core import clock
from apps.finance.expenses.models import City, CityTier, ExpenseCategory, ExpenseClaim, ExpenseStandard, ReturnReason
from apps.finance.expenses.services import save_claim
from apps.finance.payments.models import FundAccount
from tests.factories.org import RoleFactory


class ExpenseCategoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ExpenseCategory
        django_get_or_create = ["code"]

    code = factory.Sequence(lambda n: f"C{n}")
    name = factory.LazyAttribute(lambda category: f"Category {category.code}")
    requires_invoice = False


class CityTierFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = CityTier
        django_get_or_create = ["code"]

    code = factory.Sequence(lambda n: f"T{n}")
    name = factory.LazyAttribute(lambda tier: f"Tier {tier.code}")


class CityFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = City
        django_get_or_create = ["code"]

    code = factory.Sequence(lambda n: f"CITY{n}")
    name = factory.LazyAttribute(lambda city: f"City {city.code}")
    tier = factory.SubFactory(CityTierFactory)


class ExpenseStandardFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ExpenseStandard

    category = factory.SubFactory(ExpenseCategoryFactory)
    unit = "once"
    limit = Decimal("100.00")
    control = "warn_with_reason"
    valid_from = dt.date(2020, 1, 1)


class ReturnReasonFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ReturnReason
        django_get_or_create = ["code"]

    code = factory.Sequence(lambda n: f"R{n}")
    name = factory.LazyAttribute(lambda reason: f"Reason {reason.code}")


class FundAccountFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = FundAccount
        django_get_or_create = ["code"]

    code = factory.Sequence(lambda n: f"A{n}")
    name = factory.LazyAttribute(lambda account: f"Account {account.code}")


def line(amount="100.00", **values) -> dict:
    """A line as `save_claim` takes it; complete unless told otherwise."""
    category = values.pop("category", None) or ExpenseCategoryFactory(code="PLAIN")
    plain = {"category": category, "date": clock.today(), "description": "Something needed", "amount": Decimal(amount)}
    return {**plain, **values}


def claim_of(user, *lines: dict, **values) -> ExpenseClaim:
    """A draft of this person; one plain line unless told otherwise."""
    claim = ExpenseClaim(**{"title": "A claim", **values})
    return save_claim(claim, by=user, lines=list(lines) or [line()])


def publish_claim_route() -> RouteVersion:
    """Head, Finance (reviews lines), director above 5,000: the route of a new company without its last step."""
    route = Route.objects.create(kind=ExpenseClaim.KIND, name="Claims")
    version = RouteVersion.objects.create(route=route, number=1, state="published", published_at=clock.now())
    steps = [
        {"key": "head", "rule": "department_head"},
        {
            "key": "finance",
            "rule": "role",
            "role": RoleFactory(code="finance_reviewer"),
            "editable": ["lines"],
            "resubmission": "back",
        },
        {
            "key": "director",
            "rule": "role",
            "role": RoleFactory(code="finance_director"),
            "conditions": [{"fact": "amount", "op": "gt", "value": "5000"}],
        },
    ]
    for order, step in enumerate(steps, start=1):
        RouteStep.objects.create(version=version, order=order, name=step["key"].title(), **step)
    freeze(version)
    version.save()
    return version
