"""Preliminary assessments: who writes and decides them, what they come to, and that a used one stays as it was."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse

from apps.business.intake.errors import IntakeError
from apps.business.intake.permissions import may
from apps.business.intake.services import decide, save_assessment
from apps.business.models import Activity, IntakeAssessment, Opportunity
from apps.core import clock
from apps.core.errors import Forbidden
from apps.documents import services
from tests.factories import business
from tests.factories.intake import assessed, draft, queries_of, submitted, world
from tests.factories.service import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(db):
    return world()


@pytest.fixture
def as_(client, cast):
    """`as_("alice")` is the browser of alice."""

    def sign_in(name):
        client.force_login(cast.people[name])
        return client

    return sign_in


def url(page, *args) -> str:
    return reverse(f"business:assessment-{page}", args=args)


def again(assessment) -> IntakeAssessment:
    return IntakeAssessment.objects.get(pk=assessment.pk)


def form_of(opportunity, **values) -> dict:
    """What a browser posts."""
    return {
        "opportunity": opportunity.pk,
        "service_type": opportunity.service_type_id,
        "needs": "More visitors",
        "scale": "One city",
        "expected_revenue": "50,000",
        "expected_cost": "30000.5",
        "feasibility": "high",
        "feasibility_note": "",
        "conflict_note": "",
        **values,
    }


# ---- writing and deciding ----


def test_a_new_assessment_has_a_number_and_is_not_decided(cast):
    made = assessed(cast.alice, verdict="")
    assert re.fullmatch(r"PG-\d{4}-0001", made.number)
    assert (made.verdict, made.assessed_by, made.assessed_on) == ("open", cast.alice, clock.today())
    assert (made.margin, made.margin_rate, made.margin_percent) == (
        Decimal("20000.00"),
        Decimal("0.4000"),
        Decimal("40.0"),
    )


def test_margin_without_revenue_has_no_rate(cast):
    made = assessed(cast.alice, verdict="", expected_revenue=Decimal(0), expected_cost=Decimal("10.005"))
    assert (made.margin, made.margin_rate, made.margin_percent) == (Decimal("-10.01"), None, None)


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        ("tom", "Only the employee in charge and the head of the department assess an opportunity."),
        ("erin", "Only Business assesses opportunities."),
        ("olga", "Only Business assesses opportunities."),
    ],
)
def test_others_do_not_assess(cast, who, reason):
    opportunity = business.opportunity(cast.alice)
    with pytest.raises(Forbidden, match=reason):
        assessed(cast.people[who], opportunity=opportunity)
    assert not IntakeAssessment.objects.exists()


def test_the_head_of_the_department_assesses_too(cast):
    assert assessed(cast.bob, opportunity=business.opportunity(cast.alice)).assessed_by == cast.bob


def test_a_closed_opportunity_is_not_assessed(cast):
    opportunity = business.opportunity(cast.alice, state="won", closed_on=clock.today())
    with pytest.raises(Forbidden, match="The opportunity is closed"):
        assessed(cast.alice, opportunity=opportunity)


def test_a_conflict_of_interest_is_explained(cast):
    with pytest.raises(IntakeError) as refusal:
        assessed(cast.alice, conflict_of_interest=True, conflict_note="  ")
    assert refusal.value.fields == {"conflict_note": ["Say with whom, and how it is dealt with."]}


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ({}, "failed"),
        ({"feasibility": "low"}, "passed"),
        ({"expected_cost": Decimal("50000.00")}, "passed"),
        ({"conflict_of_interest": True, "conflict_note": "We also work for Beta Ltd."}, "passed"),
    ],
)
def test_reasons_are_given_where_it_fails_or_something_speaks_against_it(cast, values, verdict):
    made = assessed(cast.alice, verdict="", **values)
    with pytest.raises(IntakeError) as refusal:
        decide(made, verdict=verdict, note=" ", by=cast.alice)
    assert refusal.value.fields == {"note": ["Give the reasons."]}
    assert decide(made, verdict=verdict, note="Because.", by=cast.alice).verdict == verdict


def test_only_a_verdict_is_a_verdict(cast):
    with pytest.raises(IntakeError, match="Choose whether it passes"):
        decide(assessed(cast.alice, verdict=""), verdict="open", by=cast.alice)


def test_changing_what_was_decided_on_opens_the_verdict_again(cast):
    made = assessed(cast.alice)
    made.feasibility = "low"
    assert save_assessment(made, by=cast.alice).verdict == "open"
    same = save_assessment(again(made), by=cast.alice)
    assert decide(same, verdict="passed", note="Still worth it.", by=cast.alice).verdict == "passed"
    assert save_assessment(again(made), by=cast.alice).verdict == "passed"


def test_a_form_does_not_change_what_services_own(cast):
    made = assessed(cast.alice, verdict="")
    made.verdict, made.number, made.frozen_on = "passed", "PG-1", clock.today()
    stored = save_assessment(made, by=cast.alice)
    assert (stored.verdict, stored.frozen_on) == ("open", None)
    assert stored.number != "PG-1"


def test_what_happens_is_an_activity_of_the_opportunity(cast):
    made = assessed(cast.alice)
    texts = list(Activity.objects.filter(opportunity=made.opportunity).order_by("pk").values_list("text", flat=True))
    assert texts == [f"Assessment {made.number} begun", f"Assessment {made.number}: Passed"]


# ---- frozen ----


@pytest.mark.parametrize("end", ["in_review", "withdrawn", "rejected"])
def test_a_used_assessment_is_changed_by_nobody_whatever_became_of_the_application(cast, as_, end):
    intake = submitted(cast.alice)
    if end == "withdrawn":
        services.withdraw(intake, by=cast.alice)
    if end == "rejected":
        services.reject(intake, by=cast.bob, reason="No")
    used = again(intake.assessment)
    assert used.frozen_on == clock.today()
    reason = f"It has been used by an intake application since {clock.today()} and stays as it was decided on."
    for person in (cast.alice, cast.bob, cast.root):
        with pytest.raises(Forbidden, match=reason):
            save_assessment(again(used), by=person)
        with pytest.raises(Forbidden, match=reason):
            decide(used, verdict="failed", note="Changed my mind", by=person)
    browser = as_("alice")
    page = browser.get(used.get_absolute_url()).content.decode()
    assert f"an intake application has used it since {clock.today()}" in page
    assert reason in page
    assert browser.get(url("update", used.pk)).status_code == 403
    assert browser.post(url("decide", used.pk), {"verdict": "failed", "note": "x"}).status_code == 403
    assert again(used).verdict == "passed"


# ---- pages ----


def test_an_assessment_is_written_in_the_browser(cast, as_):
    opportunity = business.opportunity(cast.alice, expected_amount=Decimal("48000.00"))
    page = as_("alice").get(f"{url('create')}?opportunity={opportunity.pk}")
    assert page.context["form"].initial["expected_revenue"] == Decimal("48000.00")
    answer = as_("alice").post(url("create"), form_of(opportunity))
    made = IntakeAssessment.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, made.get_absolute_url())
    assert (made.expected_revenue, made.expected_cost) == (Decimal("50000.00"), Decimal("30000.50"))
    assert (made.feasibility, made.opportunity, made.assessed_by) == ("high", opportunity, cast.alice)


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"expected_cost": "-1"}, "expected_cost", "Ensure this value is greater than or equal to 0."),
        ({"needs": ""}, "needs", "This field is required."),
        ({"conflict_of_interest": "on"}, "conflict_note", "Say with whom, and how it is dealt with."),
    ],
)
def test_what_is_wrong_is_said_at_the_field(cast, as_, values, field, message):
    answer = as_("alice").post(url("create"), form_of(business.opportunity(cast.alice), **values))
    assert answer.status_code == 200
    assert answer.context["form"].errors == {field: [message]}
    assert not IntakeAssessment.objects.exists()


def test_only_opportunities_one_may_assess_are_offered(cast, as_):
    mine = business.opportunity(cast.alice)
    theirs = business.opportunity(cast.tom, client=mine.client)
    pool = business.opportunity(None, client=mine.client)
    offered = as_("alice").get(url("create")).context["form"].fields["opportunity"].queryset
    assert list(offered) == [mine]
    answer = as_("alice").post(url("create"), form_of(theirs))
    assert "opportunity" in answer.context["form"].errors
    assert as_("alice").get(f"{url('create')}?opportunity={theirs.pk}").status_code == 404
    assert as_("alice").get(f"{url('create')}?opportunity={pool.pk}").status_code == 403
    assert as_("olga").get(url("create")).status_code == 403


def test_a_stored_assessment_is_changed_in_the_browser(cast, as_):
    made = assessed(cast.alice)
    page = as_("alice").get(url("update", made.pk))
    version = page.context["form"].fields["version"].initial
    values = form_of(made.opportunity, scale="Two cities", version=version, change_reason="They want more")
    answer = as_("alice").post(url("update", made.pk), values)
    assert (answer.status_code, answer["Location"]) == (302, made.get_absolute_url())
    changed = again(made)
    assert (changed.scale, changed.verdict, changed.number) == ("Two cities", "open", made.number)
    assert as_("alice").get(url("history", made.pk)).status_code == 200


def test_the_preview_says_margin_warnings_and_credit(cast, as_):
    opportunity = business.opportunity(cast.alice)
    typed = form_of(opportunity, expected_revenue="120000", expected_cost="130000", feasibility="low")
    page = as_("alice").post(url("preview"), typed)
    assert page.context["assessment"].margin == Decimal("-10000.00")
    assert page.context["warnings"] == [
        "The expected cost reaches or exceeds the expected revenue.",
        "The feasibility is low.",
    ]
    assert page.context["credit"].passed is False
    half = as_("alice").post(url("preview"), {"expected_revenue": "a lot"})
    assert (half.status_code, half.context["credit"]) == (200, None)
    assert as_("olga").post(url("preview"), typed).status_code == 403
    assert not IntakeAssessment.objects.exists()


def test_the_preview_of_a_stored_assessment_writes_nothing(cast, as_):
    made = assessed(cast.alice)
    page = as_("alice").post(f"{url('preview')}?of={made.pk}", form_of(made.opportunity, expected_revenue="70000"))
    assert page.context["assessment"].margin == Decimal("39999.50")
    assert again(made).expected_revenue == Decimal("50000.00")
    foreign = as_("tom").post(f"{url('preview')}?of={made.pk}", {"expected_revenue": "1"})
    assert foreign.context["assessment"].pk is None


def test_the_verdict_is_given_on_the_page(cast, as_):
    made = assessed(cast.alice, verdict="")
    refused = as_("alice").post(url("decide", made.pk), {"verdict": "failed", "note": ""})
    assert (refused.status_code, refused.context["form"].errors) == (422, {"note": ["Give the reasons."]})
    answer = as_("alice").post(url("decide", made.pk), {"verdict": "failed", "note": "Too small"})
    assert answer["Location"] == made.get_absolute_url()
    assert (again(made).verdict, again(made).verdict_note) == ("failed", "Too small")
    assert as_("alice").post(url("decide", made.pk), {"verdict": "maybe"}).status_code == 422


def test_the_button_leads_to_the_application_once_it_has_passed(cast, as_):
    made = assessed(cast.alice, verdict="")
    link = f'href="{reverse("business:engagementintake-create")}?assessment={made.pk}"'
    before = as_("alice").get(made.get_absolute_url()).content.decode()
    assert link not in before
    assert "Only an assessment that has passed leads to an application." in before
    decide(made, verdict="passed", by=cast.alice)
    assert link in as_("alice").get(made.get_absolute_url()).content.decode()
    assert link not in as_("rita").get(made.get_absolute_url()).content.decode()
    draft(cast.alice, on=again(made))
    assert link in as_("alice").get(made.get_absolute_url()).content.decode()
    services.submit(made.intakes.get(), by=cast.alice)
    assert "An application on this assessment is under way already." in (
        as_("alice").get(made.get_absolute_url()).content.decode()
    )


def test_whoever_sees_the_opportunity_sees_the_assessment(cast, as_):
    made = assessed(cast.alice)
    seen = {name: as_(name).get(made.get_absolute_url()).status_code for name in ("alice", "bob", "erin", "rita")}
    assert seen == dict.fromkeys(("alice", "bob", "erin", "rita"), 200)
    for name in ("tom", "olga", "sam"):
        browser = as_(name)
        for page in ("detail", "update", "history"):
            assert browser.get(url(page, made.pk)).status_code == 404, (name, page)
        assert browser.post(url("decide", made.pk), {"verdict": "failed", "note": "x"}).status_code == 404
        assert list(browser.get(url("list")).context["page"].rows) == []


def test_a_lost_opportunity_can_still_be_looked_at(cast, as_):
    made = assessed(cast.alice)
    Opportunity.objects.update(state="won", closed_on=clock.today())
    page = as_("alice").get(made.get_absolute_url()).content.decode()
    assert "The opportunity is closed." in page
    assert may(cast.alice, "use", again(made)).reason == "The opportunity is closed."


def test_the_page_of_an_opportunity_lists_its_assessments(cast, as_):
    made = assessed(cast.alice)
    shown = as_("alice").get(made.opportunity.get_absolute_url()).content.decode()
    assert f'href="{made.get_absolute_url()}"' in shown
    assert f'href="{url("create")}?opportunity={made.opportunity_id}"' in shown
    read = as_("rita").get(made.opportunity.get_absolute_url()).content.decode()
    assert made.number in read
    assert f"{url('create')}?opportunity=" not in read


def test_the_list_asks_as_much_for_thirty_rows_as_for_one(cast, as_):
    client = client_of(cast.alice)
    business.assessment(cast.alice, business.opportunity(cast.alice, client))
    one = queries_of(as_("alice"), url("list"))
    for _number in range(29):
        business.assessment(cast.alice, business.opportunity(cast.alice, client))
    assert queries_of(as_("alice"), url("list")) == one


@pytest.mark.parametrize("name", ["xlsx", "pdf"])
def test_the_list_is_exported(cast, as_, name):
    assessed(cast.alice)
    answer = as_("alice").get(f"{url('list')}?export={name}")
    assert b"".join(answer.streaming_content)
