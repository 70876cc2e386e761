"""Credit by client: the report, the page of one, holds, exceptions, who sees what, reminders, merging."""

import datetime as dt
import io
from copy import deepcopy
from decimal import Decimal

import openpyxl
import pytest
from django.db import IntegrityError, transaction

from apps.core import clock
from apps.core.errors import Forbidden
from apps.documents.models import Export
from apps.notifications.models import Notification
from apps.risk.credit import exposure, gate, services
from apps.risk.credit.errors import CreditError
from apps.risk.credit.models import CreditHold, CreditLimit
from apps.risk.credit.services.reminding import remind_of_expiry
from apps.service.clients.services import merge
from tests.factories import credit, documents
from tests.factories.service import client_of
from tests.factories.world import lasting
from tests.risk.conftest import build

D = Decimal
REPORT = "/risk/credit/"


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    yield from lasting(build, django_db_blocker)


@pytest.fixture
def cast(built, db):
    return deepcopy(built)


@pytest.fixture
def three(cast, monkeypatch):
    """Acme uses 40 % of 50,000; Blue 120 % of 10,000 and is late; Coral is new."""
    monkeypatch.setattr(exposure, "unsettled", [])
    acme, blue, coral = (client_of(cast.alice, name) for name in ("Acme", "Blue", "Coral"))
    credit.limit_of(acme, "50000.00")
    credit.invoiced(acme, cast.alice, "20000.00")
    credit.limit_of(blue, "10000.00", term_days=30)
    credit.invoiced(blue, cast.alice, "12000.00", due=-20)
    return acme, blue, coral


def names(response):
    return [row.client.name for row in response.context["page"].rows]


def page_of(client):
    return f"/risk/credit/clients/{client.pk}/"


# ---- the report ----


def test_report_begins_with_the_highest_utilisation(three, as_):
    response = as_("fay").get(REPORT)
    assert names(response) == ["Blue", "Acme", "Coral"]
    assert [row.picture.utilisation for row in response.context["page"].rows] == [D("120.0"), D("40.0"), D("0.0")]
    totals = {total.label: total.value for total in as_("fay").get(f"{REPORT}?totals=1").context["totals"]}
    assert (totals["Exposure"], totals["Unpaid"], totals["Overdue"]) == ("¥32,000.00", "¥32,000.00", "¥12,000.00")
    assert (totals["Limit"], totals["Available"]) == ("¥160,000.00", "¥128,000.00")


FOUND = {
    "sort=client": ["Acme", "Blue", "Coral"],
    "sort=-exposure": ["Acme", "Blue", "Coral"],
    "sort=available": ["Blue", "Acme", "Coral"],
    "standing=over": ["Blue"],
    "standing=overdue": ["Blue"],
    "standing=used": ["Blue", "Acme"],
    "standing=hold": [],
    "standing=expired": [],
    "q=cor": ["Coral"],
    "standing=nonsense": [],
    "after=nonsense": ["Blue", "Acme", "Coral"],
}


def test_report_is_sorted_and_filtered(three, as_):
    browser = as_("fay")
    for query, found in FOUND.items():
        assert names(browser.get(f"{REPORT}?{query}")) == found, query


def test_report_goes_to_excel_and_pdf_and_is_noted(three, as_):
    browser = as_("dora")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(browser.get(f"{REPORT}?export=xlsx"))))
    rows = [row for row in book.active.iter_rows(values_only=True) if row[1] in ("Acme", "Blue", "Coral")]
    assert [row[1] for row in rows] == ["Blue", "Acme", "Coral"]
    assert 12000 in rows[0]
    assert b"".join(browser.get(f"{REPORT}?export=pdf")).startswith(b"%PDF")
    assert list(Export.objects.order_by("pk").values_list("file_format", "rows")) == [("xlsx", 3), ("pdf", 3)]


def test_report_turns_its_pages(cast, as_):
    for number in range(35):
        credit.invoiced(client_of(cast.alice, f"Client {number:02}"), cast.alice, f"{1000 - number}.00")
    first = as_("fay").get(REPORT)
    assert names(first)[0] == "Client 00"
    assert len(names(first)) == 25
    second = as_("fay").get(first.context["next_url"])
    assert names(second) == [f"Client {number}" for number in range(25, 35)]
    assert names(as_("fay").get(second.context["previous_url"])) == names(first)


def queries(browser, url, django_assert_max_num_queries):
    with django_assert_max_num_queries(100) as counted:
        assert browser.get(url).status_code == 200
    return len(counted)


@pytest.mark.parametrize("lists", [(REPORT, "/risk/credit/exceptions/", "/risk/credit-assessments/"), ()])
def test_pages_cost_the_same_with_one_row_and_with_thirty(cast, as_, lists, django_assert_max_num_queries):
    """The lists with thirty clients, or else the page of one to whom everything has happened thirty times."""
    first = client_of(cast.alice, "First")
    urls = lists or (page_of(first),)
    browser = as_("dora")

    def fill(client):
        paper = documents.draft(cast.alice)
        credit.hold_of(client, cast.dora, lifted_at=clock.now(), lifted_by=cast.dora)
        credit.waiver_of(paper, client, cast.erin)
        gate.ask(paper, client=client, stage="intake", amount=D(10**6), term_days=1, by=cast.alice)
        credit.assessment(cast.dora, client)
        credit.limit_of(client, ended_on=clock.today())

    fill(first)
    for url in urls:
        browser.get(url)
    one = {url: queries(browser, url, django_assert_max_num_queries) for url in urls}
    for number in range(1, 30):
        fill(client_of(cast.alice, f"Client {number}") if lists else first)
    assert {url: queries(browser, url, django_assert_max_num_queries) for url in urls} == one


# ---- who sees what ----


def test_whole_picture_for_finance_management_and_managers(three, as_):
    for name in ("fay", "dora", "erin", "rita", "bob"):
        browser = as_(name)
        for url in (REPORT, page_of(three[1]), "/risk/credit/exceptions/"):
            assert browser.get(url).status_code == 200, (name, url)


def test_nobody_else_sees_the_report(three, as_):
    for name in ("alice", "olga", "sam"):
        browser = as_(name)
        for url in (REPORT, f"{REPORT}?export=xlsx", page_of(three[1]), "/risk/credit/exceptions/"):
            assert browser.get(url).status_code == 403, (name, url)
        assert "Blue" not in browser.get(page_of(three[1])).content.decode()


def test_salesperson_sees_what_is_left_before_writing_an_application(three, as_):
    _acme, blue, coral = three
    page = as_("alice").get(blue.get_absolute_url()).content.decode()
    assert "Still available" in page
    assert "-¥2,000.00" in page
    assert "The limit of ¥10,000.00 is exceeded by ¥2,000.00." in page
    assert "Invoices of ¥12,000.00 are overdue, the oldest by 20 days." in page
    assert page_of(blue) not in page
    assert "The credit gate is closed" not in as_("alice").get(coral.get_absolute_url()).content.decode()
    assert page_of(blue) in as_("bob").get(blue.get_absolute_url()).content.decode()


def test_client_service_sees_the_client_without_its_credit(three, as_):
    assert "Still available" not in as_("sam").get(three[1].get_absolute_url()).content.decode()


def test_page_of_a_client_tells_everything(cast, three, as_):
    _acme, blue, _coral = three
    paper = documents.draft(cast.alice)
    gate.ask(paper, client=blue, stage="intake", amount=D("500.00"), term_days=45, by=cast.alice)
    credit.waiver_of(paper, blue, cast.erin, "500.00")
    page = as_("dora").get(page_of(blue)).content.decode()
    for text in (
        "come to ¥12,500.00, ¥2,500.00 over the limit of ¥10,000.00.",
        "A payment term of 45 days is asked for, 30 days are allowed.",
        "They always pay in the end.",
        "Put this client on hold",
        "Revoke this exception",
    ):
        assert text in page
    assert "Put this client on hold" not in as_("fay").get(page_of(blue)).content.decode()


# ---- holds ----


def test_hold_is_set_and_lifted_with_reasons(cast, three, as_):
    acme = three[0]
    browser = as_("dora")
    assert browser.post(f"{page_of(acme)}hold/", {"reason": "They dispute."}).url == page_of(acme)
    assert gate.preview(acme, amount=D("1.00"), term_days=1).codes == ["hold"]
    assert Notification.objects.get(recipient=cast.alice).title == "Acme is on hold"
    assert "already" in browser.post(f"{page_of(acme)}hold/", {"reason": "x"}, follow=True).content.decode()
    assert browser.post(f"{page_of(acme)}lift/", {"reason": "Settled."}).url == page_of(acme)
    hold = CreditHold.objects.get()
    assert (hold.reason, hold.set_by, hold.lift_reason, hold.lifted_by) == (
        "They dispute.",
        cast.dora,
        "Settled.",
        cast.dora,
    )
    assert [row.history_change_reason for row in hold.history.order_by("history_id")] == ["hold set", "hold lifted"]
    with pytest.raises(CreditError, match="is not on hold"):
        services.lift_hold(acme, by=cast.dora, reason="x")


def test_hold_needs_a_reason_and_the_right(cast, three, as_):
    with pytest.raises(CreditError, match="Give a reason"):
        services.set_hold(three[0], by=cast.dora, reason="  ")
    with pytest.raises(Forbidden, match="Only the finance director"):
        services.set_hold(three[0], by=cast.fay, reason="x")
    assert as_("fay").post(f"{page_of(three[0])}hold/", {"reason": "x"}).status_code == 403
    assert not CreditHold.objects.exists()


# ---- exceptions ----


def test_exception_is_revoked(cast, three, as_):
    acme, paper = three[0], documents.draft(cast.alice)
    waiver = credit.waiver_of(paper, acme, cast.erin, "90000.00")
    asked = {"amount": D("90000.00"), "term_days": 30, "document": paper}
    assert gate.preview(acme, **asked).passed
    assert as_("fay").post(f"/risk/credit/exceptions/{waiver.pk}/revoke/", {"reason": "x"}).status_code == 403
    as_("dora").post(f"/risk/credit/exceptions/{waiver.pk}/revoke/", {"reason": "Not paid"})
    waiver.refresh_from_db()
    assert waiver.revoked_on == clock.today()
    assert waiver.history.first().history_change_reason == "revoked: Not paid"
    assert not gate.preview(acme, **asked).passed
    with pytest.raises(CreditError, match="was revoked"):
        services.revoke_waiver(waiver, by=cast.dora, reason="x")


def test_expired_exception_is_not_revoked(cast, three):
    waiver = credit.waiver_of(documents.draft(cast.alice), three[0], cast.erin, until=-1)
    with pytest.raises(CreditError, match="expired"):
        services.revoke_waiver(waiver, by=cast.dora, reason="x")
    with pytest.raises(CreditError, match="Give a reason"):
        services.revoke_waiver(waiver, by=cast.dora, reason="")


def test_exceptions_are_listed_by_standing(cast, three, as_):
    for values in ({}, {"until": -1}, {"revoked_on": clock.today()}):
        credit.waiver_of(documents.draft(cast.alice), three[0], cast.erin, **values)
    browser = as_("rita")
    for standing, number in (("valid", 1), ("expired", 1), ("revoked", 1), ("", 3)):
        response = browser.get(f"/risk/credit/exceptions/?standing={standing}")
        assert len(response.context["page"].rows) == number, standing


# ---- in good time ----


def told(person):
    return list(Notification.objects.filter(recipient=person).order_by("pk").values_list("title", flat=True))


def test_limits_and_exceptions_are_announced_at_30_and_7_days_and_at_the_end(cast):
    client = client_of(cast.alice, "Acme")
    credit.limit_of(client, until=40)
    credit.waiver_of(documents.draft(cast.alice), client, cast.erin, until=40)
    start = clock.now()
    counts = []
    for day in (0, 9, 10, 11, 33, 34, 40, 41, 45):
        with clock.at(start + dt.timedelta(days=day)):
            remind_of_expiry()
            remind_of_expiry()
        counts.append(len(told(cast.dora)))
    assert counts == [0, 0, 1, 1, 2, 2, 2, 3, 3]
    will = "The credit limit of Acme will expire"
    assert told(cast.dora) == [will, will, "The credit limit of Acme has expired"]
    assert len(told(cast.erin)) == 3
    assert len(told(cast.alice)) == 6


def test_what_has_ended_is_not_announced(cast):
    client = client_of(cast.alice, "Acme")
    credit.limit_of(client, until=5, ended_on=clock.today())
    credit.waiver_of(documents.draft(cast.alice), client, cast.erin, until=5, revoked_on=clock.today())
    remind_of_expiry()
    assert not Notification.objects.exists()


# ---- merging, constraints ----


def test_merged_client_takes_its_credit_along(cast):
    source, target = client_of(cast.alice, "Acme"), client_of(cast.alice, "Acme Ltd")
    ended, kept = credit.limit_of(source, "1.00"), credit.limit_of(target, "2.00")
    first, second = credit.hold_of(source, cast.dora, "First"), credit.hold_of(target, cast.dora, "Second")
    paper = documents.draft(cast.alice)
    waiver = credit.waiver_of(paper, source, cast.erin)
    check = gate.ask(paper, client=source, stage="intake", amount=D("1.00"), term_days=1, by=cast.alice)
    assessment = credit.assessment(cast.fay, source)
    merge(source=source, target=target, by=cast.sam, reason="The same")
    for row in (ended, kept, first, second, waiver, check, assessment):
        row.refresh_from_db()
        assert row.client == target
    assert (ended.ended_on, kept.ended_on) == (clock.today(), None)
    assert (first.lifted_at, second.lifted_by) == (None, cast.sam)


def test_two_limits_in_force_are_refused_by_the_database(cast):
    client = client_of(cast.alice)
    credit.limit_of(client)
    with pytest.raises(IntegrityError), transaction.atomic():
        credit.limit_of(client)
    credit.limit_of(client, ended_on=clock.today())
    assert CreditLimit.objects.count() == 2
