"""A route is tried out on a page: who would decide, why, and what would be skipped; nothing is written."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.approvals import services
from apps.approvals.kinds import RoutedKind, kind_called, register
from apps.approvals.models import Approval, Delegation, Event
from apps.core import clock
from tests.factories.approvals import route, step, when
from tests.factories.cast import cast
from tests.factories.org import UserFactory


@pytest.fixture
def people(db):
    return cast()


@pytest.fixture
def editor(client, people):
    client.force_login(people.root)
    return client


@pytest.fixture
def version(people):
    return route(
        "memo",
        [
            step("head", rule="department_head"),
            step("finance", role="finance_reviewer", mode="all"),
            step("named", people=[people.sam, people.gone], with_previous=True),
            step("far", role="executive", conditions=[when("amount", "gt", "5000")]),
        ],
        owner=people.root,
    )


@pytest.fixture
def try_(editor):
    def ask(version, **query):
        return editor.get(f"/approvals/versions/{version.pk}/try/", query)

    return ask


def told(response):
    """Each stage as [(step, state, people, reasons)]."""
    return [
        [(one.name, one.state, [person.name for person in one.people], [*one.why, *one.unmet]) for one in stage]
        for stage in response.context["stages"]
    ]


def test_each_step_says_who_decides_and_why(try_, version, people):
    response = try_(version, applicant=people.alice.pk, fact_amount="6,000")

    assert response.status_code == 200
    assert told(response) == [
        [("Head", "asked", [str(people.bob)], ["head of Business"])],
        [
            ("Finance", "asked", [str(people.fay), str(people.finn)], ["everyone with the role Role finance_reviewer"]),
            (
                "Named",
                "asked",
                [str(people.sam)],
                ["named by the route", f"left out, no longer working here: {people.gone}"],
            ),
        ],
        [
            (
                "Far",
                "asked",
                [str(people.erin)],
                ["everyone with the role Role executive", "because amount ＞ ¥5,000.00"],
            )
        ],
    ]
    assert [one.how_many for stage in response.context["stages"] for one in stage] == ["", "all of them", "", ""]


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("5000", "amount ＞ ¥5,000.00 does not hold: it is ¥5,000.00"),
        ("", "amount ＞ ¥5,000.00 does not hold: nothing is given"),
    ],
)
def test_a_step_that_does_not_apply_says_which_condition_fails(try_, version, people, amount, said):
    response = try_(version, applicant=people.alice.pk, fact_amount=amount)

    assert told(response)[-1] == [("Far", "skipped", [], [said])]


def test_another_department_than_the_applicants_own(try_, version, people):
    response = try_(version, applicant=people.alice.pk, department=people.service.pk)

    assert told(response)[0] == [("Head", "asked", [str(people.sam)], ["head of Service"])]


def test_the_applicant_the_substitute_and_who_has_decided(try_, people):
    today = clock.today()
    Delegation.objects.create(person=people.finn, substitute=people.olga, starts=today, ends=today, set_by=people.finn)
    version = route(
        "memo",
        [
            step("head", rule="department_head"),
            step("again", people=[people.boss], when_duplicate="once"),
            step("finance", role="finance_reviewer"),
        ],
    )

    response = try_(version, applicant=people.bob.pk)

    assert told(response) == [
        [
            (
                "Head",
                "asked",
                [str(people.boss)],
                [
                    "head of Business",
                    f"left out as the applicant: {people.bob}",
                    "therefore the next level up: head of Company",
                ],
            )
        ],
        [("Again", "passed", [], ["named by the route", f"has already decided and is not asked again: {people.boss}"])],
        [
            (
                "Finance",
                "asked",
                [str(people.fay), str(people.olga)],
                ["everyone with the role Role finance_reviewer", f"in the place of {people.finn}, who is away"],
            )
        ],
    ]
    assert response.context["stages"][2][0].people[1].instead_of == str(people.finn)


def test_nobody_found_stands_out(try_, people):
    version = route("memo", [step("named", people=[people.gone], when_nobody="refuse")])

    response = try_(version, applicant=people.alice.pk)

    assert told(response) == [
        [
            (
                "Named",
                "nobody",
                [],
                ["named by the route", f"left out, no longer working here: {people.gone}", "nobody is left to decide"],
            )
        ]
    ]
    assert b"tried-nobody" in response.content


def test_a_draft_is_tried_as_it_stands_and_nothing_is_written(try_, version, people):
    draft = services.start_draft(version.route, by=people.root)
    services.remove_step(draft.steps.get(key="head"), by=people.root)

    with CaptureQueriesContext(connection) as asked:
        response = try_(draft, applicant=people.alice.pk)

    assert [[one.name for one in stage] for stage in response.context["stages"]] == [["Finance", "Named"], ["Far"]]
    assert [query["sql"] for query in asked if query["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")] == []
    assert (Approval.objects.count(), Event.objects.count()) == (0, 0)
    draft.refresh_from_db()
    assert draft.rules == []


@pytest.fixture
def rich_kind():
    before = kind_called("memo")
    register(RoutedKind("memo", "memo", {"guide": "guide", "days": "days", "urgent": "urgent", "sort": "sort of memo"}))
    yield
    register(before)


@pytest.fixture
def rich(people, rich_kind):
    return route(
        "memo",
        [
            step("guide", rule="fact", fact="guide"),
            step("long", people=[people.erin], conditions=[when("days", "gte", "3")]),
            step("quick", people=[people.dora], conditions=[when("urgent", "eq", value=True)]),
            step("odd", people=[people.rita], conditions=[when("sort", "in", ["a", "b"])]),
        ],
    )


def test_every_type_of_fact_has_its_input(try_, rich, people):
    form = try_(rich).context["form"]
    assert [(name, type(field).__name__, field.help_text) for name, field in form.fields.items()] == [
        ("applicant", "ModelChoiceField", ""),
        ("department", "ModelChoiceField", "Empty: the applicant's own."),
        ("fact_guide", "ModelChoiceField", ""),
        ("fact_days", "MoneyField", ""),
        ("fact_urgent", "TypedChoiceField", ""),
        ("fact_sort", "CharField", "The steps look for: a, b"),
    ]

    facts = {"fact_guide": people.olga.pk, "fact_days": "3", "fact_urgent": "true", "fact_sort": "b"}
    response = try_(rich, applicant=people.alice.pk, **facts)

    assert [
        (one.name, one.state, [person.name for person in one.people])
        for stage in response.context["stages"]
        for one in stage
    ] == [
        ("Guide", "asked", [str(people.olga)]),
        ("Long", "asked", [str(people.erin)]),
        ("Quick", "asked", [str(people.dora)]),
        ("Odd", "asked", [str(people.rita)]),
    ]


def test_bad_input_is_said_at_its_field_and_nothing_typed_is_lost(try_, rich, people):
    lost = UserFactory(username="lost", department=None)
    good = {"applicant": people.alice.pk, "fact_days": "3"}

    def errors(**query):
        response = try_(rich, **{**good, **query})
        return response.status_code, response.context["form"].errors

    assert errors() == (200, {})
    assert errors(applicant="") == (422, {"applicant": ["This field is required."]})
    assert errors(fact_days="three") == (422, {"fact_days": ["Enter a number."]})
    assert errors(applicant=lost.pk) == (422, {"department": ["The applicant belongs to no department: choose one."]})
    assert b'value="three"' in try_(rich, **{**good, "fact_days": "three"}).content


def test_a_route_without_steps_and_a_reader_without_the_permission(client, try_, people):
    version = route("memo", [])
    assert b"A version is tried out once it has a step." in try_(version).content

    client.force_login(people.alice)
    assert client.get(f"/approvals/versions/{version.pk}/try/").status_code == 403
