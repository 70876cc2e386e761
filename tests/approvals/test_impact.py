"""What publishing a draft would do, on its page before it is published."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.approvals import services
from apps.approvals.models import RouteStep, RouteVersion
from tests.approvals.paper import Paper
from tests.factories.approvals import route, step, when
from tests.factories.cast import cast
from tests.factories.org import DepartmentFactory, RoleFactory


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
            step("finance", role="finance_reviewer"),
            step("far", role="executive", conditions=[when("amount", "gt", "5000")]),
        ],
    )


@pytest.fixture
def draft(version, people):
    return services.start_draft(version.route, by=people.root)


@pytest.fixture
def report(editor):
    def read(draft):
        return editor.get(f"/approvals/versions/{draft.pk}/impact/").context["impact"]

    return read


def reached(impact):
    return [(row.step, row.people, row.remarks) for row in impact.reaches]


def test_papers_on_their_way_by_step(report, draft, version, people):
    for applicant in (people.alice, people.bob):
        Paper(applicant, people.business).submit()
    passed = Paper(people.alice, people.business)
    passed.submit()
    passed.approve(people.bob)
    ended = Paper(people.alice, people.business)
    ended.submit()
    ended.reject(people.bob)

    impact = report(draft)

    assert (impact.running, impact.in_force) == (3, version)
    assert [(row.version, row.step, row.papers) for row in impact.waiting] == [(1, "Head", 2), (1, "Finance", 1)]

    services.publish(draft, by=people.root)
    following = report(services.start_draft(version.route, by=people.root))
    assert [(row.version, row.step, row.papers) for row in following.waiting] == [(1, "Head", 2), (1, "Finance", 1)]


def test_what_changes_against_the_version_in_force(editor, report, draft, people):
    assert report(draft).changes == []

    RouteStep.objects.filter(version=draft, key="finance").update(mode="all")
    services.remove_step(draft.steps.get(key="far"), by=people.root)
    services.save_step(RouteStep(version=draft, name="Board", rule="people"), by=people.root, people=[people.boss])

    changes = [
        (row.kinds, (row.new or row.old).name, [(one.label, one.before, one.after) for one in row.changes])
        for row in report(draft).changes
    ]
    assert changes == [
        (["changed"], "Finance", [("How many", "any one of them", "all of them must approve")]),
        (["removed"], "Far", []),
        (["added"], "Board", []),
    ]
    page = editor.get(f"/approvals/versions/{draft.pk}/impact/").content.decode()
    assert "<del>any one of them</del> → <ins>all of them must approve</ins>" in page


def test_how_many_people_each_step_could_ask(report, people):
    version = route(
        "memo",
        [
            step("manager", rule="line_manager"),
            step("head", rule="department_head"),
            step("above", rule="department_head", levels_up=1),
            step("line", rule="manager_line", levels_up=9),
            step("service", rule="named_head", department=people.service),
            step("finance", role="finance_reviewer"),
            step("named", people=[people.sam, people.gone]),
            step("fact", rule="fact", fact="amount"),
            step("free", rule="chosen"),
            step("choice", rule="chosen_before", role=RoleFactory(code="executive")),
        ],
    )
    draft = services.start_draft(version.route, by=people.root)
    everybody = sum(person.is_active for person in people.people.values())
    managed = sum(person.is_active and person.manager_id is not None for person in people.people.values())

    assert reached(report(draft)) == [
        (
            "Manager",
            4,
            [f"{everybody - managed} employees have no line manager: the next head up the line decides"],
        ),
        ("Head", 4, []),
        ("Above", 2, []),
        ("Line", 4, []),
        ("Service", 1, []),
        ("Finance", 2, []),
        ("Named", 1, []),
        ("Fact", None, []),
        ("Free", everybody, []),
        ("Choice", 1, []),
    ]


def test_empty_roles_leavers_and_departments_without_a_head(editor, report, draft, people):
    DepartmentFactory(code="lab", name="Lab", parent=people.company)
    people.sam.is_active = False
    people.sam.save()
    finance = draft.steps.get(key="finance")
    finance.role = RoleFactory(code="nobody_yet")
    services.save_step(
        finance, by=people.root, copy_roles=[RoleFactory(code="unheard")], copy_people=[people.gone, people.alice]
    )

    impact = report(draft)

    assert reached(impact) == [
        ("Head", 3, ["finds no head for papers from Lab, Service: the next head up the line decides"]),
        (
            "Finance",
            0,
            [
                "copied to roles that nobody has: Role unheard",
                f"copied to people who no longer work here: {people.gone}",
            ],
        ),
        ("Far", 1, []),
    ]
    assert impact.problems == ["Step “Finance”: nobody has the role."]
    page = editor.get(f"/approvals/versions/{draft.pk}/impact/").content.decode()
    assert '<strong class="impact-nobody">nobody</strong>' in page
    assert '<button class="btn btn-primary" disabled' in page


def test_the_first_version_has_nothing_to_compare_with(report, draft):
    RouteVersion.objects.filter(state="published").update(state="retired")

    impact = report(draft)

    assert (impact.in_force, impact.running, impact.waiting) == (None, 0, [])
    assert [row.kinds for row in impact.changes] == [["added"], ["added"], ["added"]]


def test_a_long_route_takes_as_many_statements_as_a_short_one(editor, people):
    route("memo", [step("head", rule="department_head")])
    Paper(people.alice, people.business).submit()

    def statements(times):
        steps = [
            made
            for number in range(times)
            for made in (
                step(f"role-{number}", role="finance_reviewer", copy_roles=["auditor"], copy_people=[people.olga]),
                step(f"people-{number}", people=[people.sam, people.dora]),
                step(f"head-{number}", rule="department_head"),
                step(f"line-{number}", rule="manager_line", department=people.company),
                step(f"service-{number}", rule="named_head", department=people.service),
                step(f"choice-{number}", rule="chosen", role=RoleFactory(code="executive")),
                step(f"manager-{number}", rule="line_manager"),
            )
        ]
        version = route("memo", steps)
        draft = services.start_draft(version.route, by=people.root)
        with CaptureQueriesContext(connection) as asked:
            assert editor.get(f"/approvals/versions/{draft.pk}/impact/").status_code == 200
        services.discard(draft, by=people.root)
        return len(asked)

    assert statements(1) == statements(4)


def test_only_drafts_and_only_for_those_who_read_routes(client, editor, version, draft, people):
    assert editor.get(f"/approvals/versions/{version.pk}/impact/").status_code == 404

    client.force_login(people.alice)
    assert client.get(f"/approvals/versions/{draft.pk}/impact/").status_code == 403
