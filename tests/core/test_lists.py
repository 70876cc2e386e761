"""The page of a list, through the browser's eyes."""

import datetime as dt
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from apps.core import lists
from apps.core.jobs import Job
from apps.core.models import NumberSequence, SavedView
from tests.factories.org import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.core.list_page")]

URL = "/sequences/"


@pytest.fixture
def alice(client):
    alice = UserFactory(username="alice", name="Alice")
    client.force_login(alice)
    return alice


def sequences(number, **values):
    defaults = {"year": 2026}
    NumberSequence.objects.bulk_create(
        [NumberSequence(prefix=f"P{index:03}", last=index, **{**defaults, **values}) for index in range(number)]
    )


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def test_rows_are_shown_typed_and_open_their_paper(client, alice):
    sequences(2)
    page = text(client.get(URL + "?sort=prefix"))
    last = NumberSequence.objects.get(prefix="P001")
    row = (
        f'<tr data-href="/sequences/{last.pk}/"><th scope="row" data-label="Prefix">'
        f'<a href="/sequences/{last.pk}/" data-open>P001</a></th>'
        '<td class="num" data-label="Year">2,026</td><td class="num" data-label="Amount">¥1.25</td>'
        '<td data-label="State"><span class="badge-state state-paid">Paid</span></td></tr>'
    )
    assert row in page
    assert "Export only" not in page


def test_text_from_people_is_escaped(client, alice):
    NumberSequence.objects.create(prefix="<b>&'", year=2026)
    page = text(client.get(URL))
    assert "&lt;b&gt;&amp;&#x27;" in page
    assert "<b>&'" not in page


def test_headings_sort_both_ways_and_say_so(client, alice):
    sequences(3)
    page = text(client.get(URL + "?sort=amount&year=2026"))
    assert (
        '<th scope="col" class="num" aria-sort="ascending"><a class="sort" href="?year=2026&amp;sort=-amount">' in page
    )
    assert '<th scope="col" aria-sort="none"><a class="sort" href="?year=2026&amp;sort=prefix">' in page
    assert page.index("P000") < page.index("P002")
    page = text(client.get(URL + "?sort=-amount"))
    assert page.index("P002") < page.index("P000")


@pytest.mark.parametrize("sort", ["secret", "-", "--amount", "last); drop", "password"])
def test_an_order_that_is_not_offered_is_ignored(client, alice, sort):
    sequences(2)
    page = text(client.get(URL, {"sort": sort}))
    assert page.index("P001") < page.index("P000")


def test_pages_go_on_and_back_with_the_filters(client, alice):
    sequences(70)
    first = client.get(URL + "?sort=prefix&year=2026")
    assert first.context["previous_url"] == ""
    second = client.get(first.context["next_url"])
    assert [row.prefix for row in second.context["page"].rows] == [f"P{index:03}" for index in range(30, 60)]
    assert "year=2026" in second.context["next_url"]
    third = client.get(second.context["next_url"])
    assert [row.last for row in third.context["page"].rows] == list(range(60, 70))
    back = client.get(client.get(third.context["previous_url"]).context["previous_url"])
    assert [row.last for row in back.context["page"].rows] == list(range(30))


def test_filters_become_removable_chips(client, alice):
    sequences(5)
    response = client.get(URL, {"q": "P00", "year": "2026", "amount_min": "1,25", "amount_max": "", "sort": "-amount"})
    chips = response.context["chips"]
    assert [(chip["label"], chip["value"]) for chip in chips] == [
        ("Search", "P00"),
        ("Year", "This year"),
        ("Amount", "¥125.00 – …"),
    ]
    assert chips[1]["remove_url"] == "/sequences/?q=P00&amount_min=1%2C25&sort=-amount"
    assert chips[2]["remove_url"] == "/sequences/?q=P00&year=2026&sort=-amount"
    assert response.context["page"].rows == []
    page = text(response)
    assert "Nothing matches these filters" in page
    assert "No sequence yet" not in page


def test_an_empty_list_says_what_to_do(client, alice):
    page = text(client.get(URL))
    assert "No sequence yet" in page
    assert "The first paper starts one." in page
    assert 'href="/sequences/new/"' in page
    assert "Nothing matches these filters" not in page


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"amount_min": "9", "amount_max": "1"}, "The end lies before the beginning."),
        ({"amount_min": "many"}, "Enter a number."),
        ({"amount_min": "1e999999"}, "Ensure that there are no more than 14 digits in total."),
        ({"amount_min": "9" * 30}, "Ensure that there are no more than 14 digits in total."),
        ({"year": "1999"}, "Select a valid choice. 1999 is not one of the available choices."),
        ({"q": "a\x00b"}, "Null characters are not allowed."),
        ({"q": "x" * 101}, "Ensure this value has at most 100 characters (it has 101)."),
    ],
)
def test_a_filter_that_makes_no_sense_is_explained_at_its_field(client, alice, query, message):
    sequences(3)
    response = client.get(URL, query)
    page = text(response)
    assert message in page
    assert "This filter cannot be applied" in page
    assert response.context["page"].rows == []


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"made_from": "0001-01-01"}, "Enter a date between 1900 and 2999."),
        ({"made_to": "9999-12-31"}, "Enter a date between 1900 and 2999."),
        ({"made_from": "yesterday"}, "Enter a valid date."),
        ({"made_from": "2026-02-01", "made_to": "2026-01-01"}, "The end lies before the beginning."),
    ],
)
def test_dates_that_make_no_sense_are_explained(client, alice, query, message):
    assert message in text(client.get("/views/", query))


def test_a_day_is_a_day_of_the_company(client, alice):
    view = SavedView.objects.create(user=alice, list_name="x", name="Late")
    SavedView.objects.update(created_at=dt.datetime(2026, 3, 1, 16, 30, tzinfo=dt.UTC))  # 00:30 of the 2nd in Shanghai
    found = client.get("/views/", {"made_from": "2026-03-02", "made_to": "2026-03-02"})
    assert found.context["page"].rows == [view]
    assert '<time datetime="2026-03-02T00:30+08:00">2026-03-02 00:30</time>' in text(found)
    assert client.get("/views/", {"made_to": "2026-03-01"}).context["page"].rows == []


def test_rows_can_be_chosen_where_the_table_says_so(client, alice):
    view = SavedView.objects.create(user=alice, list_name="x", name="Mine")
    page = text(client.get("/views/"))
    assert f'data-select name="chosen" value="{view.pk}" aria-label="Select Mine"' in page
    assert client.post("/views/", {"chosen": view.pk}).status_code == 405


def test_the_number_of_queries_does_not_grow_with_the_rows(client, alice):
    counts = []
    for number in (1, 30):
        NumberSequence.objects.all().delete()
        sequences(number)
        client.get(URL)
        with CaptureQueriesContext(connection) as queries:
            client.get(URL)
        counts.append(len(queries))
        assert [
            query["sql"] for query in queries if "COUNT(" in query["sql"] and "numbersequence" in query["sql"]
        ] == []
        assert len([query for query in queries if "core_numbersequence" in query["sql"]]) == 1
    assert counts[0] == counts[1]


def test_totals_of_a_short_list_are_on_the_page(client, alice):
    sequences(5)
    assert [(t.label, t.value) for t in client.get(URL).context["totals"]] == [("Rows", "5"), ("Amount", "¥12.50")]


def test_totals_of_a_long_list_come_later_over_the_whole_filtered_set(client, alice):
    sequences(40)
    sequences(5, year=2020)
    response = client.get(URL + "?year=2026")
    assert response.context["totals"] is None
    assert 'hx-get="/sequences/?year=2026&amp;totals=1"' in text(response)
    fragment = text(client.get(response.context["totals_url"], headers={"HX-Request": "true"}))
    assert '<dt>Rows</dt><dd class="num">40</dd>' in fragment
    assert "¥975.00" in fragment
    assert "<html" not in fragment
    without_scripts = client.get(response.context["totals_url"])
    assert "¥975.00" in text(without_scripts)
    assert "<html" in text(without_scripts)


def test_views_are_kept_applied_and_deleted(client, alice):
    sequences(3)
    saved = client.post(URL + "?year=2026&sort=-amount&after=x&q=", {"save_view": "1", "name": "  My   year "})
    assert saved.headers["Location"] == "/sequences/?year=2026&sort=-amount"
    view = SavedView.objects.get()
    assert (view.user, view.list_name, view.name) == (alice, "sequence-list", "My year")
    assert view.query == "year=2026&sort=-amount"
    shown = client.get(f"{URL}?{view.query}").context["saved_views"]
    assert shown == [{"pk": view.pk, "name": "My year", "url": "/sequences/?year=2026&sort=-amount", "current": True}]
    client.post(URL + "?q=P", {"save_view": "1", "name": "My year"})
    assert SavedView.objects.get().query == "q=P"
    client.post(URL, {"delete_view": view.pk})
    assert not SavedView.objects.exists()


def test_a_view_without_a_name_or_too_long_is_refused_with_a_sentence(client, alice):
    page = text(client.post(URL, {"save_view": "1", "name": " "}, follow=True))
    assert "This field is required." in page
    page = text(client.post(URL + "?q=" + "x" * 1200, {"save_view": "1", "name": "Long"}, follow=True))
    assert "Ensure this value has at most 1000 characters" in page
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("pk", ["0", "x", "99999999999999999999999", ""])
def test_a_view_that_is_not_mine_does_not_exist(client, alice, pk):
    theirs = SavedView.objects.create(user=UserFactory(), list_name="sequence-list", name="Theirs")
    assert client.post(URL, {"delete_view": pk or theirs.pk}).status_code == 404
    assert SavedView.objects.get() == theirs
    sequences(1)
    assert client.get(URL).context["saved_views"] == []


def test_the_export_holds_exactly_what_is_filtered(client, alice):
    sequences(4)
    sequences(2, year=2020)
    response = client.get(URL + "?year=2026&sort=-amount&export=xlsx")
    assert response.headers["Content-Type"] == lists.XLSX
    assert response.headers["Content-Disposition"].startswith('attachment; filename="sequences-')
    sheet = load_workbook(io.BytesIO(b"".join(response.streaming_content))).active
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert rows[0][0] == "Sequences"
    assert [row[0] for row in rows[1:5]] == ["Company", "Exported by", "Exported at", "Filter"]
    assert rows[2][1] == "Alice (alice)"
    assert rows[4][1] == "Year: This year"
    assert rows[6] == ["Prefix", "Year", "Amount", "State", "Export only"]
    assert rows[7:11] == [
        ["P003", 2026, 3.75, "Paid", "3"],
        ["P002", 2026, 2.5, "Paid", "2"],
        ["P001", 2026, 1.25, "Paid", "1"],
        ["P000", 2026, 0, "Draft", "0"],
    ]
    assert rows[11] == ["Total of 4 rows", None, 7.5, None, None]
    assert len(rows) == 12


def test_the_register_is_a_pdf(client, alice):
    sequences(3)
    response = client.get(URL + "?export=pdf")
    assert response.headers["Content-Type"] == "application/pdf"
    assert b"".join(response.streaming_content).startswith(b"%PDF-")


@pytest.mark.parametrize("name", ["csv", "XLSX", "../x"])
def test_other_formats_do_not_exist(client, alice, name):
    assert client.get(URL, {"export": name}).status_code == 404


def test_a_long_export_is_written_in_the_background_once(client, alice, monkeypatch):
    monkeypatch.setattr(lists, "EXPORT_ROWS", 10)
    sequences(12)
    address = URL + "?year=2026&export=xlsx&once=abc"
    first = client.get(address)
    job = Job.objects.get()
    assert first.headers["Location"] == job.get_absolute_url()
    assert client.get(address).headers["Location"] == first.headers["Location"]
    assert Job.objects.count() == 1
    assert (job.requested_by, job.state, job.message) == (alice, Job.State.DONE, "12 rows")
    with job.result_file.open() as file:
        sheet = load_workbook(file).active
    assert sheet.max_row == 7 + 12 + 1
    assert sheet["B5"].value == "Year: This year"


def test_an_export_asks_again_whether_its_requester_may(client):
    barred = UserFactory(username="barred")
    client.force_login(barred)
    assert client.get(URL).status_code == 403
    assert client.get(URL + "?export=xlsx").status_code == 403
    assert client.post(URL, {"save_view": "1", "name": "x"}).status_code == 403
    job = lists.enqueue(lists.EXPORT_JOB, by=barred, params={"path": URL, "query": "", "format": "xlsx"})
    job.refresh_from_db()
    assert (job.state, job.message) == (Job.State.FAILED, "Not for you.")


def test_a_closed_account_gets_no_file(alice):
    alice.is_active = False
    alice.save()
    job = lists.enqueue(lists.EXPORT_JOB, by=alice, params={"path": URL, "query": "", "format": "xlsx"})
    job.refresh_from_db()
    assert (job.state, bool(job.result_file)) == (Job.State.FAILED, False)


def test_strangers_are_sent_to_the_sign_in_page(client):
    response = client.get(URL)
    assert response.status_code == 302
    assert response.headers["Location"].startswith("/sign-in/?next=")
