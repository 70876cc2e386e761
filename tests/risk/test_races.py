"""Two approvals of one client at the same moment, on PostgreSQL: one limit in force."""

from functools import partial

import pytest

from apps.documents.services import approve, submit
from apps.risk.credit.models import CreditAssessment, CreditHold, CreditLimit, ScoringModel
from apps.risk.credit.services import publish_model, set_hold, start_draft
from apps.risk.setup import set_up
from tests.factories import credit
from tests.factories.service import client_of
from tests.finance.test_races import together
from tests.risk.conftest import build

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROUNDS = 20


def company():
    people = build()
    credit.scoring_model()
    set_up()
    return people


def test_one_limit_in_force_after_two_approvals_at_once():
    cast = company()
    for number in range(ROUNDS):
        client = client_of(cast.alice, f"Client {number}")
        papers = [submit(credit.assessment(cast.fay, client), by=cast.fay) for _number in range(2)]
        one, two = (CreditAssessment.objects.get(pk=paper.pk) for paper in papers)
        said = together(lambda one=one: approve(one, by=cast.dora), lambda two=two: approve(two, by=cast.dora))
        assert said == []
        assert CreditLimit.objects.filter(client=client).count() == 2
        assert CreditLimit.objects.filter(client=client, ended_on__isnull=True).count() == 1


def test_one_hold_of_two_at_once():
    cast = company()

    def hold(client):
        set_hold(client, by=cast.dora, reason="They dispute.")

    for number in range(ROUNDS):
        client = client_of(cast.alice, f"Client {number}")
        said = together(partial(hold, client), partial(hold, client))
        assert len(said) == 1
        assert "is on hold already" in said[0]
        assert CreditHold.objects.filter(client=client).count() == 1


def test_draft_is_published_once():
    cast = company()

    def publish(draft):
        publish_model(draft, by=cast.dora)

    for _number in range(ROUNDS):
        draft = start_draft(by=cast.dora)
        said = together(partial(publish, draft), partial(publish, draft))
        assert len(said) == 1
        assert ScoringModel.objects.get(state="published").pk == draft.pk
