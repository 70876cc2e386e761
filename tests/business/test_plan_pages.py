"""Pages of plans and of their changes: who sees what, what is shown, recorded, printed and exported."""

import datetime as dt
import io
import re
from copy import deepcopy
from types import SimpleNamespace

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.business.engagements.services import end_membership
from apps.business.models import Engagement, ExecutionPlan, PlanChange
from apps.business.plans import gantt, printing, sections, versions
from apps.business.plans.services import record_progress
from apps.core import clock
from apps.documents import services
from tests.factories import business, plans
from tests.factories.plans import day, decided, fresh, task
from tests.factories.world import lasting

pytestmark = pytest.mark.django_db

MORNING = dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC)
OF_A_PLAN = ["detail", "print", "history", "versions"]


@pytest.fixture(autouse=True)
def first_day():
    with clock.at(MORNING):
        yield


def build() -> SimpleNamespace:
    """Everybody, and a plan in force."""
    with clock.at(MORNING):
        cast = plans.company()
        return SimpleNamespace(cast=cast, plan=decided(cast, plans.planned(cast)))


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    yield from lasting(build, django_db_blocker)


@pytest.fixture
def world(built, db):
    return deepcopy(built)


@pytest.fixture
def cast(world):
    return world.cast


@pytest.fixture
def plan(world):
    return world.plan


@pytest.fixture
def change(cast, plan):
    change = plans.change_of(plan, cast.manager)
    services.submit(change, by=cast.manager)
    return fresh(change)


def page(client, user, url: str, status: int = 200) -> str:
    client.force_login(user)
    response = client.get(url)
    assert response.status_code == status, url
    return b"".join(response).decode()


def posted(client, user, url: str, **values):
    client.force_login(user)
    return client.post(url, values, follow=True)


# ---- who sees what ----


def test_team_sees_plan_and_change_and_outsiders_do_not(cast, client, plan, change):
    for name in ("manager", "mate", "helper", "head", "executive", "auditor"):
        for paper in (plan, change):
            assert paper.number in page(client, getattr(cast, name), paper.get_absolute_url()), name
    for name in ("colleague", "outsider"):
        for url in [*(plan.url(name) for name in OF_A_PLAN), change.get_absolute_url(), change.url("print")]:
            page(client, getattr(cast, name), url, 404)
        for kind in ("executionplan", "planchange"):
            listed = page(client, getattr(cast, name), reverse(f"business:{kind}-list"))
            assert plan.number not in listed
            assert change.number not in listed


def test_who_leaves_the_team_no_longer_sees_the_plan(cast, client, plan, change):
    member = plan.engagement.members.get(user=cast.helper)
    end_membership(member, by=cast.manager, reason="Another engagement")
    for paper in (plan, change):
        page(client, cast.helper, paper.get_absolute_url(), 404)


def test_outsider_records_nothing(cast, client, plan):
    first = plan.tasks.first()
    client.force_login(cast.outsider)
    for verb in ("progress", "check", "waive"):
        assert client.post(plan.url(verb, first.pk), {}).status_code == 404
    assert client.post(plan.url("change")).status_code == 404


def test_task_of_another_plan_does_not_exist_here(cast, client, plan):
    other = decided(cast, plans.planned(cast))
    client.force_login(cast.manager)
    assert client.post(plan.url("progress", other.tasks.first().pk), {}).status_code == 404


# ---- the form ----


def test_new_plan_begins_with_the_engagement(cast, client):
    engagement = plans.team(business.engagement(cast.manager, phase="preparing"), cast.mate)
    create = reverse("business:executionplan-create")
    assert f"{create}?engagement={engagement.pk}" in page(client, cast.manager, create)
    form = page(client, cast.manager, f"{create}?engagement={engagement.pk}")
    assert f'<option value="{cast.mate.pk}">{cast.mate}</option>' in form
    assert f'<option value="{cast.outsider.pk}">' not in form
    page(client, cast.colleague, f"{create}?engagement={engagement.pk}", 404)
    assert "No engagement waits to be planned" in page(client, cast.colleague, create)
    page(client, cast.outsider, create, 403)


def typed(rows) -> dict[str, str]:
    """The tasks as a browser posts them."""
    values = {"lines-TOTAL_FORMS": str(len(rows)), "lines-INITIAL_FORMS": "0"}
    for index, row in enumerate(rows):
        row = {**row, "owner": row["owner"].pk, "checker": row["checker"].pk if row.get("checker") else ""}
        values |= {f"lines-{index}-{name}": str(value) for name, value in row.items()}
    return values


def test_plan_is_typed_and_submitted(cast, client):
    engagement = plans.team(business.engagement(cast.manager, phase="preparing"), cast.mate)
    header = {"engagement": engagement.pk, "title": "Spring", "goal": "Visitors", "quality_measures": "Read twice"}
    rows = plans.usual_tasks(cast.manager, cast.mate)
    response = posted(
        client, cast.manager, reverse("business:executionplan-create"), **header, **typed(rows), action="submit"
    )
    plan = ExecutionPlan.objects.latest("pk")
    assert response.redirect_chain[-1][0] == plan.get_absolute_url()
    assert (plan.state, plan.engagement, plan.department) == ("in_review", engagement, cast.department)
    assert [(row.wbs, row.title, row.checker) for row in plan.tasks.all()] == [
        ("1", "Concept", cast.mate),
        ("2", "Production", None),
        ("3", "Report", None),
    ]


def test_what_is_missing_is_said_at_its_field(cast, client):
    draft = plans.planned(cast, tasks=[{"title": "Concept", "owner": None}])
    form = page(client, cast.manager, f"{draft.url('update')}?check=1")
    for text in ("Choose who is responsible.", "Enter the day it starts.", "Say what will be there when it is done."):
        assert text in form


def test_form_keeps_itself_and_previews_the_chain(cast, client):
    draft = plans.planned(cast)
    rows = [{"id": row.pk, **row.content()} for row in draft.tasks.all()]
    values = {"engagement": draft.engagement_id, "title": "Spring", "revision": draft.revision}
    values |= {"lines-TOTAL_FORMS": 3, "lines-INITIAL_FORMS": 3}
    for index, row in enumerate(rows):
        row = {name.removesuffix("_id"): "" if value is None else value for name, value in row.items()}
        values |= {f"lines-{index}-{name}": value for name, value in row.items()}
    values["lines-1-finish"] = day(300).isoformat()
    client.force_login(cast.manager)
    preview = client.post(draft.url("preview"), values).content.decode()
    assert f"301 days, finished on {day(300)}." in preview
    assert "Task 2 is finished after the contract has ended" in preview
    assert client.post(draft.url("autosave"), values).json()["id"] == draft.pk
    assert [row.finish for row in draft.tasks.all()] == [day(4), day(300), day(12)]


# ---- the plan ----


def test_plan_is_shown_as_list_bars_and_comparison(cast, client, plan):
    first = plan.tasks.first()
    record_progress(first, by=cast.manager, progress=50, forecast=day(7))
    url = plan.get_absolute_url()
    listed = page(client, cast.manager, url)
    assert "Record progress" in listed
    assert "Agrees with the brief" in listed
    bars = page(client, cast.manager, f"{url}?view=bars")
    assert bars.count('<rect class="gantt-bar') == 6
    assert 'class="gantt-ghost"' in bars
    assert "style=" not in bars
    actual = page(client, cast.manager, f"{url}?view=actual")
    assert '<td class="num overdue" data-label="Days behind">+3</td>' in actual
    assert "Record progress" not in page(client, cast.auditor, url)


def test_slip_is_counted_from_the_baseline(cast, plan):
    first = plan.tasks.first()
    record_progress(first, by=cast.manager, progress=50, forecast=day(7))
    decided(cast, plans.change_of(plan, cast.manager, moved=5))
    plan = fresh(plan)
    rows = gantt.actuals(plan.ordered_tasks, versions.baseline(plan))
    assert [(row.baseline_finish, row.slip, row.late) for row in rows] == [
        (day(4), 3, False),
        (day(14), 5, False),
        (day(12), 0, False),
    ]
    with clock.at(MORNING + dt.timedelta(days=30)):
        rows = gantt.actuals(plan.ordered_tasks, versions.baseline(plan))
    assert [(row.slip, row.late) for row in rows] == [(26, True), (16, True), (18, True)]


def test_bars_stand_where_the_days_are(cast, plan):
    chart = gantt.draw(gantt.actuals(plan.ordered_tasks, versions.baseline(plan)))
    # three days of margin on both sides of fifteen: 21 days of 28 pixels
    assert [(bar.x, bar.width, bar.ghost) for bar in chart.bars] == [
        ("84", "140", ("84", "64", "140")),
        ("224", "280", ("224", "110", "280")),
        ("364", "84", ("364", "156", "84")),
    ]
    assert (chart.today, chart.width) == ("84", str(20 * 28 + 28 + gantt.LABEL))
    assert len(chart.arrows) == 1
    assert chart.bars[0].diamond
    assert gantt.draw([]) is None


def test_progress_and_checks_are_recorded_in_place(cast, client, plan):
    first = plan.tasks.first()
    key = f"task-{first.pk}"
    response = posted(client, cast.manager, plan.url("progress", first.pk), **{f"{key}-progress": "100"})
    assert "1 Concept: 100 % done." in response.content.decode()
    response = posted(client, cast.mate, plan.url("check", first.pk), **{f"check-{first.pk}-result": "failed"})
    assert "Say what has to be corrected." in response.content.decode()
    values = {f"check-{first.pk}-result": "passed", f"check-{first.pk}-note": "Fine"}
    posted(client, cast.mate, plan.url("check", first.pk), **values)
    first.refresh_from_db()
    assert (first.progress, first.check_result, first.check_note) == (100, "passed", "Fine")


def test_unreadable_progress_is_said(cast, client, plan):
    first = plan.tasks.first()
    response = posted(client, cast.manager, plan.url("progress", first.pk), **{f"task-{first.pk}-progress": "half"})
    assert "Done in %: Enter a whole number." in response.content.decode()


def test_head_waives_on_the_page(cast, client, plan):
    first = plan.tasks.first()
    assert f'id="waive-{first.pk}"' in page(client, cast.head, plan.get_absolute_url())
    assert f'id="waive-{first.pk}"' not in page(client, cast.manager, plan.get_absolute_url())
    posted(client, cast.head, plan.url("waive", first.pk), reason="The client checked it")
    first.refresh_from_db()
    assert first.check_result == "waived"


# ---- changes ----


def test_change_is_started_corrected_and_read(cast, client, plan):
    response = posted(client, cast.mate, plan.url("change"))
    change = PlanChange.objects.get()
    assert response.redirect_chain[-1][0] == change.url("update")
    assert 'name="lines-2-title" value="Report"' in response.content.decode()
    assert plan.number in page(client, cast.mate, reverse("business:planchange-create"))
    assert "No plan can be changed" in page(client, cast.colleague, reverse("business:planchange-create"))


def test_difference_is_shown_and_printed(cast, client, plan, change):
    shown = page(client, cast.head, change.get_absolute_url())
    assert "<del>2026-03-16</del>" in shown
    assert "<ins>2026-03-19</ins>" in shown
    parts = printing.change_parts(change)
    assert parts.title == "Plan change application"
    assert [list(row) for row in parts.tables[0].rows] == [
        ["Changed", "2", "Production", "Finish", "2026-03-16", "2026-03-19", "+3"]
    ]
    client.force_login(cast.head)
    for paper in (plan, change):
        assert b"".join(client.get(paper.url("print"))).startswith(b"%PDF")


def test_stale_draft_offers_to_begin_again(cast, client, plan):
    draft = plans.change_of(plan, cast.manager)
    decided(cast, plans.change_of(plan, cast.mate))
    shown = page(client, cast.manager, draft.get_absolute_url())
    assert "Start again from the plan in force" in shown
    posted(client, cast.manager, draft.url("again"))
    assert fresh(draft).based_on == 2
    response = posted(client, cast.manager, draft.url("again"))
    assert response.status_code == 403


def test_versions_are_compared_side_by_side(cast, client, plan):
    decided(cast, plans.change_of(plan, cast.manager))
    shown = page(client, cast.mate, plan.url("versions"))
    assert "<del>2026-03-16</del>" in shown
    assert "The end moves by 3 days." in shown
    same = page(client, cast.mate, f"{plan.url('versions')}?from=2&to=2")
    assert "Nothing differs" in same
    draft = plans.planned(cast)
    assert "No version yet" in page(client, cast.manager, draft.url("versions"))


# ---- lists and the engagement ----


def test_my_tasks_are_listed_with_the_late_ones_in_red(cast, client, plan):
    with clock.at(MORNING + dt.timedelta(days=13)):
        shown = page(client, cast.mate, reverse("business:my-tasks"))
        assert len(re.findall(r'<tr class="row-overdue"', shown)) == 2
        late = page(client, cast.mate, f"{reverse('business:my-tasks')}?part=owner&late=true")
    assert "9 days late" in shown
    assert "1 Concept" not in late
    assert "3 Report" in late


@pytest.mark.parametrize("kind", ["executionplan", "planchange"])
def test_lists_are_exported(cast, client, plan, change, kind):
    client.force_login(cast.executive)
    paper = {"executionplan": plan, "planchange": change}[kind]
    url = reverse(f"business:{kind}-list")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(client.get(f"{url}?export=xlsx"))))
    cells = [cell.value for row in book.active.iter_rows() for cell in row]
    assert paper.number in cells
    assert paper.work.number in cells
    assert b"".join(client.get(f"{url}?export=pdf")).startswith(b"%PDF")


def test_lists_ask_as_much_for_many_rows_as_for_one(cast, client, plan, change):
    urls = [reverse(f"business:{name}") for name in ("executionplan-list", "planchange-list", "my-tasks")]
    client.force_login(cast.manager)
    for url in urls:
        client.get(url)
    few = [queries(client, url) for url in urls]
    for _number in range(29):
        other = plans.approved_plan(cast.manager, colleague=cast.mate)
        plans.change_of(other, cast.manager)
    for url in urls:
        assert client.get(url).content.decode().count("<tr") > 20
    assert [queries(client, url) for url in urls] == few


def queries(client, url: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(url).status_code == 200
    return len(asked)


def test_page_of_a_plan_asks_as_much_for_many_tasks_as_for_few(cast, client):
    few = decided(cast, plans.planned(cast))
    rows = [task(f"Task {number}", cast.manager, number, number + 1) for number in range(40)]
    many = decided(cast, plans.planned(cast, tasks=rows))
    client.force_login(cast.manager)
    for view in ("list", "bars", "actual"):
        urls = [f"{paper.get_absolute_url()}?view={view}" for paper in (few, many)]
        client.get(urls[0])
        assert queries(client, urls[0]) == queries(client, urls[1])


def test_engagement_shows_its_plan_in_short(cast, plan, change):
    record_progress(plan.tasks.first(), by=cast.manager, progress=100)
    engagement = Engagement.objects.get(pk=plan.engagement_id)
    found = sections.summary(engagement, cast.mate)
    assert found == {
        "plan": plan,
        "create_url": "",
        "total": 3,
        "done": 1,
        "percent": 500 // 18,
        "late": 0,
        "checkpoints": 1,
        "changes": [change],
    }
    blank = plans.team(business.engagement(cast.manager, phase="preparing"), cast.mate)
    url = f"{reverse('business:executionplan-create')}?engagement={blank.pk}"
    assert sections.summary(blank, cast.mate) == {"plan": None, "create_url": url}
    assert sections.summary(blank, cast.auditor) == {"plan": None, "create_url": ""}
