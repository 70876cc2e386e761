"""Versions of the scoring model: copied, edited, published, never changed afterwards; demo values of a new company."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from apps.core.errors import Forbidden
from apps.risk.credit import services
from apps.risk.credit.errors import CreditError
from apps.risk.credit.models import CreditPolicy, FactorOption, ScoringFactor, ScoringModel
from apps.risk.credit.services.versions import missing_in
from apps.risk.setup import set_up
from tests.factories import credit

D = Decimal


@pytest.fixture
def draft(cast):
    credit.scoring_model()
    return services.start_draft(by=cast.dora)


def contents(model):
    return [
        (factor.code, factor.weight, [option.points for option in factor.options.all()])
        for factor in model.factors.all()
    ], [(band.minimum, band.grade, band.limit, band.term_days) for band in model.bands.all()]


def test_draft_is_a_copy_of_the_one_in_force(draft):
    former = ScoringModel.objects.get(state="published")
    assert (draft.version, draft.state) == (2, "draft")
    assert contents(draft) == contents(former)
    assert contents(draft)[0] == [("payment", 3, [100, 50, 0]), ("size", 1, [100, 40])]


def test_one_draft_at_a_time(cast, draft):
    with pytest.raises(CreditError, match="v2 is a draft already"):
        services.start_draft(by=cast.dora)


def test_publishing_retires_the_former(cast, draft):
    former = ScoringModel.objects.get(state="published")
    published = services.publish_model(draft, by=cast.dora)
    former.refresh_from_db()
    assert (published.state, published.published_by, former.state) == ("published", cast.dora, "retired")


def test_published_version_is_never_changed(cast, draft):
    model = services.publish_model(draft, by=cast.dora)
    factor = model.factors.first()
    never = pytest.raises(Forbidden, match="never changed")
    with never:
        services.save_model(model, by=cast.dora, name="x", name_en="", note="")
    with never:
        services.save_factor(model, factor, by=cast.dora, options=[])
    with never:
        services.remove_factor(factor, by=cast.dora)
    with never:
        services.save_bands(model, by=cast.dora, bands=[])
    with never:
        services.delete_draft_model(model, by=cast.dora)
    with never:
        services.publish_model(model, by=cast.dora)
    assert contents(model)[0] == [("payment", 3, [100, 50, 0]), ("size", 1, [100, 40])]


@pytest.mark.parametrize("name", ["fay", "erin", "alice", "bob"])
def test_only_the_finance_director_edits(cast, draft, name):
    with pytest.raises(Forbidden, match="Only the finance director changes scoring models"):
        services.publish_model(draft, by=cast.people[name])


def test_incomplete_draft_is_not_published(cast, draft):
    services.save_bands(draft, by=cast.dora, bands=[])
    draft.factors.first().options.exclude(points=100).delete()
    with pytest.raises(CreditError) as refusal:
        services.publish_model(draft, by=cast.dora)
    assert str(refusal.value) == (
        "Not published: “Payment” needs at least two answers that are worth different points. "
        "A band has to begin at 0 points, so that every score is worth something."
    )
    draft.factors.all().delete()
    assert missing_in(draft)[0] == "It asks no questions."


def test_better_band_gives_no_less(cast, draft):
    rows = [(0, "C", "100.00"), (50, "B", "50.00")]
    bands = [{"minimum": start, "grade": grade, "limit": D(limit), "term_days": 30} for start, grade, limit in rows]
    services.save_bands(draft, by=cast.dora, bands=bands)
    assert missing_in(draft) == ["Band B gives less than band C below it."]


def test_bands_begin_at_different_scores(cast, draft):
    band = {"minimum": 0, "grade": "C", "limit": D(0), "term_days": 0}
    with pytest.raises(CreditError, match="Two bands begin at the same score"):
        services.save_bands(draft, by=cast.dora, bands=[band, band])


def test_question_is_saved_with_its_answers(cast, draft):
    factor = draft.factors.get(code="payment")
    kept, gone, _also_gone = factor.options.all()
    rows = [{"id": None, "name": "Good", "points": 90}, {"id": kept.pk, "name": "Best", "points": 95}]
    services.save_factor(draft, factor, by=cast.dora, options=rows)
    assert list(factor.options.values_list("name", "points")) == [("Good", 90), ("Best", 95)]
    assert not FactorOption.objects.filter(pk=gone.pk).exists()
    with pytest.raises(CreditError, match="Another question of this model has this code"):
        services.save_factor(draft, ScoringFactor(code="size", name="x", weight=1), by=cast.dora, options=[])


def test_one_version_in_force_is_a_constraint(cast):
    credit.scoring_model()
    with pytest.raises(IntegrityError), transaction.atomic():
        ScoringModel.objects.create(version=2, name="Second", state="published")


# ---- what a new company starts with ----


def test_demo_model_can_be_published_and_is_labelled(cast):
    set_up()
    model = ScoringModel.objects.get()
    assert (model.state, model.note, missing_in(model)) == ("published", "演示值 demo values", [])
    assert [(factor.code, factor.weight) for factor in model.factors.all()] == [
        ("payment-history", 40),
        ("size", 20),
        ("cooperation", 15),
        ("industry", 10),
        ("legal-status", 15),
    ]
    assert [band.grade for band in model.bands.all()] == ["A", "B", "C", "D"]
    assert CreditPolicy.objects.get().is_demo_value


def test_setting_up_again_leaves_everything_alone(cast):
    set_up()
    CreditPolicy.objects.update(default_limit=D("1.00"))
    ScoringModel.objects.update(name="Ours")
    set_up()
    assert (ScoringModel.objects.get().name, CreditPolicy.objects.get().default_limit) == ("Ours", D("1.00"))


# ---- pages ----


def test_version_is_made_in_the_browser(cast, as_):
    credit.scoring_model()
    browser = as_("dora")
    page = browser.post("/risk/scoring-models/start/").url
    draft = ScoringModel.objects.get(state="draft")
    assert page == f"/risk/scoring-models/{draft.pk}/"
    lines = {"lines-TOTAL_FORMS": "2", "lines-INITIAL_FORMS": "0"}
    lines |= {"lines-0-name": "Yes", "lines-0-points": "100", "lines-1-name": "No", "lines-1-points": "0"}
    data = {"name": "Collateral", "name_en": "", "code": "collateral", "weight": "2", **lines}
    assert browser.post(f"{page}questions/new/", data).url == page
    factor = draft.factors.get(code="collateral")
    assert [option.points for option in factor.options.all()] == [100, 0]
    assert browser.get(f"/risk/scoring-models/questions/{factor.pk}/").status_code == 200
    assert browser.post(f"{page}questions/new/", data).status_code == 422
    bands = {"lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0", "lines-0-minimum": "0", "lines-0-grade": "Z"}
    bands |= {"lines-0-limit": "1,000", "lines-0-term_days": "10"}
    assert browser.post(f"{page}change/", {"name": "Ours", "name_en": "", "note": "New", **bands}).url == page
    assert contents(draft)[1] == [(0, "Z", D("1000.00"), 10)]
    assert browser.post(f"/risk/scoring-models/questions/{factor.pk}/remove/").url == page
    assert "Publish this version?" in browser.get(page).content.decode()
    browser.post(f"{page}publish/")
    draft.refresh_from_db()
    assert (draft.state, draft.name) == ("published", "Ours")
    assert browser.get(f"{page}change/").status_code == 403
    assert browser.get("/risk/scoring-models/").content.decode().count("Ours") >= 1


def test_incomplete_draft_shows_why_it_can_not_be_published(cast, as_, draft):
    draft.bands.all().delete()
    page = as_("dora").get(f"/risk/scoring-models/{draft.pk}/").content.decode()
    assert "A band has to begin at 0 points" in page
    response = as_("dora").post(f"/risk/scoring-models/{draft.pk}/publish/", follow=True)
    assert "Not published: A band has to begin at 0 points" in response.content.decode()


def test_draft_can_be_thrown_away(cast, as_, draft):
    assert as_("dora").post(f"/risk/scoring-models/{draft.pk}/delete/").url == "/risk/scoring-models/"
    assert list(ScoringModel.objects.values_list("state", flat=True)) == ["published"]


@pytest.mark.parametrize(("name", "status"), [("fay", 200), ("rita", 200), ("alice", 403), ("olga", 403)])
def test_who_reads_scoring_models(cast, as_, draft, name, status):
    browser = as_(name)
    assert browser.get("/risk/scoring-models/").status_code == status
    assert browser.get(f"/risk/scoring-models/{draft.pk}/").status_code == status
    assert browser.post(f"/risk/scoring-models/{draft.pk}/publish/").status_code == 403


def test_policy_is_labelled_until_the_company_has_decided(cast, as_):
    browser = as_("dora")
    form = browser.get("/risk/credit/policy/")
    assert "demo value" in form.content.decode()
    data = {name: form.context["form"][name].value() for name in form.context["form"].fields}
    data |= {"default_limit": "60,000", "change_reason": "Decided by the board"}
    data = {name: value for name, value in data.items() if value is not None and name != "is_demo_value"}
    assert browser.post("/risk/credit/policy/", data).status_code == 302
    policy = CreditPolicy.objects.get()
    assert (policy.default_limit, policy.is_demo_value) == (D("60000.00"), False)
    assert policy.history.first().history_change_reason == "Decided by the board"
    assert as_("fay").get("/risk/credit/policy/").url == "/risk/credit/policy/history/"
    assert as_("alice").get("/risk/credit/policy/").status_code == 403
