"""Routes as files: what is saved can be read back to the letter, and what is not a route is refused by name."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.approvals import services
from apps.approvals.exchange import file_of
from apps.approvals.filed import MAX_BYTES, PROPERTIES
from apps.approvals.models import RouteStep, RouteVersion
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
    """A version whose steps say, between them, something else than the usual in every property."""
    groups = [when("amount", "gt", "5000"), {"fact": "copies", "op": "in", "value": ["1", "2"], "group": 2}]
    board = {"mode": "percent", "pass_percent": 60, "reject_percent": 40, "needed": 2, "choose_many": True}
    late = {"hours": "16.5", "when_late": "superior", "when_duplicate": "once", "resubmission": "back"}
    asks = {"opinion_required": True, "attachment_required": True, "signature_required": True}
    parts = {"editable": ["copies"], "hidden": ["attachments"], "watches": ["amount"]}
    head = step("head", rule="manager_line", levels_up=2, department=people.business, when_applicant="head", **asks)
    head |= {"when_nobody": "deputy", "deputy": people.fay, "name": "部门", "name_en": "Head"}
    steps = [
        head,
        step("board", people=[people.tom, people.dora, people.finn], with_previous=True, conditions=groups, **board),
        step("finance", role="finance_reviewer", copy_roles=["auditor"], copy_people=[people.tom, people.bob], **late),
        step("last", rule="fact", fact="amount", **parts),
    ]
    return route("memo", steps)


def saved(client, version):
    return client.get(f"/approvals/versions/{version.pk}/file/").content.decode()


def sent(client, version, content, **data):
    content = content if isinstance(content, bytes) else content.encode()
    file = SimpleUploadedFile("route.json", content, content_type="application/json")
    return client.post(f"/approvals/routes/{version.route_id}/import/", {"file": file, **data})


def refused(client, version, content, **data):
    """The sentences with which a file is refused; nothing is written."""
    before = (RouteVersion.objects.count(), RouteStep.objects.count())
    response = sent(client, version, content, **data)
    assert response.status_code == 422
    assert (RouteVersion.objects.count(), RouteStep.objects.count()) == before
    return [message for messages in response.context["form"].errors.values() for message in messages]


def test_a_file_says_every_property_and_no_ids(editor, version, people):
    response = editor.get(f"/approvals/versions/{version.pk}/file/")
    said = json.loads(response.content)

    assert response["Content-Disposition"] == 'attachment; filename="memo-approve-1.json"'
    assert {name: value for name, value in said.items() if name != "steps"} == {
        "format": "approval-route",
        "format_version": 1,
        "kind": "memo",
        "purpose": "approve",
        "name": "Route of memo",
        "name_en": "",
    }
    assert said["steps"][1] == {
        "name": "Board",
        "name_en": "",
        "key": "board",
        "rule": "people",
        "levels_up": 0,
        "department": None,
        "role": None,
        "choose_many": True,
        "fact": "",
        "mode": "percent",
        "needed": 2,
        "pass_percent": 60,
        "reject_percent": 40,
        "with_previous": True,
        "conditions": [
            {"fact": "amount", "op": "gt", "value": "5000"},
            {"fact": "copies", "op": "in", "value": ["1", "2"], "group": 2},
        ],
        "when_duplicate": "ask",
        "when_applicant": "skip",
        "when_nobody": "up",
        "deputy": None,
        "resubmission": "start",
        "opinion_required": False,
        "hours": None,
        "when_late": "remind",
        "attachment_required": False,
        "signature_required": False,
        "editable": [],
        "watches": [],
        "hidden": [],
        "people": [people.tom.username, people.dora.username, people.finn.username],
        "copy_roles": [],
        "copy_people": [],
    }


def test_the_version_of_this_file_leaves_no_property_at_its_usual_value(editor, version):
    usual = json.loads(saved(editor, route("memo", [step("usual", rule="line_manager", name="Usual")])))["steps"][0]
    said = json.loads(file_of(version))["steps"]
    assert [name for name in PROPERTIES if all(step[name] == usual[name] for step in said)] == []


def test_what_was_saved_is_read_back_to_the_letter(editor, version, people):
    content = saved(editor, version)

    response = sent(editor, version, content)

    draft = RouteVersion.objects.get(state="draft")
    assert response["Location"] == f"/approvals/versions/{draft.pk}/"
    assert (draft.number, saved(editor, draft)) == (2, content)
    [note] = draft.history.all()
    assert (note.history_user, note.history_change_reason) == (people.root, "imported from route.json")


def test_a_property_that_is_not_said_has_its_usual_value(editor, version):
    said = json.loads(saved(editor, version))
    said["steps"] = [{"key": "only", "name": "Only", "rule": "line_manager"}]

    sent(editor, version, json.dumps(said))

    written = RouteStep.objects.get(version__state="draft")
    assert (written.order, written.key, written.mode, written.when_nobody) == (10, "only", "any", "up")


def test_a_draft_is_replaced_only_on_request(editor, version, people):
    draft = services.start_draft(version.route, by=people.root)
    content = saved(editor, version)

    assert refused(editor, version, content) == [
        "Version 2 is being written. Say that the file may replace it, or publish it first."
    ]
    assert sent(editor, version, content, replace="on").status_code == 302
    replaced = RouteVersion.objects.get(state="draft")
    assert (replaced.number, replaced.pk == draft.pk) == (2, False)


def test_a_wrong_file_leaves_the_draft_that_is_being_written(editor, version, people):
    draft = services.start_draft(version.route, by=people.root)
    said = json.loads(saved(editor, version))
    said["steps"][0]["deputy"] = "nobody"

    assert refused(editor, version, json.dumps(said), replace="on") == [
        "Step “部门”: “deputy” names “nobody”, which is not known here."
    ]
    assert RouteVersion.objects.get(state="draft") == draft


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"format": "x"}, "This is not the file of an approval route."),
        (
            {"format_version": 2},
            "The file is written in version 2 of the format; this program reads version 1.",
        ),
        ({"kind": "leave"}, "The file is a route for “leave”, this route is for “memo”."),
        ({"purpose": "revoke"}, "The purpose of the file is “revoke”, that of this route is “approve”."),
        ({"id": 7}, "The file says “id”, which is not known."),
        ({"name": 7}, "“name” must be a text."),
        ({"steps": []}, "“steps” must be a list of 1 to 60 steps."),
        ({"steps": {}}, "“steps” must be a list of 1 to 60 steps."),
        ({"steps": [7]}, "Step 1 is not an object with properties."),
    ],
)
def test_a_file_that_is_for_something_else_is_refused(editor, version, values, problem):
    assert refused(editor, version, json.dumps({**json.loads(saved(editor, version)), **values})) == [problem]


CONDITION = {"fact": "amount", "op": "gt", "value": "5000"}
WHOLE_WANTED = "“needed” must be a whole number from 0 to 32767."
CONDITIONS_WANTED = "“conditions” must be a list of conditions, each with fact, op, value and perhaps group."


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"colour": "red"}, "“colour” is not a property of a step."),
        ({"key": "two words"}, None),
        ({"name": " "}, "“name” must not be empty."),
        ({"name": None}, "“name” must not be empty."),
        ({"name": "x\u0000"}, "“name” must be a text."),
        ({"rule": "anybody"}, "“rule” says “anybody”, which is not known here."),
        ({"mode": 1}, "“mode” must be a text."),
        ({"needed": "2"}, WHOLE_WANTED),
        ({"needed": True}, WHOLE_WANTED),
        ({"needed": 10**15}, WHOLE_WANTED),
        ({"needed": -1}, WHOLE_WANTED),
        ({"needed": 32768}, WHOLE_WANTED),
        ({"needed": 10**40}, WHOLE_WANTED),
        ({"pass_percent": 101}, "“pass_percent” is refused: Ensure this value is less than or equal to 100."),
        ({"reject_percent": 0}, "“reject_percent” is refused: Ensure this value is greater than or equal to 1."),
        ({"hours": 16}, '“hours” must be a number in quotation marks, such as "16.5".'),
        ({"hours": "NaN"}, '“hours” must be a number in quotation marks, such as "16.5".'),
        ({"with_previous": "yes"}, "“with_previous” must be true or false."),
        ({"department": "MOON"}, "“department” names “MOON”, which is not known here."),
        ({"role": 3}, "“role” must be a text."),
        ({"people": ["nobody"]}, "“people” names “nobody”, which is not known here."),
        ({"people": "nobody"}, "“people” must be a list of at most 200."),
        ({"copy_roles": ["auditor", "auditor"]}, "“copy_roles” says the same twice."),
        ({"fact": "weather"}, "“fact” says “weather”, which is not known here."),
        ({"hidden": ["soul"]}, "“hidden” says “soul”, which is not known here."),
        ({"watches": [7]}, "“watches” must be a text."),
        ({"conditions": {}}, "“conditions” must be a list of at most 40."),
        ({"conditions": [7]}, CONDITIONS_WANTED),
        ({"conditions": [{**CONDITION, "not": 1}]}, CONDITIONS_WANTED),
        ({"conditions": [{**CONDITION, "fact": "x"}]}, "“conditions” says “x”, which is not known here."),
        ({"conditions": [{**CONDITION, "op": "like"}]}, "“conditions” says “like”, which is not known here."),
        (
            {"conditions": [{**CONDITION, "value": "much"}]},
            "“conditions” compares with “much”, which is not a number.",
        ),
        (
            {"conditions": [{**CONDITION, "op": "eq", "value": {}}]},
            "“conditions” compares with something that is neither a short text, a number, nor true or false.",
        ),
        ({"conditions": [{**CONDITION, "op": "in"}]}, "“conditions” must be a list of at most 200."),
        (
            {"conditions": [{**CONDITION, "group": 0}]},
            "“conditions” has a group that is not a number from 1 to 40.",
        ),
        (
            {"editable": ["copies"], "hidden": ["copies"]},
            None,
        ),
    ],
)
def test_what_is_wrong_with_a_step_is_told_by_its_name(editor, version, values, problem):
    said = json.loads(saved(editor, version))
    said["steps"][2] |= values

    [sentence] = refused(editor, version, json.dumps(said))

    place = values.get("name", "Finance")
    name = place if place and place.strip() else "3"
    assert sentence.startswith(f"Step “{name.replace(chr(0), '�')}”: ")
    assert problem is None or sentence.endswith(problem)


def test_every_problem_is_told_at_once(editor, version):
    said = json.loads(saved(editor, version))
    said["steps"][1]["key"] = "head"
    said["steps"][2] |= {"role": "wizard", "copy_people": ["merlin"]}
    del said["steps"][3]["rule"]

    assert refused(editor, version, json.dumps(said)) == [
        "Step “Board”: another step has the key “head” too.",
        "Step “Finance”: “role” names “wizard”, which is not known here.",
        "Step “Finance”: “copy_people” names “merlin”, which is not known here.",
        "Step “Last”: “rule” is missing.",
    ]


def test_a_property_said_twice_is_refused(editor, version):
    content = saved(editor, version).replace('"key": "last"', '"key": "last", "key": "first"')
    assert refused(editor, version, content) == ["Step “Last”: “key” is said twice."]


def test_of_very_many_problems_forty_are_told(editor, version):
    said = json.loads(saved(editor, version))
    said["steps"][0] |= {f"x{number}": 1 for number in range(5000)}
    told = refused(editor, version, json.dumps(said))
    assert (len(told), told[-1]) == (41, "… and 4960 more.")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "The submitted file is empty."),
        (b"{", "The file is not JSON: line 1 cannot be read."),
        (b'{\n"format" "x"}', "The file is not JSON: line 2 cannot be read."),
        (b"\xff\xfe{}", "The file is not text in UTF-8."),
        (b"[]", "This is not the file of an approval route."),
        (b"9" * 100_000, "This is not the file of an approval route."),
        (b"NaN", "This is not the file of an approval route."),
        (b"[" * 100_000, "The file is nested too deeply to be a route."),
        (b'{"a":' * 40_000, "The file is nested too deeply to be a route."),
        (b" " * (MAX_BYTES + 1), "The file is larger than 256 KB."),
        (b" " * (5 * 1024 * 1024), "The file is larger than 256 KB."),
    ],
)
def test_a_hostile_file_is_refused_clearly(editor, version, content, problem):
    assert refused(editor, version, content) == [problem]


def test_without_a_file_the_form_asks_for_one(editor, version):
    response = editor.post(f"/approvals/routes/{version.route_id}/import/", {})
    assert (response.status_code, response.context["form"].errors) == (422, {"file": ["This field is required."]})


def test_the_pages_lead_to_the_files(editor, client, version, people):
    file, upload = f"/approvals/versions/{version.pk}/file/", f"/approvals/routes/{version.route_id}/import/"
    assert file in editor.get(f"/approvals/versions/{version.pk}/").content.decode()
    assert upload in editor.get(f"/approvals/routes/{version.route_id}/").content.decode()
    assert editor.get(upload).status_code == 200

    client.force_login(people.alice)
    assert (client.get(file).status_code, client.get(upload).status_code) == (403, 403)
    assert sent(client, version, "{}").status_code == 403


def test_ten_more_steps_cost_no_more_statements_to_save(editor, version, people, django_assert_max_num_queries):
    with django_assert_max_num_queries(10) as before:
        file_of(version)
    for number in range(10):
        more = RouteStep(version=version, order=100 + number, key=f"more-{number}", name="More", rule="people")
        more.role, more.deputy = RoleFactory(code="auditor"), people.fay
        more.save()
        more.name_people([people.finn, people.dora])
    with django_assert_max_num_queries(len(before)):
        file_of(version)
