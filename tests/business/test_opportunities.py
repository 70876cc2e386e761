"""Opportunities and the stage board through their pages and services: who sees them, moving, winning, losing."""

import datetime as dt
import io
from copy import deepcopy
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from apps.business.leads import hooks, services
from apps.business.leads.models import Opportunity
from apps.business.leads.views import board
from apps.core import clock
from apps.core.errors import Refused
from apps.core.registry import PageSection
from tests.business.test_leads import change, url
from tests.factories.leads import build_cast, lead_of, lost_reason, opportunity_of, signs_in
from tests.factories.service import client_of
from tests.factories.world import lasting

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def built(django_db_setup, django_db_blocker):
    yield from lasting(build_cast, django_db_blocker)


@pytest.fixture
def cast(built, db):
    return deepcopy(built)


@pytest.fixture
def as_(client, cast):
    return signs_in(client, cast)


@pytest.fixture
def sales(cast):
    """One opportunity of each sort of person."""
    return {
        "alices": opportunity_of(cast.alice, "Alice sale"),
        "toms": opportunity_of(cast.tom, "Tom sale"),
        "sams": opportunity_of(cast.sam, "Sam sale"),
        "pooled": opportunity_of(None, "Pool sale", client=client_of(cast.sam)),
    }


SEEN = [
    ("alice", {"alices", "pooled"}),
    ("tom", {"toms", "pooled"}),
    ("tina", {"toms"}),
    ("bob", {"alices", "toms", "pooled"}),
    ("sam", {"sams"}),
    ("erin", {"alices", "toms", "sams", "pooled"}),
    ("rita", {"alices", "toms", "sams", "pooled"}),
    ("olga", set()),
]


def on_board(page) -> set[str]:
    return {card["row"].title for column in page.context["columns"] for card in column["cards"]}


def test_everybody_sees_exactly_their_opportunities(blank, as_, sales):
    for who, seen in SEEN:
        http = as_(who)
        pages = [http.get(url(name)) for name in ("opportunity-list", "board")]
        if seen:
            assert set(pages[0].context["page"].rows) == {sales[name] for name in seen}, who
            assert on_board(pages[1]) == {sales[name].title for name in seen}, who
        else:
            assert [page.status_code for page in pages] == [403, 403], who
        for page in ("opportunity-detail", "opportunity-history"):
            answers = {name: http.get(url(page, row.pk)).status_code for name, row in sales.items()}
            assert answers == {name: 200 if name in seen else 404 for name in sales}, (who, page)
        unseen = [row for name, row in sales.items() if name not in seen]
        assert {http.get(url("opportunity-update", row.pk)).status_code for row in unseen} <= {404}, who
        for page in ("take", "release", "assign", "reopen", "move", "lose"):
            assert {http.post(url(f"opportunity-{page}", row.pk)).status_code for row in unseen} <= {404}, (who, page)


@pytest.mark.parametrize(
    ("who", "answer"), [("alice", 302), ("bob", 302), ("erin", 403), ("rita", 403), ("tom", 404), ("tina", 404)]
)
def test_who_moves_and_changes_an_opportunity(cast, as_, sales, who, answer):
    http, row = as_(who), sales["alices"]
    assert http.post(url("opportunity-move", row.pk), {"stage": cast.stages[1].pk}).status_code == answer
    assert http.get(url("opportunity-update", row.pk)).status_code == (200 if answer == 302 else answer)
    row.refresh_from_db()
    assert row.stage == cast.stages[1 if answer == 302 else 0]


def test_an_opportunity_is_begun_for_a_client_one_sees(cast, as_):
    client, hidden = client_of(cast.alice), client_of(cast.tom, "Hidden")
    http = as_("alice")
    form = http.get(url("opportunity-create"), {"client": client.pk}).context["form"]
    assert (form["client"].value(), form["stage"].value(), form["owner"].value()) == (
        client.pk, cast.stages[0].pk, cast.alice.pk,
    )  # fmt: skip
    typed = {
        "client": client.pk,
        "title": "Spring",
        "stage": cast.stages[1].pk,
        "owner": cast.alice.pk,
        "expected_amount": "¥ 1,000.50",
    }
    assert http.post(url("opportunity-create"), typed | {"client": hidden.pk}).context["form"].errors["client"]
    assert http.post(url("opportunity-create"), typed | {"expected_amount": "-1"}).context["form"].errors
    answer = http.post(url("opportunity-create"), typed)
    made = Opportunity.objects.get()
    assert answer.url == made.get_absolute_url()
    assert (made.number, made.probability, made.expected_amount, made.weighted_amount) == (
        f"SJ-{clock.today().year}-0001", 25, Decimal("1000.50"), Decimal("250.13"),
    )  # fmt: skip
    with pytest.raises(Refused, match="no such client"):
        services.save_opportunity(Opportunity(client=hidden, title="x", owner=cast.alice), by=cast.alice)
    with pytest.raises(Refused, match="does not add opportunities"):
        services.save_opportunity(Opportunity(client=client, title="x"), by=cast.mark)


def test_changing_the_stage_in_the_form_takes_its_probability(cast, as_, sales):
    row, http = sales["alices"], as_("alice")
    assert change(http, "opportunity-update", row, stage=cast.stages[2].pk, probability="").status_code == 302
    row.refresh_from_db()
    assert (row.stage, row.probability) == (cast.stages[2], 80)
    assert change(http, "opportunity-update", row, probability="55").status_code == 302
    row.refresh_from_db()
    assert row.probability == 55


def test_moving_keeps_when_and_what_was_before(cast, sales):
    row = sales["alices"]
    later = clock.now() + dt.timedelta(days=3)
    with clock.at(later):
        row = services.move(row, by=cast.alice, stage=cast.stages[2])
        assert (row.days_in_stage, row.probability, row.active_on) == (0, 80, clock.local_day(later))
        again = services.move(row, by=cast.alice, stage=cast.stages[2])
    assert (again.activities.count(), again.activities.get().text) == (1, "Evaluation → Negotiation")
    cast.stages[0].active = False
    cast.stages[0].save()
    with pytest.raises(Refused, match="no longer in use"):
        services.move(row, by=cast.alice, stage=cast.stages[0])


def test_an_opportunity_is_lost_for_a_reason_and_opened_again(cast, as_, sales):
    http, row, reason = as_("alice"), sales["alices"], lost_reason()
    assert "Choose a reason." in http.post(url("opportunity-lose", row.pk), {}, follow=True).text
    http.post(url("opportunity-lose", row.pk), {"reason": reason.pk, "note": "Too dear"})
    row.refresh_from_db()
    assert (row.state, row.lost_reason, row.lost_note, row.closed_on, row.weighted_amount) == (
        "lost", reason, "Too dear", clock.today(), Decimal("0.00"),
    )  # fmt: skip
    assert http.post(url("opportunity-move", row.pk), {"stage": cast.stages[1].pk}).status_code == 403
    assert "Too dear" in http.get(row.get_absolute_url()).text
    assert http.post(url("opportunity-reopen", row.pk), {"reason": ""}).status_code == 302
    row.refresh_from_db()
    assert row.state == "lost"
    http.post(url("opportunity-reopen", row.pk), {"reason": "they called"})
    row.refresh_from_db()
    assert (row.state, row.lost_reason, row.lost_note, row.closed_on, row.probability) == ("open", None, "", None, 10)
    for broken in ({"state": "lost", "closed_on": clock.today()}, {"state": "won"}, {"expected_amount": -1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Opportunity.objects.filter(pk=row.pk).update(**broken)


def test_an_opportunity_is_won_once_by_whoever_signs(cast, as_, sales):
    row = sales["alices"]
    services.lose(row, by=cast.alice, reason=lost_reason())
    won = services.win(row, by=cast.erin)
    assert (won.state, won.lost_reason, won.closed_on, won.probability) == ("won", None, clock.today(), 100)
    services.win(row, by=cast.erin)
    assert [activity.text for activity in row.activities.order_by("pk")] == ["Lost: Price", "Won"]
    http = as_("alice")
    assert not any(http.get(row.get_absolute_url()).context["may"].values())
    with pytest.raises(Refused, match="discarded or lost"):
        services.reopen(won, by=cast.alice, reason="x")


def test_an_opportunity_of_nobody_is_taken_and_given_back(cast, as_, sales):
    row, http = sales["pooled"], as_("alice")
    assert http.post(url("opportunity-take", row.pk)).url == row.get_absolute_url()
    with pytest.raises(Refused, match="Alice has just taken SJ-"):
        services.take(row, by=cast.tom)
    http.post(url("opportunity-release", row.pk), {"reason": "no time"})
    row.refresh_from_db()
    assert row.owner is None
    services.assign(row, by=cast.bob, to=cast.tom)
    assert http.get(row.get_absolute_url()).status_code == 404


def test_activities_of_the_lead_are_told_with_those_of_the_opportunity(cast, as_):
    lead = lead_of(cast.alice)
    services.touch(lead, by=cast.alice, text="First call")
    made = services.qualify(lead, by=cast.alice)
    services.touch(made, by=cast.alice, text="Sent the offer", kind="proposal")
    page = as_("alice").get(made.get_absolute_url())
    assert {"First call", "Sent the offer"} <= {activity.text for activity in page.context["activities"]}


def test_a_card_is_moved_from_the_board_and_comes_back_to_it(cast, as_, sales):
    http, row = as_("alice"), sales["alices"]
    move = url("opportunity-move", row.pk)
    assert http.post(move, {"stage": cast.stages[1].pk, "board": "mine"}).url == f"{url('board')}?mine=1"
    assert http.post(move, {f"stage-{row.pk}": cast.stages[0].pk, "stage-0": "x", "board": "all"}).url == url("board")
    assert http.post(move, {f"stage-{row.pk}": cast.stages[1].pk, "board": "all"}).url == url("board")
    assert http.post(move, {"stage": "x", "board": "all"}).url == url("board")
    page = http.get(url("board"), {"mine": "1"})
    assert {column["stage"].code: [card["row"] for card in column["cards"]] for column in page.context["columns"]} == {
        "EVAL": [], "TALKS": [row], "DEAL": [],
    }  # fmt: skip
    assert http.post(move, {"stage": cast.stages[0].pk}).url == row.get_absolute_url()


def test_the_board_counts_and_adds_up_each_stage(cast, as_, monkeypatch):
    today = clock.today()
    first = opportunity_of(cast.alice, "Orchid", amount="100.10", next_step="x", next_step_on=today)
    late = opportunity_of(
        cast.alice, "Late", amount="200.20", next_step="Call", next_step_on=today - dt.timedelta(days=1)
    )
    other = opportunity_of(cast.tom, "Other", amount="300.30", stage=cast.stages[2])
    gone = opportunity_of(cast.tom, "Gone")
    services.lose(gone, by=cast.tom, reason=lost_reason())
    monkeypatch.setattr(board, "MOST_CARDS", 1)
    page = as_("bob").get(url("board"))
    figures = {
        column["stage"].code: (
            column["number"],
            column["sum"],
            [card["row"] for card in column["cards"]],
            column["more"],
        )
        for column in page.context["columns"]
    }
    assert figures == {
        "EVAL": (2, "¥300.30", [late], 1),
        "TALKS": (0, "¥0.00", [], 0),
        "DEAL": (1, "¥300.30", [other], 0),
    }
    assert (page.context["total"], page.context["weighted"]) == ("¥600.60", "¥270.27")
    assert page.text.count("board-card-stale") == 1
    assert first.title not in page.text
    with clock.at(clock.now() + dt.timedelta(days=8)):
        assert {row.title for row in Opportunity.objects.filter(state="open") if row.is_stale} == {
            "Orchid",
            "Late",
            "Other",
        }


def test_a_stage_out_of_use_is_shown_while_something_stands_in_it(cast, as_, sales):
    for stage in (cast.stages[0], cast.stages[1]):
        stage.active = False
        stage.save()
    page = as_("bob").get(url("board"))
    assert [column["stage"].code for column in page.context["columns"]] == ["EVAL", "DEAL"]
    assert page.context["stages"] == [cast.stages[2]]


def test_the_pipeline_is_exported_with_weighted_amounts_and_days(cast, as_):
    with clock.at(clock.now() - dt.timedelta(days=5)):
        opportunity_of(cast.alice, "First", amount="1000.50", stage=cast.stages[1])
    opportunity_of(cast.alice, "Second", amount="99.99", stage=cast.stages[2])
    opportunity_of(cast.sam, "Hidden")
    http = as_("alice")
    totals = {total.label: total.value for total in http.get(url("opportunity-list")).context["totals"]}
    assert totals == {"Rows": "2", "Expected amount": "¥1,100.49", "Weighted amount": "¥330.12"}
    answer = http.get(url("opportunity-list"), {"export": "xlsx", "sort": "number"})
    rows = list(load_workbook(io.BytesIO(b"".join(answer))).active.iter_rows(values_only=True))
    head = next(number for number, row in enumerate(rows) if "Weighted amount" in row)
    names = rows[head]
    wanted = ("Title", "Stage", "Expected amount", "Weighted amount", "Days in stage")
    told = [tuple(row[names.index(name)] for name in wanted) for row in rows[head + 1 : head + 3]]
    assert told == [("First", "First talks", 1000.5, 250.13, 5), ("Second", "Negotiation", 99.99, 79.99, 0)]


def test_filters_find_what_they_say(cast, as_):
    today = clock.today()
    late = opportunity_of(cast.alice, "Orchid", next_step="x", next_step_on=today - dt.timedelta(days=1))
    deal = opportunity_of(cast.tom, "Willow", amount="900", stage=cast.stages[2])
    with clock.at(clock.now() - dt.timedelta(days=8)):
        idle = opportunity_of(cast.tom, "Pine", stage=cast.stages[2])
    services.lose(deal, by=cast.tom, reason=lost_reason())

    def found(**query):
        return set(as_("bob").get(url("opportunity-list"), query).context["page"].rows)

    assert found() == {late, deal, idle}
    assert found(q="orchid") == {late}
    assert found(state="lost") == {deal}
    assert found(lost_reason=lost_reason().pk) == {deal}
    assert found(stage=cast.stages[2].pk) == {deal, idle}
    assert found(owner="alice") == {late}
    assert found(mine="true") == set()
    assert found(stale="true") == {late, idle}
    assert found(expected_amount_max="1000") == {deal}


def queries_of(http, page) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert http.get(page).status_code == 200
    return len(captured)


def test_pages_take_the_same_queries_however_long_they_are(cast, as_):
    client = client_of(cast.alice)

    def one_more(number):
        lead_of(cast.alice, f"Lead {number}", next_step="x", next_step_on=clock.today())
        lead_of(None, f"Pooled {number}")
        opportunity_of(cast.alice, f"Sale {number}", client=client, next_step="x", next_step_on=clock.today())
        services.touch(shown, by=cast.alice, text=f"Call {number}")
        services.touch(shown_lead, by=cast.alice, text=f"Call {number}")

    shown, shown_lead = opportunity_of(cast.alice, client=client), lead_of(cast.alice)
    one_more(0)
    http = as_("bob")
    pages = [url(name) for name in ("lead-list", "lead-pool", "opportunity-list", "board")]
    pages += [
        shown.get_absolute_url(),
        shown_lead.get_absolute_url(),
        reverse("service:client-part", args=[client.pk, "work"]),
    ]
    for page in pages:
        http.get(page)
    few = [queries_of(http, page) for page in pages]
    own = queries_of(as_("alice"), url("next-steps"))
    http = as_("bob")
    for number in range(1, 30):
        one_more(number)
    assert [queries_of(http, page) for page in pages] == few
    assert max(few[:4]) <= 17
    assert queries_of(as_("alice"), url("next-steps")) == own


def test_subjects_above_add_their_part_to_the_page(cast, as_, sales, monkeypatch):
    monkeypatch.setattr(hooks, "sections", [])
    template = "components/notice.html"
    seen = []

    def context(opportunity, viewer):
        seen.append((opportunity, viewer))
        return {} if viewer == cast.alice else None

    hooks.register_section(PageSection("x", "X", template, context, order=2))
    hooks.register_section(PageSection("x", "X", template, context, order=1))
    assert len(hooks.sections) == 1
    page = as_("alice").get(sales["alices"].get_absolute_url())
    assert (len(page.context["main"]), seen) == (1, [(sales["alices"], cast.alice)])
    assert as_("bob").get(reverse("business:opportunity-detail", args=[sales["alices"].pk])).context["main"] == []
