"""The pages of intake applications, as people use them: write, look, decide, print; and who sees which."""

import datetime as dt
import json
from copy import deepcopy
from decimal import Decimal

import pytest
from django.urls import reverse

from apps.business.intake.printing import intake_parts
from apps.business.models import AgencyContract, Engagement, EngagementIntake
from apps.core import clock
from apps.documents import services
from apps.finance.expenses.models import ExpenseClaim
from tests.factories import business
from tests.factories.intake import assessed, draft, queries_of, reload, submitted, world
from tests.factories.world import lasting

OVER_LIMIT = (
    "The exposure of ¥0.00 and the ¥120,000.00 of this paper come to ¥120,000.00, "
    "¥20,000.00 over the limit of ¥100,000.00."
)

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    yield from lasting(world, django_db_blocker)


@pytest.fixture
def cast(built, db):
    return deepcopy(built)


@pytest.fixture
def as_(client, cast):
    """`as_("alice")` is the browser of alice."""

    def sign_in(name):
        client.force_login(cast.people[name])
        return client

    return sign_in


def url(page, *args) -> str:
    return reverse(f"business:engagementintake-{page}", args=args)


def form_of(assessment, **values) -> dict:
    """What a browser posts."""
    return {
        "assessment": assessment.pk,
        "title": "Spring campaign",
        "scope": "Media buying",
        "term_from": "2027-01-01",
        "term_to": "2027-06-30",
        "fee_basis": "fixed",
        "amount": "48,000.50",
        "estimated_cost": "30000",
        "payment_term_days": "30",
        "risk_note": "",
        "action": "save",
        **values,
    }


# ---- writing ----


def test_the_form_is_filled_from_the_assessment(cast, as_):
    assessment = assessed(cast.alice)
    page = as_("alice").get(f"{url('create')}?assessment={assessment.pk}")
    form = page.context["form"]
    assert (form.instance.amount, form.instance.title) == (Decimal("50000.00"), "Spring campaign")
    shown = page.content.decode()
    assert f'name="assessment" value="{assessment.pk}"' in shown
    assert str(assessment.opportunity.client) in shown


def test_an_application_is_written_and_submitted(cast, as_):
    assessment = assessed(cast.alice)
    answer = as_("alice").post(url("create"), form_of(assessment, action="submit"))
    intake = EngagementIntake.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, intake.get_absolute_url())
    assert (intake.state, intake.amount, intake.client) == (
        "in_review",
        Decimal("48000.50"),
        assessment.opportunity.client,
    )
    assert (intake.term_from, intake.service_type) == (dt.date(2027, 1, 1), assessment.service_type)


def test_without_an_assessment_the_person_chooses_one(cast, as_):
    waiting = assessed(cast.alice)
    used = submitted(cast.alice, on=assessed(cast.alice, opportunity=waiting.opportunity)).assessment
    failed = assessed(cast.alice, verdict="failed", note="No", opportunity=waiting.opportunity)
    theirs = assessed(cast.tom, opportunity=business.opportunity(cast.tom, waiting.opportunity.client))
    page = as_("alice").get(url("create"))
    assert page.context["assessments"] == [waiting]
    shown = page.content.decode()
    assert f"{url('create')}?assessment={waiting.pk}" in shown
    refused = {row: as_("alice").get(f"{url('create')}?assessment={row.pk}").status_code for row in (used, failed)}
    assert refused == {used: 403, failed: 403}
    assert as_("alice").get(f"{url('create')}?assessment={theirs.pk}").status_code == 404
    empty = as_("tina").get(url("create")).content.decode()
    assert theirs.number in empty


def test_there_is_nothing_to_choose_from(cast, as_):
    page = as_("alice").get(url("create")).content.decode()
    assert "No assessment waits for its application" in page


@pytest.mark.parametrize("who", ["olga", "fay", "erin", "root"])
def test_nobody_but_business_writes_applications(cast, as_, who):
    page = as_(who).get(url("create"))
    assert page.status_code == 403
    assert "Only business staff and business managers raise intake applications." in page.content.decode()
    assert "New business intake application" not in as_(who).get(url("list")).content.decode()


def test_a_foreign_assessment_is_not_smuggled_in(cast, as_):
    theirs = assessed(cast.tom)
    assert as_("alice").post(url("create"), form_of(theirs)).status_code == 404
    mine = draft(cast.alice)
    answer = as_("alice").post(mine.url("update"), form_of(theirs, revision=mine.revision))
    assert answer.status_code in (404, 422)
    assert reload(mine).assessment == mine.assessment


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"term_to": "2026-12-31"}, "term_to", "The end lies before the beginning."),
        ({"amount": "-1"}, "amount", "Ensure this value is greater than or equal to 0."),
        ({"estimated_cost": "a lot"}, "estimated_cost", "Enter a number."),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_the_rest_is_kept(cast, as_, values, field, message):
    answer = as_("alice").post(url("create"), form_of(assessed(cast.alice), **values))
    assert (answer.status_code, answer.context["form"].errors) == (422, {field: [message]})
    assert EngagementIntake.objects.get().scope == "Media buying"


def test_what_is_missing_is_said_when_it_is_submitted(cast, as_):
    values = {"scope": "", "term_to": "", "amount": "0", "action": "submit"}
    answer = as_("alice").post(url("create"), form_of(assessed(cast.alice), **values), follow=True)
    assert answer.context["form"].errors == {
        "scope": ["Describe the scope of the business."],
        "term_to": ["Enter the date."],
        "amount": ["Enter the estimated fee."],
    }


def test_autosave_keeps_a_half_typed_application(cast, as_):
    values = form_of(
        assessed(cast.alice), amount="12", term_to="", form_key="4a1b7f9e-6c1d-4c7d-9d0a-2b9f5f0c1e11", scope=""
    )
    browser = as_("alice")
    first = browser.post(url("autosave"), values, headers={"accept": "application/json"}).json()
    intake = EngagementIntake.objects.get(pk=first["id"])
    assert (intake.amount, intake.term_to, intake.client) == (
        Decimal("12.00"),
        None,
        intake.assessment.opportunity.client,
    )
    values |= {"amount": "13", "revision": first["revision"]}
    assert browser.post(first["autosave"], values, headers={"accept": "application/json"}).status_code == 200
    assert EngagementIntake.objects.get().amount == Decimal("13.00")
    answer = browser.post(url("autosave"), {"title": "x"}, headers={"accept": "application/json"})
    assert "Choose a preliminary assessment" in json.loads(answer.content)["message"]


def test_the_preview_says_margin_credit_and_the_chain(cast, as_):
    typed = form_of(assessed(cast.alice), amount="120000", estimated_cost="120000", payment_term_days="45")
    page = as_("alice").post(url("preview"), typed)
    hints = [(hint.level, str(hint.text)) for hint in page.context["hints"]]
    assert hints == [
        ("warning", "The estimated cost reaches or exceeds the fee."),
        (
            "info",
            "Credit: limit ¥100,000.00, exposure ¥0.00, available with this fee -¥20,000.00; term 30 days.",
        ),
        (
            "danger",
            OVER_LIMIT,
        ),
        ("danger", "A payment term of 45 days is asked for, 30 days are allowed."),
        ("warning", "Company management has to make an exception in writing."),
    ]
    assert [stop.name for stop in page.context["stops"] if stop.state != "skipped"] == [
        "Department manager review",
        "Credit exception",
        "Company management approval",
    ]
    assert not EngagementIntake.objects.exists()


def test_a_returned_application_is_corrected(cast, as_):
    intake = submitted(cast.alice)
    services.return_(intake, by=cast.bob, reason="More on the scope")
    page = as_("alice").get(intake.url("update"))
    assert page.status_code == 200
    values = form_of(intake.assessment, scope="Media buying in ten cities", revision=reload(intake).revision)
    answer = as_("alice").post(intake.url("update"), {**values, "action": "submit"})
    assert (answer.status_code, reload(intake).state) == (302, "in_review")
    assert reload(intake).scope == "Media buying in ten cities"


# ---- what the approver sees ----


def closed_business(applicant, *, fee, cost, settled, spent=()):
    """An application whose engagement is closed, with claims charged to its contract."""
    of = business.intake(applicant, fee=fee, estimated_cost=Decimal(cost), title=f"Business of {fee}")
    contract = business.contract(applicant, of, schedule=(fee,), tax_rate=Decimal("0.06"))
    AgencyContract.objects.filter(pk=contract.pk).update(settled=Decimal(settled))
    engagement = business.engagement(applicant, contract, phase="closed")
    Engagement.objects.filter(pk=engagement.pk).update(closed_on=clock.today())
    for amount, state in spent:
        business.paper(ExpenseClaim, applicant, state=state, charged_to=contract, approved_total=Decimal(amount))
    return of


def test_earlier_estimates_stand_beside_what_came_of_them(cast, as_):
    first = closed_business(
        cast.alice,
        fee="10600.00",
        cost="6000.00",
        settled="10600.00",
        spent=[("7000.00", "approved"), ("500.00", "cancelled")],
    )
    second = closed_business(cast.alice, fee="21200.00", cost="10000.00", settled="15900.00")
    closed_business(cast.tom, fee="100.00", cost="10.00", settled="100.00")
    business.engagement(cast.alice, business.contract(cast.alice))
    intake = submitted(cast.alice)
    calibration = as_("bob").get(intake.get_absolute_url()).context["calibration"]
    assert [(row.pk, row.estimated, row.actual, row.ratio) for row in calibration.rows] == [
        (second.pk, Decimal("10000.00"), Decimal("15000.00"), Decimal("0.67")),
        (first.pk, Decimal("4000.00"), Decimal("3000.00"), Decimal("1.33")),
    ]
    assert (calibration.n, calibration.estimated, calibration.actual, calibration.bias) == (
        2,
        Decimal("14000.00"),
        Decimal("18000.00"),
        Decimal("0.78"),
    )


def test_nothing_is_divided_by_a_loss(cast, as_):
    closed_business(cast.alice, fee="1060.00", cost="100.00", settled="0.00", spent=[("50.00", "approved")])
    calibration = as_("alice").get(submitted(cast.alice).get_absolute_url()).context["calibration"]
    assert (calibration.actual, calibration.bias, calibration.rows[0].ratio, calibration.tone) == (
        Decimal("-50.00"),
        None,
        None,
        "bad",
    )


def test_ten_earlier_estimates_are_listed_and_all_are_counted(cast, as_):
    for _number in range(12):
        closed_business(cast.alice, fee="106.00", cost="50.00", settled="106.00")
    calibration = as_("bob").get(submitted(cast.alice).get_absolute_url()).context["calibration"]
    assert (calibration.n, len(calibration.rows), calibration.bias) == (12, 10, Decimal("0.50"))


def test_similar_applications_are_those_with_the_nearest_fee(cast, as_):
    fees = ("10000.00", "48000.00", "49000.00", "52000.00", "53000.00", "90000.00", "50000.00")
    rows = {fee: business.intake(cast.bob, fee=fee) for fee in fees}
    other = business.assessment(cast.alice, service_type=business.service_type("PR"))
    business.intake(cast.alice, other, fee="50000.00")
    business.intake(cast.alice, fee="50000.00", state="draft")
    intake = submitted(cast.alice)
    near = as_("bob").get(intake.get_absolute_url()).context["similar"]
    assert near == [rows[fee] for fee in ("50000.00", "49000.00", "52000.00", "48000.00", "53000.00")]
    assert as_("alice").get(intake.get_absolute_url()).context["similar"] == []


def test_the_page_shows_the_decision_its_basis(cast, as_):
    intake = submitted(cast.alice, amount=Decimal("100000.01"))
    page = as_("bob").get(intake.get_absolute_url()).content.decode()
    for words in ("Preliminary assessment", intake.assessment.number, "Similar applications", 'id="credit"'):
        assert words in page
    link = f'href="{intake.assessment.get_absolute_url()}"'
    assert link in page
    assert link not in as_("fay").get(intake.get_absolute_url()).content.decode()


def test_the_contract_is_written_from_the_approved_application(cast, as_):
    intake = submitted(cast.alice)
    link = f"{reverse('business:agencycontract-create')}?intake={intake.pk}"
    assert link not in as_("alice").get(intake.get_absolute_url()).content.decode()
    services.approve(intake, by=cast.bob)
    services.approve(reload(intake), by=cast.erin)
    assert link in as_("alice").get(intake.get_absolute_url()).content.decode()
    assert link not in as_("bob").get(intake.get_absolute_url()).content.decode()
    EngagementIntake.objects.update(lapsed_on=clock.today())
    lapsed = as_("alice").get(intake.get_absolute_url()).content.decode()
    assert link not in lapsed
    assert f"Lapsed on {clock.today()}" in lapsed


def test_the_contract_is_named_once_it_is_written(cast, as_):
    intake = business.intake(cast.alice)
    contract = business.contract(cast.alice, intake)
    page = as_("alice").get(intake.get_absolute_url()).content.decode()
    assert contract.number in page
    assert "Write the contract" not in page


# ---- who sees which ----


def test_outsiders_see_nothing_anywhere(cast, as_):
    intake = submitted(cast.alice)
    for name in ("tom", "olga", "sam"):
        browser = as_(name)
        for page in ("detail", "print", "history", "update"):
            assert browser.get(intake.url(page)).status_code == 404, (name, page)
        assert list(browser.get(url("list")).context["page"].rows) == []
        exported = browser.get(f"{url('list')}?export=xlsx")
        assert intake.number.encode() not in b"".join(exported.streaming_content)
        assert intake.number not in browser.get(reverse("workspace:search"), {"q": "Spring"}).content.decode()


def test_head_finance_management_and_auditor_see_it(cast, as_):
    intake = submitted(cast.alice)
    seen = {
        name: as_(name).get(intake.get_absolute_url()).status_code for name in ("bob", "fay", "dora", "erin", "rita")
    }
    assert set(seen.values()) == {200}


def test_lists_and_page_ask_as_much_for_thirty_rows_as_for_one(cast, as_):
    intake = submitted(cast.alice)
    closed_business(cast.alice, fee="106.00", cost="50.00", settled="106.00", spent=[("1.00", "approved")])
    register = reverse("business:intake-register")
    pages = (url("list"), register, intake.get_absolute_url())
    browser = as_("bob")
    one = {page: queries_of(browser, page) for page in pages}
    for _number in range(28):
        closed_business(cast.alice, fee="106.00", cost="50.00", settled="106.00", spent=[("1.00", "approved")])
    assert {page: queries_of(browser, page) for page in pages} == one


def test_the_list_is_filtered_by_what_came_of_it(cast, as_):
    contracted = business.contract(cast.alice).intake
    lapsed = business.intake(cast.alice, lapsed_on=clock.today())
    waiting = business.intake(cast.alice)
    found = {
        outcome: list(as_("alice").get(url("list"), {"outcome": outcome}).context["page"].rows)
        for outcome in ("contracted", "lapsed", "open")
    }
    assert found == {"contracted": [contracted], "lapsed": [lapsed], "open": [waiting]}


# ---- print ----


def test_the_printed_form_says_what_was_decided_on(cast, as_):
    intake = submitted(cast.alice, amount=Decimal("100000.01"), risk_note="Season")
    parts = intake_parts(intake)
    assert parts.amount == Decimal("100000.01")
    fields = dict(parts.fields)
    assert fields["Credit gate"] == "closed: an exception of management is needed"
    assert fields["Term"] == f"{intake.term_from} – {intake.term_to}"
    assert parts.tables[0].rows == [["¥100,000.01", "¥30,000.00", "¥70,000.01", "70.0 %"]]
    notes = dict(parts.notes)
    assert notes["Risks and how they are dealt with"] == "Season"
    assert "over the limit" in notes["Credit"]
    answer = as_("alice").get(intake.url("print"))
    assert b"".join(answer).startswith(b"%PDF")
