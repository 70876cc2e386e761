"""The pages of contracts as people use them: drawn up, signed, printed, listed; and who sees nothing of them."""

import datetime as dt
import io
from copy import deepcopy
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from apps.business.contracts import services as contracts
from apps.business.models import AgencyContract, ContractSupplement, ContractTemplate
from apps.core import clock
from apps.documents import services
from tests.factories import business
from tests.factories.contracts import draft, payment, supplement
from tests.factories.intake import world
from tests.factories.world import lasting
from tests.story import story_of

pytestmark = pytest.mark.django_db

SCAN = b"%PDF-1.4\n%%EOF"


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    yield from lasting(world, django_db_blocker)


@pytest.fixture
def people(built, db):
    return deepcopy(built)


@pytest.fixture
def as_(client):
    """callable(person) → the browser of this person."""

    def sign_in(person):
        client.force_login(person)
        return client

    return sign_in


def url(page, *args, kind="agencycontract") -> str:
    return reverse(f"business:{kind}-{page}" if kind else f"business:{page}", args=args)


def again(paper):
    return type(paper).objects.get(pk=paper.pk)


def text_of(response) -> str:
    return response.content.decode()


@pytest.fixture
def approved(people):
    paper = services.submit(draft(people.alice), by=people.alice)
    return again(services.approve(paper, by=people.bob))


@pytest.fixture
def in_force(people, approved):
    file = SimpleUploadedFile("scan.pdf", SCAN)
    return again(contracts.sign(approved, by=people.alice, signed_on=clock.today(), original=file))


def form_of(intake, *lines: dict, **header) -> dict:
    """What a browser posts."""
    data = {
        "title": "Spring campaign",
        "intake": intake.pk,
        "party_a": "Client",
        "party_b": "Agency",
        "scope": "Media",
        "rights_duties": "Good faith",
        "fee_basis": "fixed",
        "fee": "50,000.00",
        "tax_rate": "0.06",
        "payment_term_days": "30",
        "due_base": "invoice",
        "effective_from": intake.term_from.isoformat(),
        "effective_to": intake.term_to.isoformat(),
        "action": "submit",
        "lines-TOTAL_FORMS": str(len(lines)),
        "lines-INITIAL_FORMS": "0",
        **header,
    }
    for number, values in enumerate(lines):
        data |= {f"lines-{number}-{name}": str(value) for name, value in values.items()}
    return data


# ---- drawing up ----


def test_contract_begins_with_the_choice_of_an_intake(people, as_):
    intake, other = business.intake(people.alice), business.intake(people.tom)
    page = text_of(as_(people.alice).get(url("create")))
    assert f"?intake={intake.pk}" in page
    assert f"?intake={other.pk}" not in page
    form = as_(people.alice).get(url("create"), {"intake": intake.pk})
    assert form.context["form"].instance.client == intake.client
    assert form.context["formset"].forms[0].initial["amount"] == Decimal("50000.00")
    assert as_(people.erin).get(url("create")).status_code == 403


def test_contract_is_drawn_up_and_submitted_in_one_go(people, as_):
    intake = business.intake(people.alice)
    lines = [
        {"milestone": "Start", "due": "signing", "amount": "20000"},
        {"milestone": "End", "due": "completion", "amount": "30,000.00"},
    ]
    answer = as_(people.alice).post(url("create"), form_of(intake, *lines))
    contract = AgencyContract.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, contract.get_absolute_url())
    assert (contract.state, contract.amount, contract.client) == ("in_review", Decimal("50000.00"), intake.client)
    assert list(contract.schedule.values_list("milestone", "amount")) == [
        ("Start", Decimal("20000.00")),
        ("End", Decimal("30000.00")),
    ]


def test_what_is_missing_is_shown_at_its_field_and_the_draft_is_kept(people, as_):
    intake = business.intake(people.alice)
    line = {"milestone": "All", "due": "date", "amount": "49999.99"}
    answer = as_(people.alice).post(url("create"), form_of(intake, line, scope=""), follow=True)
    assert AgencyContract.objects.get().state == "draft"
    assert answer.context["form"].errors["scope"] == ["Say what the agency does for the client."]
    assert answer.context["formset"].forms[0].errors == {"due_on": ["Enter the date."]}
    assert "The scheduled payments add up to ¥49,999.99, the contract total is ¥50,000.00." in text_of(answer)


def test_preview_tells_tolerance_schedule_and_gate(people, as_):
    intake = business.intake(people.alice)
    line = {"milestone": "All", "due": "completion", "amount": "100.00"}
    page = text_of(as_(people.alice).post(url("preview"), form_of(intake, line, fee="150000")))
    assert "Up to ¥52,500.00 and 30 days more need no new decision" in page
    assert "The total of ¥150,000.00 is beyond ¥52,500.00" in page
    assert "The scheduled payments add up to ¥100.00" in page
    assert "over the limit of ¥100,000.00" in page


def test_autosave_keeps_the_draft_with_its_lines(people, as_):
    intake = business.intake(people.alice)
    data = form_of(intake, {"milestone": "All", "due": "completion", "amount": "50000"})
    answer = as_(people.alice).post(url("autosave"), data).json()
    line = AgencyContract.objects.get(pk=answer["id"]).schedule.get()
    assert answer["fields"] == {"lines-0-id": str(line.pk)}


# ---- signing and ending ----


def test_signature_is_recorded_with_its_scan(people, as_, approved):
    browser = as_(people.alice)
    assert url("sign", approved.pk) in text_of(browser.get(approved.get_absolute_url()))
    data = {
        "signed_on": clock.today().isoformat(),
        "seal": "Contract seal",
        "original": SimpleUploadedFile("s.pdf", SCAN),
    }
    answer = browser.post(url("sign", approved.pk), data)
    contract = again(approved)
    assert (answer.status_code, contract.phase, contract.original.name) == (302, "in_force", "s.pdf")
    page = text_of(browser.get(contract.get_absolute_url()))
    assert url("sign", approved.pk) not in page
    assert url("file", approved.pk, contract.original_id) in page


def test_wrong_day_is_said_at_its_field(people, as_, approved):
    data = {"signed_on": (clock.today() + dt.timedelta(days=1)).isoformat()}
    answer = as_(people.alice).post(url("sign", approved.pk), data)
    assert answer.status_code == 422
    assert answer.context["form"].errors == {"signed_on": ["This date lies in the future."]}


def test_file_that_is_no_scan_is_said_at_its_field(people, as_, approved):
    data = {"signed_on": clock.today().isoformat(), "original": SimpleUploadedFile("s.pdf", b"words")}
    answer = as_(people.alice).post(url("sign", approved.pk), data)
    assert list(answer.context["form"].errors) == ["original"]
    assert again(approved).phase == "unsigned"


def test_buttons_follow_the_permissions(people, as_, in_force):
    staff = text_of(as_(people.alice).get(in_force.get_absolute_url()))
    head = text_of(as_(people.bob).get(in_force.get_absolute_url()))
    auditor = text_of(as_(people.rita).get(in_force.get_absolute_url()))
    assert url("complete", in_force.pk) in staff
    assert url("terminate", in_force.pk) not in staff
    assert url("terminate", in_force.pk) in head
    assert url("complete", in_force.pk) not in auditor
    assert as_(people.rita).get(url("terminate", in_force.pk)).status_code == 403


def test_contract_is_terminated_with_a_reason(people, as_, in_force):
    browser = as_(people.bob)
    data = {"on": clock.today().isoformat(), "reason": "Budget cut"}
    assert browser.post(url("terminate", in_force.pk), {**data, "reason": ""}).status_code == 422
    assert browser.post(url("terminate", in_force.pk), data).status_code == 302
    assert again(in_force).end_reason == "Budget cut"


# ---- text, print, versions ----


def test_template_is_tried_out_on_a_draft(people, as_):
    other = ContractTemplate.objects.create(code="X", name="Short", body="{{ party_a }} pays {{ fee }}")
    contract = draft(people.alice, party_a="Client & Sons")
    page = text_of(as_(people.alice).get(url("wording", contract.pk), {"template": other.pk}))
    assert "Client &amp; Sons pays ¥50,000.00" in page
    assert again(contract).body == ""


def test_contract_without_a_template_says_where_its_text_is(people, as_):
    contract = draft(people.alice, template=None)
    browser = as_(people.alice)
    assert "There is no text" in text_of(browser.get(url("wording", contract.pk)))
    answer = browser.get(url("text", contract.pk), follow=True)
    assert "its text is among the attachments" in text_of(answer)


def test_text_and_form_are_printed(people, as_, in_force):
    browser = as_(people.alice)
    for page in ("text", "print"):
        response = browser.get(url(page, in_force.pk))
        assert response["Content-Type"] == "application/pdf"
        assert b"".join(response).startswith(b"%PDF")


def test_versions_are_compared(people, as_, in_force):
    paper = services.submit(supplement(people.alice, in_force, change=Decimal("1000.00")), by=people.alice)
    services.approve(paper, by=people.bob)
    browser = as_(people.alice)
    answer = browser.get(url("versions", in_force.pk))
    assert [item.label for item in answer.context["differences"]] == ["Supplements", "Scheduled payment 2"]
    same = browser.get(url("versions", in_force.pk), {"before": 2, "after": 2})
    assert same.context["differences"] == []
    assert browser.get(url("versions", in_force.pk), {"before": 9, "after": 2}).status_code == 200


# ---- supplements ----


def test_supplement_is_raised_from_the_page_of_its_contract(people, as_, in_force):
    browser = as_(people.alice)
    address = url("create", kind="contractsupplement")
    assert f"{address}?contract={in_force.pk}" in text_of(browser.get(in_force.get_absolute_url()))
    form = browser.get(address, {"contract": in_force.pk})
    assert form.context["form"].instance.contract == in_force
    data = {"contract": in_force.pk, "title": "More", "change": "-1,000.50", "reason": "Less", "action": "submit"}
    browser.post(address, data)
    paper = ContractSupplement.objects.get()
    assert (paper.state, paper.change, paper.amount) == ("in_review", Decimal("-1000.50"), Decimal("1000.50"))
    page = text_of(browser.get(paper.get_absolute_url()))
    assert "¥48,999.50" in page
    assert paper.number in text_of(browser.get(in_force.get_absolute_url()))
    preview = text_of(browser.post(url("preview", kind="contractsupplement"), {**data, "change": "-60000"}))
    assert "The total would be -¥10,000.00" in preview


# ---- lists ----


def sheet_of(response) -> list[dict]:
    """The rows of an exported register, by heading."""
    rows = list(load_workbook(io.BytesIO(b"".join(response))).active.iter_rows(values_only=True))
    start = next(index for index, row in enumerate(rows) if row[0] == "Number")
    body = [row for row in rows[start + 1 :] if row[0] and str(row[0]).startswith("HT-")]
    return [dict(zip(rows[start], row, strict=True)) for row in body]


def test_register_equals_an_independent_recomputation(people, as_):
    made = []
    for number, (settled, settling, supplemented) in enumerate(
        [("0.00", "0.00", "0.00"), ("10000.55", "200.45", "1234.56"), ("49000.00", "0.00", "-1000.00")]
    ):
        contract = business.contract(people.alice, schedule=("20000.00", "30000.00"))
        values = {"settled": settled, "settling": settling, "supplemented": supplemented}
        end = clock.today() + dt.timedelta(days=number * 40 - 5)
        start = end - dt.timedelta(days=90)
        AgencyContract.objects.filter(pk=contract.pk).update(**values, effective_to=end, effective_from=start)
        made.append((again(contract), {name: Decimal(value) for name, value in values.items()}, number * 40 - 5))
    draft(people.alice)
    browser = as_(people.erin)
    rows = {row["Number"]: row for row in sheet_of(browser.get(url("contract-register", kind=""), {"export": "xlsx"}))}
    assert set(rows) == {contract.number for contract, _values, _left in made}
    for contract, values, left in made:
        row = rows[contract.number]
        total = Decimal("50000.00") + values["supplemented"]
        told = [Decimal(str(row[name])) for name in ("Fee", "Supplements", "Total", "Settled", "Not settled")]
        assert told == [
            Decimal("50000.00"),
            values["supplemented"],
            total,
            values["settled"],
            total - values["settled"],
        ]
        assert row["Days to expiry"] == left
        assert row["Phase"] == ("Expired" if left < 0 else "In force")
    totals = text_of(browser.get(url("contract-register", kind=""), {"totals": 1}, headers={"HX-Request": "true"}))
    assert "¥150,234.56" in totals
    assert "¥91,234.01" in totals
    pdf = browser.get(url("contract-register", kind=""), {"export": "pdf"})
    assert b"".join(pdf).startswith(b"%PDF")


def test_register_is_filtered_by_phase(people, as_):
    business.contract(people.alice)
    business.contract(people.alice, phase="unsigned")
    day = clock.today() - dt.timedelta(days=1)
    business.contract(people.alice, effective_from=day, effective_to=day)
    browser = as_(people.erin)
    for phase, count in {"unsigned": 1, "in_force": 1, "expired": 1, "completed": 0, "terminated": 0}.items():
        page = browser.get(url("contract-register", kind=""), {"phase": phase})
        assert len(page.context["page"].rows) == count, phase


def test_expiring_contracts(people, as_):
    start = clock.today() - dt.timedelta(days=100)
    for days in (-1, 0, 30, 31, 90, 91):
        end = clock.today() + dt.timedelta(days=days)
        business.contract(people.alice, effective_from=start, effective_to=end)
    business.contract(people.alice, phase="unsigned", effective_to=clock.today())
    browser = as_(people.erin)
    for within, left in {"30": [0, 30], "60": [0, 30, 31], "90": [0, 30, 31, 90]}.items():
        page = browser.get(url("contracts-expiring", kind=""), {"within": within})
        assert [(row.effective_to - clock.today()).days for row in page.context["page"].rows] == left


LISTS = ["agencycontract-list", "contractsupplement-list", "contract-register", "contracts-expiring"]


def test_lists_ask_the_database_as_often_for_many_rows(people, as_):
    end = clock.today() + dt.timedelta(days=20)

    def more(count: int) -> dict[str, int]:
        for _number in range(count):
            contract = business.contract(people.alice, effective_to=end)
            business.paper(ContractSupplement, people.alice, contract=contract, change=Decimal("1.00"))
        browser = as_(people.erin)
        asked = {}
        for name in LISTS:
            browser.get(reverse(f"business:{name}"))
            with CaptureQueriesContext(connection) as queries:
                page = browser.get(reverse(f"business:{name}"))
            assert len(page.context["page"].rows) == ContractSupplement.objects.count()
            asked[name] = len(queries)
        return asked

    assert more(1) == more(29)


def test_page_of_a_contract_asks_as_often_for_many_lines(people, as_, in_force):
    def queries() -> int:
        browser = as_(people.alice)
        browser.get(in_force.get_absolute_url())
        with CaptureQueriesContext(connection) as captured:
            browser.get(in_force.get_absolute_url())
        return len(captured)

    def supplemented() -> None:
        paper = supplement(people.alice, again(in_force), change=Decimal("10.00"))
        paper = services.submit(paper, by=people.alice)
        services.approve(paper, by=people.bob)

    supplemented()
    before = queries()
    for _number in range(5):
        supplemented()
    assert queries() == before


# ---- who sees nothing ----


def test_outsider_sees_nothing_of_a_contract(people, as_, in_force):
    paper = services.submit(supplement(people.alice, in_force), by=people.alice)
    file = in_force.original_id
    pages = [url(page, in_force.pk) for page in ("detail", "update", "print", "history", "wording", "text", "versions")]
    pages += [url(page, in_force.pk) for page in ("sign", "original", "complete", "terminate")]
    pages += [url("file", in_force.pk, file), url("detail", paper.pk, kind="contractsupplement")]
    pages += [url("print", paper.pk, kind="contractsupplement")]
    for person in (people.olga, people.tom):
        browser = as_(person)
        assert [browser.get(page).status_code for page in pages] == [404] * len(pages)
        for name in LISTS:
            assert in_force.number not in text_of(browser.get(reverse(f"business:{name}")))
        register = browser.get(url("contract-register", kind=""), {"export": "xlsx"})
        assert sheet_of(register) == []
        assert browser.get(in_force.client.get_absolute_url()).status_code in (200, 404)


def test_who_sees_a_contract(people, as_, in_force):
    for name in ("alice", "bob", "erin", "fay", "dora", "sam", "rita"):
        browser = as_(people.people[name])
        assert browser.get(in_force.get_absolute_url()).status_code == 200, name
        assert in_force.number in text_of(browser.get(url("contract-register", kind=""))), name


def test_draft_concerns_its_applicant_alone(people, as_):
    contract = draft(people.alice)
    for name in ("bob", "erin", "rita", "fay"):
        assert as_(people.people[name]).get(contract.get_absolute_url()).status_code == 404, name


def test_client_page_shows_the_contracts_one_may_see(people, as_, in_force):
    assert in_force.number in story_of(as_(people.alice), in_force.client)
    assert in_force.number in story_of(as_(people.bob), in_force.client)


def test_payment_lines_of_another_contract_are_not_taken_over(people, as_):
    mine, other = draft(people.alice), draft(people.alice)
    stolen = other.schedule.get()
    contracts.save_contract(mine, by=people.alice, lines=[payment("50000.00", id=stolen.pk)])
    assert again(stolen).contract == other
    assert mine.schedule.get().pk != stolen.pk
