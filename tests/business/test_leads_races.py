"""Two people at the same lead at the same moment, on PostgreSQL: one effect, and the loser gets a sentence."""

import pytest

from apps.business.leads import services
from apps.business.leads.models import Opportunity
from tests.documents.race import loser_says, race, winners
from tests.factories.leads import build_cast, lead_of, opportunity_of

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = 15


def test_a_pool_lead_is_taken_once():
    cast = build_cast()
    for number in range(ROUNDS):
        lead = lead_of(None, f"Pool {number}")
        outcomes = race(
            lambda lead=lead: services.take(lead, by=cast.alice),
            lambda lead=lead: services.take(lead, by=cast.tom),
        )
        assert winners(outcomes) == 1
        lead.refresh_from_db()
        assert loser_says(outcomes) == f"{lead.owner} has just taken {lead.number}."
        assert lead.activities.count() == 1


def test_a_lead_becomes_one_opportunity():
    cast = build_cast()
    for number in range(ROUNDS):
        lead = lead_of(cast.alice, f"Lead {number}")
        outcomes = race(
            lambda lead=lead: services.qualify(lead, by=cast.alice),
            lambda lead=lead: services.qualify(lead, by=cast.bob),
        )
        assert winners(outcomes) == 1
        assert "is closed (Qualified)" in loser_says(outcomes)
    assert Opportunity.objects.count() == ROUNDS


def test_a_card_moved_by_two_stands_in_one_stage():
    cast = build_cast()
    for _number in range(ROUNDS):
        row = opportunity_of(cast.alice)
        outcomes = race(
            lambda row=row: services.move(row, by=cast.alice, stage=cast.stages[1]),
            lambda row=row: services.move(row, by=cast.bob, stage=cast.stages[2]),
        )
        assert winners(outcomes) == 2
        row.refresh_from_db()
        assert row.activities.count() == 2
        last = row.activities.order_by("-pk").first()
        assert last.text.endswith(f"→ {row.stage}")
        assert row.probability == row.stage.probability


def test_a_lead_that_is_touched_while_it_is_recycled_stays_or_is_told():
    cast = build_cast()
    for number in range(ROUNDS):
        lead = lead_of(cast.alice, f"Lead {number}")
        type(lead).objects.filter(pk=lead.pk).update(active_on="2020-01-01")
        outcomes = race(
            services.recycle,
            lambda lead=lead: services.touch(lead, by=cast.alice, text="Called"),
        )
        lead.refresh_from_db()
        if winners(outcomes) == 2:
            assert lead.owner == cast.alice
        else:
            assert lead.owner is None
            assert "take it first" in loser_says(outcomes)
