"""Credit assessments: score and band, what is demanded, the limit that comes into force, the printed form."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core import clock
from apps.core.errors import Refused
from apps.documents import services
from apps.documents.errors import Incomplete, NotAllowed
from apps.risk.credit.exposure import picture_of
from apps.risk.credit.models import AssessmentAnswer, CreditAssessment, CreditLimit, ScoringModel
from apps.risk.credit.printing import assessment_parts
from apps.risk.credit.scoring import band_of, score_of
from apps.risk.credit.services import save_assessment
from tests.factories import credit
from tests.factories.service import client_of

D = Decimal
answer = st.tuples(st.integers(1, 1000), st.integers(0, 100))


# ---- arithmetic ----


@pytest.mark.parametrize(
    ("answers", "score"),
    [([(3, 100), (1, 40)], "85.00"), ([(1, 100), (2, 50)], "66.67"), ([(7, 1), (1, 0)], "0.88"), ([(8, 1)], "1.00")],
)
def test_scores_by_hand(answers, score):
    assert score_of(answers) == D(score)


def test_nothing_answered_is_no_score():
    assert score_of([]) is None


@given(st.lists(answer, min_size=1, max_size=12))
def test_score_lies_between_the_worst_and_the_best_answer(answers):
    points = [worth for _weight, worth in answers]
    score = score_of(answers)
    assert min(points) <= score <= max(points)
    assert score == score.quantize(D("0.01"))
    assert score_of(answers[::-1]) == score


@given(st.lists(answer, min_size=1, max_size=12), st.integers(2, 9))
def test_score_depends_on_the_shares_of_the_weights_alone(answers, times):
    assert score_of([(weight * times, worth) for weight, worth in answers]) == score_of(answers)


@given(st.decimals(0, 100, places=2), st.sets(st.integers(1, 100), max_size=6))
def test_band_is_the_highest_reached(score, minimums):
    bands = [credit.CreditBand(minimum=minimum) for minimum in {0, *minimums}]
    band = band_of(score, bands)
    assert band.minimum == max(row.minimum for row in bands if row.minimum <= score)


# ---- the paper ----


def test_answers_make_score_grade_and_proposal(cast):
    paper = CreditAssessment.objects.get(pk=credit.assessment(cast.fay).pk)
    assert (paper.score, paper.grade, paper.band_limit, paper.band_term_days) == (D("85.00"), "A", D("200000.00"), 60)
    assert paper.facts() == {"amount": "80000.00", "term_days": 60, "score": "85.00", "above_band": "no"}


def test_unanswered_question_is_no_score(cast):
    paper = credit.assessment(cast.fay)
    first = next(iter(credit.answers(paper.model, 100, 40)))
    save_assessment(paper, by=cast.fay, answers={first: (None, "")})
    paper = CreditAssessment.objects.get(pk=paper.pk)
    assert (paper.score, paper.grade, paper.band_limit) == (None, "", None)
    assert set(paper.check_submission(cast.fay)) == {f"answer_{pk}" for pk in credit.answers(paper.model, 100, 40)}


def test_answer_of_another_question_is_none(cast):
    """A browser may send anything: an option counts for its own question only."""
    paper = credit.assessment(cast.fay)
    (one, first), (two, _second) = credit.answers(paper.model, 100, 40).items()
    save_assessment(paper, by=cast.fay, answers={one: first, two: first})
    assert AssessmentAnswer.objects.get(assessment=paper, factor=two).option is None
    assert CreditAssessment.objects.get(pk=paper.pk).score is None


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"term_days": None}, {"term_days"}),
        ({"valid_until": None}, {"valid_until"}),
        ({"valid_until": credit.days(0)}, {"valid_until"}),
        ({"amount": D("200000.01")}, {"reason"}),
        ({"term_days": 61}, {"reason"}),
        ({"amount": D("200000.00")}, set()),
        ({"amount": D("300000.00"), "reason": "A large campaign is planned."}, set()),
    ],
)
def test_submission_demands(cast, values, fields):
    assert set(credit.assessment(cast.fay, **values).check_submission(cast.fay)) == fields


def test_client_is_demanded(cast):
    paper = credit.assessment(cast.fay)
    paper.client = None
    assert set(paper.check_submission(cast.fay)) == {"client"}


def test_no_scoring_model_no_assessment(cast):
    paper = CreditAssessment(client=client_of(cast.alice), title="Acme", valid_until=credit.days(9), term_days=1)
    paper = save_assessment(paper, by=cast.fay, answers={})
    assert paper.check_submission(cast.fay)[""] == [
        "No scoring model is in force; the finance director publishes one first."
    ]


def test_draft_of_a_retired_model_is_answered_anew(cast):
    paper = credit.assessment(cast.fay)
    ScoringModel.objects.update(state="retired")
    assert "" in CreditAssessment.objects.get(pk=paper.pk).check_submission(cast.fay)
    newer = credit.scoring_model(version=2)
    save_assessment(paper, by=cast.fay, answers=credit.answers(newer, 50, 40))
    paper = CreditAssessment.objects.get(pk=paper.pk)
    assert (paper.model, paper.score, paper.check_submission(cast.fay)) == (
        newer,
        D("47.50"),
        {"reason": ["The score is worth ¥0.00 and 0 days; give the reason for proposing more."]},
    )


def test_who_assesses(company):
    for person in (company.fay, company.dora, company.bob):
        assert save_assessment(CreditAssessment(title="x"), by=person, answers={}).pk
    for person in (company.alice, company.erin, company.rita):
        with pytest.raises(NotAllowed, match="assessed by Finance and by the managers of Business"):
            save_assessment(CreditAssessment(title="x"), by=person, answers={})


# ---- what follows ----


def approved(cast, client=None, **values):
    paper = services.submit(credit.assessment(cast.fay, client, **values), by=cast.fay)
    paper = services.approve(CreditAssessment.objects.get(pk=paper.pk), by=cast.dora)
    if paper.state == "in_review":
        paper = services.approve(CreditAssessment.objects.get(pk=paper.pk), by=cast.erin)
    return CreditAssessment.objects.get(pk=paper.pk)


def test_approval_brings_the_limit_into_force(company):
    client = client_of(company.alice)
    paper = approved(company, client)
    limit = CreditLimit.objects.get()
    assert (limit.client, limit.amount, limit.term_days, limit.assessment) == (client, D("80000.00"), 60, paper)
    assert (limit.valid_from, limit.valid_until, limit.ended_on) == (clock.today(), paper.valid_until, None)
    assert picture_of(client).limit_row == limit


def test_next_limit_ends_the_one_before(company):
    client = client_of(company.alice)
    former = credit.limit_of(client, "10000.00", until=-3)
    approved(company, client)
    former.refresh_from_db()
    assert former.ended_on == clock.today()
    assert picture_of(client).limit == D("80000.00")


def test_above_the_band_management_decides(company):
    paper = services.submit(credit.assessment(company.fay, amount=D("300000.00"), reason="A campaign"), by=company.fay)
    paper = services.approve(CreditAssessment.objects.get(pk=paper.pk), by=company.dora)
    assert (paper.state, CreditLimit.objects.count()) == ("in_review", 0)
    paper = services.approve(CreditAssessment.objects.get(pk=paper.pk), by=company.erin)
    assert (paper.state, CreditLimit.objects.get().amount) == ("approved", D("300000.00"))


def test_rejected_assessment_is_no_limit(company):
    paper = services.submit(credit.assessment(company.fay), by=company.fay)
    services.reject(CreditAssessment.objects.get(pk=paper.pk), by=company.dora, reason="No")
    assert not CreditLimit.objects.exists()


def test_cancelled_assessment_takes_its_limit_with_it(company):
    client = client_of(company.alice)
    paper = approved(company, client)
    services.cancel(paper, by=company.erin, reason="Wrong client")
    assert CreditLimit.objects.get().ended_on == clock.today()
    assert picture_of(client).limit == D("100000.00")


def test_approval_that_comes_too_late_is_refused(company):
    paper = services.submit(credit.assessment(company.fay, valid_until=credit.days(2)), by=company.fay)
    later = clock.now() + (credit.days(3) - credit.days(0))
    with clock.at(later), pytest.raises(Refused, match="which is over"):
        services.approve(CreditAssessment.objects.get(pk=paper.pk), by=company.dora)
    assert not CreditLimit.objects.exists()


def test_returned_assessment_stays_on_its_questions(company):
    paper = services.submit(credit.assessment(company.fay), by=company.fay)
    paper = services.return_(CreditAssessment.objects.get(pk=paper.pk), by=company.dora, reason="Evidence?")
    model = paper.model
    ScoringModel.objects.filter(pk=model.pk).update(state="retired")
    credit.scoring_model(version=9)
    paper = CreditAssessment.objects.get(pk=paper.pk)
    save_assessment(paper, by=company.fay, answers=credit.answers(model, 100, 100))
    paper = services.submit(CreditAssessment.objects.get(pk=paper.pk), by=company.fay)
    assert (paper.model, paper.score, paper.state) == (model, D("100.00"), "in_review")


def test_submitting_an_unanswered_one_is_refused_at_the_question(company):
    paper = credit.assessment(company.fay)
    AssessmentAnswer.objects.filter(assessment=paper).update(option=None)
    with pytest.raises(Incomplete) as refusal:
        services.submit(CreditAssessment.objects.get(pk=paper.pk), by=company.fay)
    assert len(refusal.value.fields) == 2


# ---- pages ----


def typed(client, model, *points, **values):
    data = {"client": str(client.pk), "amount": "40,000", "term_days": "30", "valid_until": str(credit.days(300))}
    for pk, (option, note) in credit.answers(model, *points).items():
        data |= {f"answer_{pk}": str(option), f"note_{pk}": note}
    return {**data, "reason": "", **values}


def test_form_stores_and_submits(cast, as_):
    model, client = credit.scoring_model(), client_of(cast.alice)
    credit.assessment(cast.fay)
    browser = as_("fay")
    form = browser.get(f"/risk/credit-assessments/new/?client={client.pk}").content.decode()
    assert "Payment" in form
    assert "Worth 50 (50)" in form
    assert f'<option value="{client.pk}" selected>' in form
    response = browser.post("/risk/credit-assessments/new/", typed(client, model, 50, 40, action="save"))
    paper = CreditAssessment.objects.order_by("-pk").first()
    assert response.url == paper.get_absolute_url()
    assert (paper.title, paper.amount, paper.score, paper.grade) == (client.name, D("40000.00"), D("47.50"), "C")
    page = browser.get(paper.get_absolute_url()).content.decode()
    assert "Worth 50" in page
    assert "seen on paper" in page


def test_preview_tells_the_score_and_how_the_client_pays(cast, as_):
    model, client = credit.scoring_model(), client_of(cast.alice)
    credit.assessment(cast.fay)
    on_time = credit.invoiced(client, cast.alice, "100.00", due=-60, collected="100.00", collected_on=credit.days(-70))
    assert on_time.open_amount == 0
    credit.invoiced(client, cast.alice, "100.00", due=-60, collected="100.00", collected_on=credit.days(-45))
    credit.invoiced(client, cast.alice, "500.00", due=-20)
    browser = as_("fay")
    url = "/risk/credit-assessments/new/preview/"
    text = browser.post(url, typed(client, model, 100, 40, amount="250000")).content.decode()
    assert "Score 85.00, grade A: worth ¥200,000.00 and 60 days." in text
    assert "More than the score is worth" in text
    assert "The last 2 invoices were paid 7.5 days late on average; 1 late, the worst by 15." in text
    assert "¥500.00 are overdue now, the oldest invoice by 20 days." in text
    half = typed(client, model, 100, 40)
    del half[next(name for name in half if name.startswith("answer_"))]
    assert "1 of 2 questions are answered." in browser.post(url, half).content.decode()


def test_incomplete_form_keeps_the_draft_and_says_what_is_missing(cast, as_):
    model, client = credit.scoring_model(), client_of(cast.alice)
    credit.assessment(cast.fay)
    data = {name: value for name, value in typed(client, model, 50, 40).items() if not name.startswith("answer_")}
    response = as_("fay").post("/risk/credit-assessments/new/", {**data, "action": "submit"}, follow=True)
    assert response.content.decode().count('<div class="invalid-feedback d-block">Answer this question.</div>') == 2


def test_print_form_shows_the_answers(company, as_):
    paper = approved(company)
    parts = assessment_parts(paper)
    assert parts.amount == D("80000.00")
    assert dict(parts.fields)["Score"] == "85.00 · A"
    assert parts.tables[0].rows[0] == ["1", "Payment", "3", "Worth 100", "100", "seen on paper"]
    assert b"".join(as_("fay").get(paper.url("print"))).startswith(b"%PDF")


def test_clients_to_assess_are_searched(cast, as_):
    client_of(cast.alice, "Acme Trading")
    client_of(cast.tom, "Blue Ocean")
    browser = as_("fay")
    answer = browser.get("/risk/credit/clients/?q=ocean").json()
    assert [row["text"].split(" · ")[0] for row in answer] == ["Blue Ocean"]
    assert [row["text"].split(" · ")[0] for row in as_("alice").get("/risk/credit/clients/").json()] == ["Acme Trading"]
