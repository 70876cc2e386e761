"""The page on approval times: who opens it, what it shows, its workbooks, and that it costs the same at any size."""

import datetime as dt
import io
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from apps.approvals.analysis.gathering import gather
from apps.core import clock
from apps.documents import services
from apps.documents.models import Export
from apps.org.models import Role
from tests.factories.approvals import route, step
from tests.factories.documents import submitted
from tests.factories.org import grant
from tests.testkind.models import Memo

pytestmark = pytest.mark.django_db
URL = reverse("documents:analysis")
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: int, hour: int) -> dt.datetime:
    return dt.datetime(2026, 3, day, hour, tzinfo=SHANGHAI)


@pytest.fixture
def past(people):
    """In March bob and tina decided some memos within hours; two of alice's and olga's wait still."""
    grant(Role.objects.get(code="executive"), ["approvals.view_analysis", "documents.view_all_documents"])
    grant(Role.objects.get(code="finance_director"), ["approvals.view_analysis"])
    route("memo", [step("head", rule="department_head"), step("finance", role="finance_reviewer")])
    for applicant, by, hours in (
        (people.alice, people.bob, 1),
        (people.tom, people.tina, 2),
        (people.tom, people.tina, 2),
    ):
        with clock.at(at(2, 9)):
            memo = submitted(applicant)
        with clock.at(at(2, 9 + hours)):
            services.return_(memo, by=by, reason="Invoice missing")
    with clock.at(at(3, 9)):
        memo = submitted(people.olga)
    with clock.at(at(3, 10)):
        services.approve(Memo.objects.get(pk=memo.pk), by=people.sam)
    with clock.at(at(4, 9)):
        submitted(people.alice, title="Long ago")
    with clock.at(at(31, 9)):
        gather()
    return people


def page(person, moment=None, **query):
    client = Client()
    client.force_login(person)
    with clock.at(moment or at(31, 10)):
        return client.get(URL, query)


def test_only_those_with_the_right_open_it(past):
    assert page(past.erin).status_code == 200
    assert [page(person).status_code for person in (past.alice, past.bob, past.rita)] == [403, 403, 403]


def test_it_shows_figures_returns_and_the_oldest_papers(past):
    text = page(past.erin).content.decode()
    assert "57 min" in text  # an hour, as its bucket tells it
    assert "Invoice missing" in text
    assert "75.0 %" in text
    assert "Long ago" in text
    assert text.index("Head") < text.index("By person")


def test_papers_are_named_only_to_those_who_may_see_them(past):
    response = page(past.dora)
    assert response.status_code == 200
    assert "Long ago" not in response.content.decode()
    assert response.context["found"].total.count == 4


def test_months_without_decisions_are_empty_and_wrong_ones_are_refused(past):
    assert "No decision in these months" in page(past.erin, first="2025-01", last="2025-02").content.decode()
    refused = page(past.erin, first="2026-03", last="2025-02")
    assert refused.status_code == 422
    assert "The last month comes after the first" in refused.content.decode()
    assert page(past.erin, first="soon", last="later").status_code == 422


def test_kind_and_department_narrow_it(past):
    asked = {"first": "2026-03", "last": "2026-03"}
    assert page(past.erin, **asked, department=past.business.pk).context["found"].total.count == 3
    assert page(past.erin, **asked, department=past.team.pk).context["found"].total.count == 2
    assert page(past.erin, **asked, kind="memo").context["found"].total.count == 4
    assert page(past.erin, **asked, kind="vehiclerequest").context["found"].total.count == 0


@pytest.mark.parametrize(("what", "first"), [("steps", "Memo"), ("people", "Business")])
def test_the_tables_leave_as_workbooks_and_that_is_noted(past, what, first):
    response = page(past.erin, first="2026-03", last="2026-03", export=what)
    rows = list(load_workbook(io.BytesIO(b"".join(response))).active.values)
    assert any(row[0] == first for row in rows)
    note = Export.objects.get()
    assert (note.user, note.file_format, note.filters) == (past.erin, "xlsx", "2026-03 – 2026-03; All")


def test_it_takes_as_many_statements_however_much_was_decided(past, django_assert_max_num_queries):
    client = Client()
    client.force_login(past.erin)
    with clock.at(at(31, 10)), django_assert_max_num_queries(18):
        client.get(URL)
