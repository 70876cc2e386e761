"""Two people at one assessment or application in the same moment, on PostgreSQL: one effect, and the loser is told."""

import datetime as dt

import pytest
from django.db import transaction

from apps.business.intake.services import decide, lapse
from apps.business.models import EngagementIntake, IntakeAssessment
from apps.core import clock
from apps.documents.services import submit
from tests.factories import business
from tests.factories.intake import assessed, draft, reload, world
from tests.factories.service import client_of
from tests.finance.test_races import together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROUNDS = 10


@transaction.atomic
def opportunity(cast, number):
    return business.opportunity(cast.alice, client_of(cast.alice, name=f"Client {number}"))


def test_one_assessment_carries_one_application():
    cast = world()
    for number in range(ROUNDS):
        on = assessed(cast.alice, opportunity=opportunity(cast, number))
        one, two = draft(cast.alice, on=on), draft(cast.bob, on=on)
        said = together(lambda one=one: submit(one, by=cast.alice), lambda two=two: submit(two, by=cast.bob))
        assert len(said) == 1
        states = EngagementIntake.objects.filter(assessment=on).values_list("state", flat=True)
        assert sorted(states) == ["draft", "in_review"]


def test_an_assessment_is_either_used_or_fails():
    cast = world()
    for number in range(ROUNDS):
        on = assessed(cast.alice, opportunity=opportunity(cast, number))
        paper = draft(cast.alice, on=on)
        said = together(
            lambda paper=paper: submit(paper, by=cast.alice),
            lambda on=on: decide(on, verdict="failed", note="Too small", by=cast.bob),
        )
        assert len(said) == 1
        used = IntakeAssessment.objects.get(pk=on.pk)
        assert (used.verdict, reload(paper).state) in [("passed", "in_review"), ("failed", "draft")]
        assert (used.frozen_on is not None) == (used.verdict == "passed")


def test_an_application_lapses_once():
    cast = world()
    for number in range(ROUNDS):
        with clock.at(clock.now() - dt.timedelta(days=90)), transaction.atomic():
            of = business.assessment(cast.alice, opportunity(cast, number))
            paper = business.intake(cast.alice, of)
        together(lambda paper=paper: lapse(paper, days=60), lambda paper=paper: lapse(paper, days=60))
        assert EngagementIntake.history.filter(id=paper.pk, history_change_reason="lapsed").count() == 1
