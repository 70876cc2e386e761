"""Two people at the same moment, on PostgreSQL: a contract is signed once, an intake has one contract."""

import pytest
from django.db import transaction

from apps.business.contracts import services as contracts
from apps.business.intake.services import lapse
from apps.business.models import AgencyContract, ContractSupplement, Engagement, EngagementIntake
from apps.core import clock
from apps.documents import services
from tests.documents.race import race, winners
from tests.factories import business
from tests.factories.contracts import draft, empower, supplement
from tests.factories.intake import world

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

ROUNDS = 15


def again(paper):
    return type(paper).objects.get(pk=paper.pk)


@transaction.atomic
def approved(people) -> AgencyContract:
    paper = services.submit(draft(people.alice), by=people.alice)
    return again(services.approve(paper, by=people.bob))


def test_contract_is_signed_once():
    people = world()
    for _round in range(ROUNDS):
        contract = approved(people)

        def sign(by, contract=contract):
            return lambda: contracts.sign(again(contract), by=by, signed_on=clock.today())

        outcomes = race(sign(people.alice), sign(people.bob))
        assert winners(outcomes) == 1
        assert Engagement.objects.filter(contract=contract).count() == 1
        assert again(contract).history.filter(history_change_reason="signed").count() == 1


def test_intake_has_one_contract():
    people = world()
    for _round in range(ROUNDS):
        with transaction.atomic():
            intake = business.intake(people.alice)
            one, two = draft(people.alice, intake), draft(people.alice, intake)

        def submit(paper):
            return lambda: services.submit(again(paper), by=people.alice)

        assert winners(race(submit(one), submit(two))) == 1
        assert AgencyContract.objects.filter(intake=intake, state="in_review").count() == 1


def test_an_intake_lapses_or_has_a_contract_begun():
    people = world()
    for _round in range(ROUNDS):
        with transaction.atomic():
            intake = business.intake(people.alice)
            empower(people.alice)
        paper, lines = contracts.new_from(intake, people.alice)

        def begin(paper=paper, lines=lines):
            contracts.save_contract(paper, by=people.alice, lines=lines)

        def let_lapse(intake=intake):
            lapse(EngagementIntake(pk=intake.pk, kind=EngagementIntake.KIND), days=60)

        race(begin, let_lapse)
        begun = AgencyContract.objects.filter(intake=intake).exists()
        assert begun == (again(intake).lapsed_on is None)


def test_supplements_never_cut_the_total_below_what_is_settled():
    people = world()
    for _round in range(ROUNDS):
        with transaction.atomic():
            contract = business.contract(people.alice)
            AgencyContract.objects.filter(pk=contract.pk).update(settled="30000.00")
            contract.schedule.update(settled="30000.00")
            papers = [supplement(people.alice, again(contract), change=-15000, milestone="") for _paper in range(2)]
        for paper in papers:
            services.submit(paper, by=people.alice)

        def approve(paper):
            return lambda: services.approve(ContractSupplement.objects.get(pk=paper.pk), by=people.bob)

        assert winners(race(*(approve(paper) for paper in papers))) == 1
        assert again(contract).total == 35000
