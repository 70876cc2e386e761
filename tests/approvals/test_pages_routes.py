"""The editor of routes: a draft is copied, changed, checked and published; what is published never changes."""

import pytest

from apps.approvals import engine, services
from apps.approvals.checks import problems_of
from apps.approvals.errors import ApprovalRefused
from apps.approvals.models import Approval, Route, RouteStep, RouteVersion
from tests.factories.approvals import route, step, when
from tests.factories.cast import cast
from tests.factories.org import RoleFactory


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
            step("finance", role="finance_reviewer", mode="all", copy_roles=["auditor"]),
            step("far", role="executive", conditions=[when("amount", "gt", "5000")]),
        ],
    )


def step_data(**values):
    plain = {"name": "Check", "rule": "role", "levels_up": "0", "mode": "any", "needed": "1", "when_duplicate": "ask"}
    management = {"conditions-TOTAL_FORMS": "0", "conditions-INITIAL_FORMS": "0"}
    return {**plain, "resubmission": "start", **management, **values}


def test_the_route_is_told_in_words(editor, version):
    steps = editor.get(f"/approvals/routes/{version.route_id}/").context["steps"]

    assert [(told.step.label, told.who, told.said) for told in steps] == [
        ("Head", "head of the applicant's department", []),
        (
            "Finance",
            "everyone with the role Role finance_reviewer",
            ["all of them must approve", "copied to Role auditor"],
        ),
        ("Far", "everyone with the role Role executive", ["only if amount ＞ ¥5,000.00"]),
    ]


def test_a_draft_is_a_copy_and_publishing_retires_the_version_before(editor, version):
    editor.post(f"/approvals/routes/{version.route_id}/draft/")
    draft = RouteVersion.objects.get(state="draft")
    assert [row.key for row in draft.steps.all()] == ["head", "finance", "far"]
    assert [role.code for role in draft.steps.get(key="finance").copy_roles.all()] == ["auditor"]

    response = editor.post(f"/approvals/versions/{draft.pk}/publish/", {"note": "Same again"}, follow=True)

    assert [str(message) for message in response.context["messages"]] == [
        "Version 2 is in force for papers submitted from now on."
    ]
    assert list(RouteVersion.objects.order_by("number").values_list("number", "state", "note")) == [
        (1, "retired", ""),
        (2, "published", "Same again"),
    ]


def test_papers_on_their_way_keep_their_version(editor, version, people):
    outcome = engine.start(
        kind="memo", applicant=people.alice, department=people.business, facts={}, content_hash="", by=people.alice
    )
    draft = services.start_draft(version.route, by=people.root)

    services.publish(draft, by=people.root)

    assert Approval.objects.get(pk=outcome.approval.pk).route_version == version
    assert services.running_on(version) == 1


def test_a_step_is_written_with_its_conditions(editor, version):
    draft = services.start_draft(version.route, by=None)
    data = step_data(
        role=RoleFactory(code="executive").pk,
        editable=["purpose", "copies"],
        **{"conditions-TOTAL_FORMS": "3", "conditions-0-fact": "amount", "conditions-0-op": "gte"},
        **{"conditions-0-value": "1000", "conditions-1-fact": "copies", "conditions-1-op": "in"},
        **{"conditions-1-value": "1, 2", "conditions-2-fact": "", "conditions-2-op": "gt", "conditions-2-value": ""},
    )

    response = editor.post(f"/approvals/versions/{draft.pk}/steps/new/", data)

    assert response.status_code == 302
    written = draft.steps.get(name="Check")
    assert (written.order, written.key, written.editable) == (40, "step-4", ["purpose", "copies"])
    assert written.conditions == [
        {"fact": "amount", "op": "gte", "value": "1000"},
        {"fact": "copies", "op": "in", "value": ["1", "2"]},
    ]
    shown = editor.get(f"/approvals/steps/{written.pk}/").context["conditions"]
    assert [line.initial.get("value") for line in shown.initial_forms] == ["1000", "1, 2"]


def test_an_or_begins_a_further_group_of_conditions(editor, version):
    draft = services.start_draft(version.route, by=None)
    names = ("joined", "fact", "op", "value")
    rows = [("or", "amount", "gt", "1000"), ("and", "copies", "eq", "1"), ("or", "copies", "gt", "9")]
    data = step_data(rule="line_manager", **{"conditions-TOTAL_FORMS": "3"})
    for number, row in enumerate(rows):
        data |= {f"conditions-{number}-{name}": value for name, value in zip(names, row, strict=True)}

    editor.post(f"/approvals/versions/{draft.pk}/steps/new/", data)

    written = draft.steps.get(name="Check")
    assert written.conditions == [
        {"fact": "amount", "op": "gt", "value": "1000"},
        {"fact": "copies", "op": "eq", "value": "1"},
        {"fact": "copies", "op": "gt", "value": "9", "group": 2},
    ]
    shown = editor.get(f"/approvals/steps/{written.pk}/").context["conditions"]
    assert [line.initial.get("joined") for line in shown.initial_forms] == ["or", "and", "or"]
    told = editor.get(f"/approvals/versions/{draft.pk}/").context["steps"][-1]
    assert told.said == ["only if amount ＞ ¥1,000.00 and copies = 1, or copies ＞ 9"]


@pytest.mark.parametrize(
    ("values", "field"),
    [({"rule": "role"}, "role"), ({"rule": "named_head"}, "department"), ({"rule": "fact"}, "fact")],
)
def test_a_rule_without_what_it_needs_is_refused_at_its_field(editor, version, values, field):
    draft = services.start_draft(version.route, by=None)

    response = editor.post(f"/approvals/versions/{draft.pk}/steps/new/", step_data(**values))

    assert response.status_code == 422
    assert response.context["form"].errors == {field: ["This rule needs it."]}


def test_a_comparison_with_a_word_is_refused(editor, version):
    draft = services.start_draft(version.route, by=None)
    condition = {"conditions-TOTAL_FORMS": "1", "conditions-0-fact": "amount", "conditions-0-op": "gt"}
    data = step_data(rule="line_manager", **condition, **{"conditions-0-value": "much"})

    response = editor.post(f"/approvals/versions/{draft.pk}/steps/new/", data)

    assert response.context["conditions"].errors == [{"value": ["Enter a number."]}]


def test_steps_are_moved_and_removed(editor, version):
    draft = services.start_draft(version.route, by=None)

    editor.post(f"/approvals/steps/{draft.steps.get(key='far').pk}/move/", {"move": "up"})
    editor.post(f"/approvals/steps/{draft.steps.get(key='head').pk}/move/", {"move": "remove"})

    assert [row.key for row in draft.steps.order_by("order")] == ["far", "finance"]


def test_a_step_that_reaches_nobody_keeps_the_draft_from_being_published(editor, version, people):
    draft = services.start_draft(version.route, by=None)
    vacant = RouteStep.objects.create(version=draft, order=90, key="vacant", name="Vacant", rule="role")
    vacant.role = RoleFactory(code="nobody")
    vacant.save()
    named = RouteStep.objects.create(version=draft, order=91, key="named", name="Named", rule="people")
    named.people.set([people.gone])

    with pytest.raises(ApprovalRefused) as refused:
        services.publish(draft, by=people.root)

    assert str(refused.value) == (
        "Not published: Step “Vacant”: nobody has the role. Step “Named”: no longer working here: Gone."
    )
    assert RouteVersion.objects.get(state="published") == version


def test_what_is_published_is_not_edited(editor, version):
    published = version.steps.get(key="head")

    assert editor.get(f"/approvals/steps/{published.pk}/").status_code == 404
    response = editor.post(f"/approvals/steps/{published.pk}/move/", {"move": "remove"}, follow=True)
    assert [str(message) for message in response.context["messages"]] == [
        "A published version is not changed; start a new one."
    ]
    assert version.steps.count() == 3


def test_a_kind_without_a_route_gets_one(editor, people):
    rows = editor.get("/approvals/routes/").context["rows"]
    assert [row["route"] for row in rows if row["kind"].name == "memo"] == [None]

    editor.post("/approvals/routes/new/memo/", {"name": "Memos", "owner": people.fay.pk})

    created = Route.objects.get(kind="memo")
    assert (created.name, created.owner, created.versions.get().state) == ("Memos", people.fay, "draft")
    assert editor.get("/approvals/routes/new/memo/").status_code == 404


def test_a_draft_can_be_discarded(editor, version):
    draft = services.start_draft(version.route, by=None)

    editor.post(f"/approvals/versions/{draft.pk}/discard/")

    assert list(version.route.versions.all()) == [version]


def test_others_do_not_get_in(client, version, people):
    client.force_login(people.alice)

    assert client.get("/approvals/routes/").status_code == 403
    assert client.post(f"/approvals/routes/{version.route_id}/draft/").status_code == 403
    assert client.post(f"/approvals/versions/{version.pk}/publish/").status_code == 403


# ---- what keeps a draft from being published, and what a step says ----


@pytest.fixture
def draft(version):
    return services.start_draft(version.route, by=None)


def added(draft, **values):
    people = values.pop("people", ())
    return services.save_step(RouteStep(version=draft, name="New", **values), by=None, people=people)


def problems(draft):
    return list(problems_of(draft))


def test_a_choice_from_nobody_is_not_published(draft, people):
    added(draft, rule="chosen", role=RoleFactory(code="nobody"))
    added(draft, rule="chosen_before", people=[people.gone])
    assert problems(draft) == [
        "Step “New”: nobody has the role.",
        "Step “New”: no longer working here: Gone.",
    ]


def test_a_choice_from_everybody_is_published(draft):
    added(draft, rule="chosen")
    added(draft, rule="chosen_before")
    assert problems(draft) == []


@pytest.mark.parametrize("with_previous", [False, True])
def test_nobody_chooses_for_the_steps_that_open_first(draft, people, with_previous):
    draft.steps.all().delete()
    if with_previous:
        added(draft, rule="line_manager")
    added(draft, rule="chosen_before", with_previous=with_previous)
    assert problems(draft) == ["Step “New”: no step before it chooses."]


def test_a_deputy_who_has_left_is_not_published(draft, people):
    added(draft, rule="line_manager", when_nobody="deputy", deputy=people.gone)
    added(draft, rule="line_manager", when_nobody="deputy")
    assert problems(draft) == [
        "Step “New”: no longer working here: Gone.",
        "Step “New”: it does not say who decides where nobody is found.",
    ]


def test_a_department_whose_head_has_left_is_not_published(draft, people):
    people.team.head = people.gone
    people.team.save()
    added(draft, rule="named_head", department=people.team)
    assert problems(draft) == ["Step “New”: the department has no head."]


def test_somebody_stands_at_the_end_of_the_line(draft, people):
    nobody = "Nobody stands at the end of the line: name an owner of the route, or a head of the top department."
    type(people.company).objects.filter(parent=None).update(head=people.gone)
    assert problems(draft) == [nobody]
    draft.route.owner = people.gone
    assert problems(draft) == [nobody]
    draft.route.owner = people.fay
    assert problems(draft) == []


def test_a_route_that_refuses_rather_than_going_up_needs_nobody_at_the_end(draft, people):
    type(people.company).objects.update(head=None)
    draft.steps.update(when_nobody="refuse")
    assert problems(draft) == []


def test_everything_a_step_can_say_is_told_in_words(editor, draft, people):
    board = {"rule": "people", "people": [people.finn, people.dora], "mode": "percent", "pass_percent": 60}
    added(draft, **board, reject_percent=50, with_previous=True, when_applicant="manager")
    added(draft, rule="manager_line", levels_up=2, mode="sequence", when_nobody="deputy", deputy=people.fay)
    added(draft, rule="manager_line", department=people.company, when_nobody="refuse", when_applicant="head")
    added(draft, rule="chosen", role=RoleFactory(code="executive"), choose_many=True)
    added(draft, rule="chosen_before", people=[people.tom])

    told = editor.get(f"/approvals/versions/{draft.pk}/").context["steps"][3:]

    assert [(row.who, row.said) for row in told] == [
        (
            "Finn, Dora",
            [
                "at the same time as the step before",
                "60% of them must approve",
                "rejections are votes; 50% of them reject it",
                "the applicant among them is replaced by their line manager",
            ],
        ),
        (
            "heads of the line, from the applicant's department up to 2 levels above",
            ["all of them must approve, one after another", "where nobody is found, Fay decides"],
        ),
        (
            "heads of the line, from the applicant's department up to Company",
            [
                "the applicant among them is replaced, with all the others, by the head of their department",
                "where nobody is found, the submission is refused",
            ],
        ),
        ("whom the applicant chooses from everyone with the role Role executive", ["several may be chosen"]),
        ("whom the approver of the step before chooses from Tom", []),
    ]


def test_named_people_keep_the_order_in_which_they_were_chosen(editor, draft, people):
    chosen = [people.finn.pk, people.dora.pk, people.alice.pk]
    editor.post(f"/approvals/versions/{draft.pk}/steps/new/", step_data(rule="people", people=chosen))
    written = draft.steps.get(name="Check")
    assert [person.pk for person in written.people_in_order] == chosen
    shown = editor.get(f"/approvals/steps/{written.pk}/").context["form"].fields["people"].queryset
    assert [person.pk for person in shown][:3] == chosen


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({"mode": "percent"}, {"pass_percent": ["Enter a percentage."]}),
        ({"when_nobody": "deputy"}, {"deputy": ["Say who decides where nobody is found."]}),
    ],
)
def test_what_a_choice_in_the_form_needs_is_asked_at_its_field(editor, draft, values, errors):
    response = editor.post(f"/approvals/versions/{draft.pk}/steps/new/", step_data(rule="line_manager", **values))
    assert (response.status_code, response.context["form"].errors) == (422, errors)
