"""Contracts from an approved intake to their end, through their services (clause 3.1.5)."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from apps.business.contracts import services as contracts
from apps.business.contracts import wording
from apps.business.models import AgencyContract, BusinessSettings, ContractTemplate, ContractVersion, Opportunity
from apps.core import clock
from apps.core.errors import Forbidden, Refused
from apps.documents import services
from apps.documents.errors import Incomplete
from apps.documents.models import Attachment
from apps.notifications.models import Notification
from apps.risk.credit.gate import picture_of
from apps.risk.credit.models import CreditCheck, CreditWaiver
from tests.factories import business
from tests.factories.contracts import draft, empower, payment
from tests.factories.intake import world

pytestmark = pytest.mark.django_db

SCAN = b"%PDF-1.4\n%%EOF"


@pytest.fixture
def people(db):
    return world()


def again(contract) -> AgencyContract:
    return AgencyContract.objects.get(pk=contract.pk)


def scan(name="signed.pdf", content=SCAN):
    return SimpleUploadedFile(name, content)


def steps_of(paper, people) -> list[str]:
    """The steps of the chain of a submitted paper that somebody had to decide, all of them approved."""
    while paper.state == paper.State.IN_REVIEW:
        step = paper.approval.steps.get(state="open").key
        paper = services.approve(paper, by=people.bob if step == "head" else people.erin, comment="Agreed")
    return list(paper.approval.steps.filter(state="approved").order_by("order").values_list("key", flat=True))


@pytest.fixture
def approved(people):
    """A contract of 50,000 that waits to be signed."""
    contract = services.submit(draft(people.alice), by=people.alice)
    return again(services.approve(contract, by=people.bob))


@pytest.fixture
def in_force(people, approved):
    return again(contracts.sign(approved, by=people.alice, signed_on=clock.today()))


def days(number: int) -> dt.date:
    return clock.today() + dt.timedelta(days=number)


# ---- from the intake ----


def test_new_contract_is_filled_from_the_intake(people):
    intake = business.intake(people.alice, fee="36000.00", fee_basis="retainer", payment_term_days=15)
    contract, lines = contracts.new_from(intake, people.alice)
    assert (contract.client, contract.service_type) == (intake.client, intake.service_type)
    assert (contract.party_a, contract.scope) == (intake.client.name, "Media buying")
    assert (contract.fee, contract.fee_basis, contract.payment_term_days) == (Decimal("36000.00"), "retainer", 15)
    assert (contract.effective_from, contract.effective_to) == (intake.term_from, intake.term_to)
    assert contract.template.code == "STD"
    assert [(line["due"], line["amount"]) for line in lines] == [("completion", Decimal("36000.00"))]
    assert contract.pk is None


def test_amounts_are_the_servers_and_lines_are_replaced_as_a_whole(people):
    contract = draft(people.alice, fee=Decimal("50000.005"), amount=Decimal("1.00"))
    assert (contract.fee, contract.amount) == (Decimal("50000.01"), Decimal("50000.01"))
    first = contract.schedule.get()
    rows = [payment("20000.005", milestone="Start"), payment("30000.00", id=first.pk, milestone="End")]
    contract = again(contracts.save_contract(contract, by=people.alice, lines=rows))
    assert list(contract.schedule.values_list("pk", "order", "milestone", "amount"))[1] == (
        first.pk,
        2,
        "End",
        Decimal("30000.00"),
    )
    contracts.save_contract(contract, by=people.alice, lines=rows[1:])
    assert list(contract.schedule.values_list("pk", flat=True)) == [first.pk]


def test_contract_of_an_intake_one_does_not_see_is_refused(people):
    intake = business.intake(people.tom)
    contract, lines = contracts.new_from(intake, people.alice)
    with pytest.raises(Incomplete) as refused:
        contracts.save_contract(contract, by=people.alice, lines=lines)
    assert list(refused.value.fields) == ["intake"]


def test_only_business_raises_contracts(people):
    intake = business.intake(people.alice)
    contract, lines = contracts.new_from(intake, people.erin)
    with pytest.raises(Forbidden, match="Only business staff and business managers raise contracts"):
        contracts.save_contract(contract, by=people.erin, lines=lines)


def test_what_keeps_a_contract_from_being_submitted(people):
    contract = draft(
        people.alice,
        party_a=" ",
        scope="",
        rights_duties="",
        fee=Decimal("0.00"),
        tax_rate=Decimal("1.5"),
        fee_basis="hourly",
        effective_to=None,
        lines=[payment("10.00", due="date"), payment("0.00", milestone="")],
    )
    with pytest.raises(Incomplete) as refused:
        services.submit(contract, by=people.alice)
    assert sorted(refused.value.fields) == [
        "effective_to",
        "fee",
        "fee_terms",
        "lines",
        "lines-0-due_on",
        "lines-1-amount",
        "lines-1-milestone",
        "party_a",
        "rights_duties",
        "scope",
        "tax_rate",
    ]


@pytest.mark.parametrize("basis", ["fixed", "retainer"])
@pytest.mark.parametrize("amount", ["49999.99", "50000.01"])
def test_schedule_of_a_fixed_fee_adds_up_to_the_cent(people, basis, amount):
    contract = draft(people.alice, fee_basis=basis, fee_terms="Monthly", lines=[payment(amount)])
    assert list(contract.check_submission(people.alice)) == ["lines"]


@pytest.mark.parametrize("basis", ["commission", "hourly"])
def test_schedule_of_counted_work_may_stay_below_the_total_but_not_above(people, basis):
    terms = {"fee_basis": basis, "fee_terms": "10 % of the media"}
    contract = draft(people.alice, **terms, lines=[payment("20000.00")])
    assert contract.check_submission(people.alice) == {}
    contract = contracts.save_contract(contract, by=people.alice, lines=[])
    assert again(contract).check_submission(people.alice) == {}
    contracts.save_contract(contract, by=people.alice, lines=[payment("50000.01")])
    assert list(again(contract).check_submission(people.alice)) == ["lines"]


def test_intake_has_one_living_contract(people):
    intake = business.intake(people.alice)
    first, second = draft(people.alice, intake), draft(people.alice, intake)
    first = services.submit(first, by=people.alice)
    with pytest.raises(Incomplete) as refused:
        services.submit(second, by=people.alice)
    assert refused.value.fields == {"intake": [f"The intake has the contract {first.number} already."]}
    assert intake not in contracts.open_intakes(people.alice)
    services.reject(first, by=people.bob, reason="No")
    assert services.submit(again(second), by=people.alice).state == "in_review"


@pytest.mark.parametrize(
    ("values", "said"),
    [({"state": "in_review"}, "is not approved"), ({"lapsed_on": dt.date(2026, 1, 5)}, "lapsed on 2026-01-05")],
)
def test_intake_that_is_not_approved_or_has_lapsed_gives_no_contract(people, values, said):
    intake = business.intake(people.alice)
    contract = draft(people.alice, intake)
    type(intake).objects.filter(pk=intake.pk).update(**values)
    with pytest.raises(Incomplete) as refused:
        services.submit(contract, by=people.alice)
    assert said in refused.value.fields["intake"][0]


# ---- tolerance and credit decide the route ----


@pytest.mark.parametrize(
    ("fee", "later", "steps"),
    [
        ("52500.00", 30, ["head"]),
        ("52500.01", 0, ["head", "management"]),
        ("50000.00", 31, ["head", "management"]),
        ("40000.00", 0, ["head"]),
    ],
)
def test_beyond_the_tolerance_management_decides_again(people, fee, later, steps):
    intake = business.intake(people.alice)
    contract = draft(
        people.alice,
        intake,
        fee=Decimal(fee),
        effective_to=intake.term_to + dt.timedelta(days=later),
        lines=[payment(fee)],
    )
    contract = services.submit(contract, by=people.alice)
    assert contract.facts()["beyond_intake"] == ("yes" if len(steps) > 1 else "no")
    assert steps_of(contract, people) == steps


def test_days_before_and_after_the_intake_count_together(people):
    BusinessSettings.objects.create(pk=1, term_tolerance_days=10)
    intake = business.intake(people.alice)
    contract = draft(
        people.alice,
        intake,
        effective_from=intake.term_from - dt.timedelta(days=5),
        effective_to=intake.term_to + dt.timedelta(days=6),
    )
    assert contract.facts()["beyond_intake"] == "yes"


def test_closed_credit_gate_asks_management_for_a_written_opinion(people):
    intake = business.intake(people.alice, fee="150000.00")
    contract = services.submit(draft(people.alice, intake), by=people.alice)
    check = CreditCheck.objects.get(document=contract.pk)
    assert (check.passed, check.stage, check.requested) == (False, "contract", Decimal("150000.00"))
    contract = services.approve(contract, by=people.bob)
    contract = services.approve(contract, by=people.erin, comment="They pay in advance")
    assert contract.state == "approved"
    waiver = CreditWaiver.objects.get(document=contract.pk)
    assert (waiver.granted_by, waiver.reason) == (people.erin, "They pay in advance")


def test_returned_contract_is_asked_again(people):
    contract = services.submit(draft(people.alice), by=people.alice)
    contract = services.return_(contract, by=people.bob, reason="The schedule")
    services.submit(again(contract), by=people.alice)
    stages = CreditCheck.objects.filter(document=contract.pk).order_by("pk").values_list("stage", flat=True)
    assert list(stages) == ["contract", "reopened"]


# ---- the text ----


def test_text_is_frozen_at_the_submission(people):
    template = ContractTemplate.objects.get(code="STD")
    contract = services.submit(draft(people.alice, template=template), by=people.alice)
    body = again(contract).body
    assert contract.number in body
    assert "¥50,000.00（人民币伍万元整），税率 6%" in body
    assert "{{" not in body
    template.body = "Something else"
    template.save()
    assert again(contract).body == body


def test_values_are_not_read_as_places(people):
    contract = draft(people.alice, party_a="{{ fee }}", template=None)
    assert wording.fill("{{party_a}} pays {{ unknown }}", contract) == "{{ fee }} pays {{ unknown }}"


def test_check_names_unknown_places_and_stray_braces():
    assert wording.check("{{ party_a }} and {{fee}}") == []
    assert wording.check("{{ client }} {% if x %}") == [
        "There is no place {{ client }}.",
        "A place is written {{ name }}; braces stand nowhere else.",
    ]


def test_text_speaks_the_language_of_its_template(people):
    contract = draft(people.alice, fee_basis="commission", fee_terms="10 %")
    assert wording.fill("{{ fee_basis }}", contract) == "Commission"
    assert "30" in wording.fill("付款期限：{{ payment_term }}", contract)


# ---- signature ----


def test_signing_puts_the_contract_in_force(people, approved):
    assert (approved.phase, approved.standing) == ("unsigned", ("info", "To be signed"))
    contracts.sign(approved, by=people.bob, signed_on=clock.today(), seal="Contract seal", original=scan())
    contract = again(approved)
    assert (contract.phase, contract.signed_on, contract.signed_by) == ("in_force", clock.today(), people.bob)
    assert (contract.seal, contract.original.name) == ("Contract seal", "signed.pdf")
    assert contract.original.document_id == contract.pk
    assert contract.intake.assessment.opportunity.state == Opportunity.State.WON
    assert contract.engagement.client == contract.client
    row = contract.history.first()
    assert (row.history_user, row.history_change_reason, row.phase) == (people.bob, "signed", "in_force")
    told = Notification.objects.filter(recipient=people.alice, key=f"contract-signed:{contract.pk}")
    assert told.get().title == f"{contract.number} with {contract.party_a} was signed on {clock.today()}"


def test_contract_is_signed_once(people, approved):
    contracts.sign(approved, by=people.alice, signed_on=clock.today())
    with pytest.raises(Forbidden, match="It was signed on"):
        contracts.sign(approved, by=people.bob, signed_on=clock.today())


def test_only_an_approved_contract_is_signed(people):
    with pytest.raises(Forbidden, match="Only an approved contract"):
        contracts.sign(draft(people.alice), by=people.alice, signed_on=clock.today())


@pytest.mark.parametrize(("day", "said"), [(1, "This date lies in the future."), (-1, "can't have been signed before")])
def test_day_of_the_signature_is_after_the_approval_and_not_in_the_future(people, approved, day, said):
    with pytest.raises(Refused, match=said) as refused:
        contracts.sign(approved, by=people.alice, signed_on=days(day))
    assert list(refused.value.fields) == ["signed_on"]
    assert again(approved).phase == "unsigned"


def test_who_signs(people, approved):
    answers = {
        name: bool(services.decisions.permissions.may(people.people[name], "sign", approved))
        for name in ("alice", "bob", "tina", "erin", "rita", "fay", "olga", "root")
    }
    assert answers == {
        "alice": True,
        "bob": True,
        "tina": False,
        "erin": True,
        "rita": False,
        "fay": False,
        "olga": False,
        "root": False,
    }


def test_scan_may_follow_and_a_file_that_is_none_is_refused(people, in_force):
    with pytest.raises(Refused, match="is none of PDF"):
        contracts.keep_original(in_force, by=people.alice, file=scan("x.pdf", b"not a scan"))
    contracts.keep_original(in_force, by=people.alice, file=scan())
    assert again(in_force).original == Attachment.objects.get(document=in_force.pk)
    with pytest.raises(Forbidden, match="kept already"):
        contracts.keep_original(in_force, by=people.alice, file=scan("other.pdf", SCAN + b"\n"))


def test_signed_contract_is_not_cancelled(people, in_force):
    with pytest.raises(Forbidden, match="terminate it instead"):
        services.cancel(in_force, by=people.erin, reason="Wrong")


# ---- the end ----


def test_fixed_fee_is_completed_when_everything_is_settled(people, in_force):
    with pytest.raises(Refused, match="are not settled yet"):
        contracts.complete(in_force, by=people.alice, on=clock.today())
    AgencyContract.objects.filter(pk=in_force.pk).update(settled="50000.00")
    contracts.complete(in_force, by=people.alice, on=clock.today())
    contract = again(in_force)
    assert (contract.phase, contract.ended_on, contract.standing[1]) == ("completed", clock.today(), "Completed")


def test_termination_needs_a_reason_and_no_settlement_in_approval(people, in_force):
    with pytest.raises(Refused, match="Give the reason"):
        contracts.terminate(in_force, by=people.bob, on=clock.today(), reason=" ")
    AgencyContract.objects.filter(pk=in_force.pk).update(settling="1.00")
    with pytest.raises(Forbidden, match="A settlement of this contract is in approval"):
        contracts.terminate(in_force, by=people.bob, on=clock.today(), reason="No budget")
    AgencyContract.objects.filter(pk=in_force.pk).update(settling="0.00")
    contracts.terminate(in_force, by=people.bob, on=clock.today(), reason="No budget")
    contract = again(in_force)
    assert (contract.phase, contract.end_reason) == ("terminated", "No budget")
    with pytest.raises(Forbidden, match="The head of the department terminates"):
        contracts.terminate(in_force, by=people.alice, on=clock.today(), reason="No budget")


def test_contract_in_force_expires_by_itself(in_force):
    with clock.at(clock.now() + dt.timedelta(days=181)):
        assert again(in_force).standing == ("overdue", "Expired")
    assert again(in_force).standing == ("approved", "In force")


# ---- what the database holds ----


@pytest.mark.parametrize(
    "values",
    [
        {"settled": "50000.01"},
        {"settling": "30000.00", "settled": "20000.01"},
        {"supplemented": "-0.01", "settled": "50000.00"},
        {"settled": "-0.01"},
        {"settling": "-0.01"},
        {"phase": "unsigned"},
        {"signed_on": None},
        {"effective_to": dt.date(2020, 1, 1)},
        {"fee": "-1.00"},
    ],
)
def test_database_keeps_the_total(in_force, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        AgencyContract.objects.filter(pk=in_force.pk).update(**values)


@pytest.mark.parametrize("values", [{"settled": "50000.01"}, {"settling": "50000.00", "settled": "0.01"}])
def test_database_keeps_the_schedule(in_force, values):
    with pytest.raises(IntegrityError), transaction.atomic():
        in_force.schedule.update(**values)


# ---- exposure, versions, reminders ----


def test_contracts_in_force_count_as_exposure(people, in_force):
    business.contract(people.alice, client=in_force.client, phase="unsigned")
    AgencyContract.objects.filter(pk=in_force.pk).update(settled="20000.00", settling="5000.00")
    rows = contracts.unsettled_contracts().values_list("client", "open_amount")
    assert list(rows) == [(in_force.client_id, Decimal("30000.00"))]
    assert picture_of(in_force.client).contracts == Decimal("15000.00")


def test_first_version_is_kept_at_the_approval(approved):
    version = ContractVersion.objects.get(contract=approved)
    assert (version.number, version.supplement, version.by.username) == (1, None, "bob")
    assert version.terms["fee"] == "50000.00"
    assert version.terms["schedule"] == [
        {"milestone": "Contract total", "due": "completion", "due_on": "", "amount": "50000.00"}
    ]


def test_expiry_is_told_once_per_step(people, in_force):
    def told() -> int:
        return Notification.objects.filter(key__startswith=f"contract-expiry:{in_force.pk}").count()

    end = in_force.effective_to
    moments = [(61, 0), (60, 2), (45, 2), (30, 4), (8, 4), (7, 6), (0, 6), (-1, 6)]
    for left, expected in moments:
        with clock.at(clock.now() + dt.timedelta(days=(end - clock.today()).days - left)):
            contracts.remind_of_expiry()
            contracts.remind_of_expiry()
            assert told() == expected, left
    people_told = {row.recipient for row in Notification.objects.filter(key__startswith="contract-expiry")}
    assert people_told == {people.alice, people.bob}


def test_merged_client_takes_its_contracts_along(people, in_force):
    other = business.client_of(people.alice)
    moved = contracts.move_to_client(source=in_force.client, target=other, by=people.bob, reason="merged")
    assert moved == {"contracts": 1}
    assert again(in_force).client == other


def test_no_contract_is_begun_on_an_intake_that_lapsed_meanwhile(people):
    intake = business.intake(people.alice)
    empower(people.alice)
    paper, lines = contracts.new_from(intake, people.alice)
    type(intake).objects.filter(pk=intake.pk).update(lapsed_on=clock.today())
    with pytest.raises(Incomplete) as refusal:
        contracts.save_contract(paper, by=people.alice, lines=lines)
    assert refusal.value.fields == {"intake": [f"The intake lapsed on {clock.today()}; a new one is needed."]}
    assert not AgencyContract.objects.filter(intake=intake).exists()
