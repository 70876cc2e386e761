"""What each verb does to a document, and what it leaves behind."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from guardian.models import GroupObjectPermission, UserObjectPermission

from apps.approvals.errors import AlreadyDecided, ContentChanged, NoRoute, NotYourTurn, ReasonMissing
from apps.approvals.models import Event
from apps.core import clock
from apps.core.models import NumberSequence
from apps.documents import grants, services
from apps.documents.errors import DocumentError, Incomplete, NotAllowed, NotFound, Stale
from apps.documents.models import Document, Grant, Participant
from apps.documents.services.projection import orphans
from apps.notifications.models import Notification
from apps.org.models import Company, User
from tests.factories.approvals import route, step
from tests.factories.documents import brought_to, draft, submitted
from tests.testkind.models import Memo

pytestmark = pytest.mark.django_db

MARCH = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def permissions_match_tasks(people):
    """Whatever a test did, permissions and open tasks agree afterwards, and guardian's own tables stay empty."""
    yield
    assert orphans() == []
    assert not UserObjectPermission.objects.exists()
    assert not GroupObjectPermission.objects.exists()


def rights():
    """(person, right, reason without its number) of every grant."""
    rows = Grant.objects.values_list("user__username", "permission__codename", "reason")
    return sorted((user, codename, reason.split(":")[0]) for user, codename, reason in rows)


def told():
    """What everybody was told, oldest first, and forgotten at once."""
    rows = list(Notification.objects.order_by("pk").values_list("recipient__username", "title", "body"))
    Notification.objects.all().delete()
    return rows


# ---- drafts ----


def test_draft_belongs_to_who_wrote_it_and_to_their_department(people):
    memo = draft(people.alice)
    assert (memo.kind, memo.applicant, memo.department, memo.state) == (
        "memo",
        people.alice,
        people.business,
        "draft",
    )
    assert (memo.number, memo.approval, memo.submitted_at, memo.revision) == ("", None, None, 0)
    assert rights() == told() == []
    assert Participant.objects.values_list("user__username", "applicant", "approver").get() == ("alice", True, False)


def test_draft_can_be_saved_again_and_counts_its_revisions(people):
    memo = draft(people.alice)
    memo.purpose = "Another"
    assert services.save_draft(memo, by=people.alice, revision=0).revision == 1
    assert Memo.objects.get().purpose == "Another"
    assert Participant.objects.count() == 1


def test_stale_form_is_refused_and_overwrites_nothing(people):
    memo, elsewhere = draft(people.alice), None
    elsewhere = Memo.objects.get()
    elsewhere.purpose = "From the other window"
    services.save_draft(elsewhere, by=people.alice, revision=0)
    memo.purpose = "From this window"
    with pytest.raises(Stale, match="another window"):
        services.save_draft(memo, by=people.alice, revision=0)
    with pytest.raises(Stale):
        services.submit(memo, by=people.alice, revision=0)
    assert Memo.objects.get().purpose == "From the other window"


def test_form_cannot_change_what_only_services_own(people, two_steps):
    two_steps()
    memo = services.return_(submitted(people.alice), by=people.bob, reason="Which?")
    number, approval = memo.number, memo.approval_id
    memo.number, memo.state, memo.applicant, memo.approval = "BW-1", "approved", people.olga, None
    services.save_draft(memo, by=people.alice)
    stored = Memo.objects.get()
    assert (stored.number, stored.state, stored.applicant, stored.approval_id) == (
        number,
        "returned",
        people.alice,
        approval,
    )


def test_lines_are_written_in_the_same_transaction(people):
    def fail(document):
        raise DocumentError("The lines are wrong.")

    with pytest.raises(DocumentError):
        services.save_draft(Memo(title="x"), by=people.alice, lines=fail)
    assert not Memo.objects.exists()


@pytest.mark.parametrize("name", ["bob", "olga", "root"])
def test_draft_does_not_exist_for_anybody_else(people, name):
    memo = draft(people.alice)
    for verb in (services.save_draft, services.submit, services.delete_draft):
        with pytest.raises(NotFound):
            verb(memo, by=people.people[name])


def test_returned_paper_is_corrected_by_its_applicant_alone(people, two_steps):
    two_steps()
    memo = services.return_(submitted(people.alice), by=people.bob, reason="Which?")
    for verb in (services.save_draft, services.submit):
        for person, error in ((people.bob, NotAllowed), (people.root, NotAllowed), (people.olga, NotFound)):
            with pytest.raises(error):
                verb(memo, by=person)


def test_person_without_a_department_is_told_so(people):
    people.alice.department = None
    with pytest.raises(NotAllowed, match="You belong to no department"):
        draft(people.alice)


def test_draft_is_deleted_with_everything_on_it(people):
    memo = draft(people.alice)
    services.comment(memo, by=people.alice, text="Note to self")
    services.delete_draft(memo, by=people.alice)
    assert not Document.objects.exists()
    last = Memo.history.latest()
    assert (last.history_type, last.history_user, last.history_change_reason) == ("-", people.alice, "draft deleted")


@pytest.mark.parametrize("state", ["in_review", "returned", "approved", "rejected", "cancelled"])
def test_submitted_paper_is_never_deleted(people, two_steps, state):
    two_steps()
    memo = brought_to(state, people.alice, head=people.bob, finance=people.fay, executive=people.erin)
    with pytest.raises(NotAllowed, match="Only a draft that was never submitted"):
        services.delete_draft(memo, by=people.alice)


def test_withdrawn_paper_is_not_deleted_either(people, two_steps):
    two_steps()
    memo = services.withdraw(submitted(people.alice), by=people.alice)
    with pytest.raises(NotAllowed):
        services.delete_draft(memo, by=people.alice)


# ---- submission and the number ----


def test_submission_gives_the_number_and_opens_the_first_step(people, two_steps):
    two_steps()
    with clock.at(MARCH):
        memo = submitted(people.alice)
    assert (memo.number, memo.state, memo.submitted_at, memo.revision) == ("BW-2026-0001", "in_review", MARCH, 1)
    assert rights() == [("bob", "approve_document", "step")]
    assert told() == [("bob", "BW-2026-0001 from Alice is waiting for your decision", "")]


def test_numbers_have_no_gaps_and_start_anew_every_year(people, two_steps):
    two_steps()
    with clock.at(MARCH):
        first, unsubmitted, second = submitted(people.alice), draft(people.alice), submitted(people.tom)
        with pytest.raises(Incomplete):
            submitted(people.alice, purpose="")
        third = submitted(people.alice)
    with clock.at(MARCH.replace(year=2027)):
        fourth = submitted(people.alice)
    assert [memo.number for memo in (first, second, third, fourth)] == [
        "BW-2026-0001",
        "BW-2026-0002",
        "BW-2026-0003",
        "BW-2027-0001",
    ]
    assert unsubmitted.number == ""


def test_refused_submission_takes_no_number_and_changes_nothing(people):
    memo = draft(people.alice)
    with pytest.raises(NoRoute):
        services.submit(memo, by=people.alice)
    stored = Memo.objects.get()
    assert (stored.state, stored.number, stored.revision, stored.approval) == ("draft", "", 0, None)
    assert not NumberSequence.objects.exclude(last=0).exists()
    assert told() == []


def test_incomplete_submission_names_the_fields(people, two_steps):
    two_steps()
    with pytest.raises(Incomplete) as refusal:
        submitted(people.alice, purpose="")
    assert refusal.value.fields == {"purpose": ["Say what it is for."]}


def test_number_stays_through_withdrawal_return_and_resubmission(people, two_steps):
    two_steps()
    memo = submitted(people.alice)
    number = memo.number
    memo = services.withdraw(memo, by=people.alice)
    assert (memo.state, memo.number) == ("draft", number)
    memo = services.submit(memo, by=people.alice)
    memo = services.return_(memo, by=people.bob, reason="Which?")
    assert (memo.state, memo.number, memo.closed_at) == ("returned", number, None)
    memo = services.submit(memo, by=people.alice)
    assert (memo.state, memo.number, memo.approval.round) == ("in_review", number, 3)


def test_submitting_twice_is_refused(people, two_steps):
    two_steps()
    memo = submitted(people.alice)
    with pytest.raises(NotAllowed, match="It was submitted"):
        services.submit(memo, by=people.alice)
    assert NumberSequence.objects.get(prefix="BW").last == 1


def test_year_of_the_number_is_the_companys_year(people, two_steps):
    """Half past midnight on New Year's Day in Shanghai is still the old year in UTC."""
    two_steps()
    with clock.at(dt.datetime(2026, 12, 31, 16, 30, tzinfo=dt.UTC)):
        assert submitted(people.alice).number == "BW-2027-0001"


# ---- decisions ----


def test_approval_passes_the_turn_on(people, two_steps):
    two_steps()
    memo = services.approve(submitted(people.alice), by=people.bob)
    assert memo.state == "in_review"
    assert rights() == [
        ("bob", "view_document", "acted"),
        ("fay", "approve_document", "step"),
        ("finn", "approve_document", "step"),
    ]
    participants = set(Participant.objects.values_list("user__username", "applicant", "approver"))
    assert participants == {("alice", True, False), ("bob", False, True), ("fay", False, True), ("finn", False, True)}


def test_last_approval_approves_the_paper(people, two_steps):
    two_steps()
    memo = services.approve(submitted(people.alice), by=people.bob)
    told()
    with clock.at(MARCH):
        memo = services.approve(memo, by=people.fay, comment="Fine")
    assert (memo.state, memo.closed_at) == ("approved", MARCH)
    assert rights() == [("bob", "view_document", "acted"), ("fay", "view_document", "acted")]
    assert told() == [("alice", f"{memo.number} was approved by Fay", "Fine")]


def test_one_of_all_who_decided_loses_the_right_to_decide_again(people):
    route("memo", [step("finance", role="finance_reviewer", mode="all")])
    memo = services.approve(submitted(people.alice), by=people.fay)
    assert rights() == [("fay", "view_document", "acted"), ("finn", "approve_document", "step")]
    with pytest.raises(AlreadyDecided, match="You have already decided"):
        services.approve(memo, by=people.fay)


@pytest.mark.parametrize(
    ("verb", "state", "words"), [("return_", "returned", "returned"), ("reject", "rejected", "rejected")]
)
def test_return_and_rejection_tell_the_applicant_why(people, two_steps, verb, state, words):
    two_steps()
    memo = submitted(people.alice)
    told()
    memo = getattr(services, verb)(memo, by=people.bob, reason="100% wrong")
    assert memo.state == state
    assert (memo.closed_at is None) == (state == "returned")
    assert rights() == [("bob", "view_document", "acted")]
    assert told() == [("alice", f"{memo.number} was {words} by Bob", "100% wrong")]


@pytest.mark.parametrize("verb", ["return_", "reject"])
def test_return_and_rejection_need_a_reason(people, two_steps, verb):
    two_steps()
    memo = submitted(people.alice)
    with pytest.raises(ReasonMissing):
        getattr(services, verb)(memo, by=people.bob, reason=" ")
    assert Memo.objects.get().state == "in_review"


def test_return_to_an_earlier_step_keeps_the_paper_in_approval(people, two_steps):
    two_steps()
    memo = services.approve(submitted(people.alice), by=people.bob)
    told()
    memo = services.return_(memo, by=people.fay, reason="Ask again", to="head")
    assert memo.state == "in_review"
    assert ("bob", "approve_document", "step") in rights()
    assert [who for who, _title, _body in told()] == ["bob"]


def test_withdrawal_frees_the_deciders_and_tells_nobody(people, two_steps):
    two_steps()
    memo = submitted(people.alice)
    told()
    services.withdraw(memo, by=people.alice)
    assert rights() == told() == []


def test_withdrawal_after_the_first_decision_is_refused(people, two_steps):
    two_steps()
    memo = services.approve(submitted(people.alice), by=people.bob)
    with pytest.raises(NotAllowed, match="Somebody has already decided"):
        services.withdraw(memo, by=people.alice)


def test_late_colleague_is_told_who_was_first_although_the_paper_is_out_of_sight(people, two_steps):
    two_steps()
    memo = services.approve(services.approve(submitted(people.alice), by=people.bob), by=people.fay)
    for verb, options in (
        (services.approve, {}),
        (services.return_, {"reason": "x"}),
        (services.reject, {"reason": "x"}),
    ):
        with pytest.raises(AlreadyDecided, match=r"Already decided: Fay was first \(approved\)"):
            verb(memo, by=people.finn, **options)


def test_stranger_is_told_that_there_is_no_such_paper(people, two_steps):
    two_steps()
    memo = submitted(people.alice)
    for person in (people.olga, people.gone):
        with pytest.raises(NotFound):
            services.approve(memo, by=person)


def test_decision_is_bound_to_the_content_that_was_seen(people, two_steps):
    """The paper goes back, changes, and comes again while the approver's page is still open."""
    two_steps()
    memo = submitted(people.alice)
    seen = memo.content_hash()
    memo = services.return_(memo, by=people.bob, reason="Which?")
    memo.amount = "999.00"
    memo = services.submit(services.save_draft(memo, by=people.alice), by=people.alice)
    with pytest.raises(ContentChanged, match="Read it again"):
        services.approve(memo, by=people.bob, seen=seen)
    fresh = Memo.objects.get()
    assert services.approve(memo, by=people.bob, seen=fresh.content_hash()).state == "in_review"


def test_content_hash_is_the_same_before_and_after_storing(people):
    memo = draft(people.alice, amount="5000", copies=2)
    for amount in ("5000", "5000.0", "5000.00"):
        memo.amount = Memo._meta.get_field("amount").to_python(amount)
        assert memo.content_hash() == Memo.objects.get().content_hash()


@pytest.mark.parametrize(
    "change",
    [{"title": "Other"}, {"amount": "100.01"}, {"currency": "USD"}, {"purpose": "Other"}, {"copies": 2}],
    ids=lambda change: next(iter(change)),
)
def test_content_hash_changes_with_everything_decided_on(people, change):
    memo = draft(people.alice)
    before = Memo.objects.get().content_hash()
    for name, value in change.items():
        setattr(memo, name, value)
    services.save_draft(memo, by=people.alice)
    assert Memo.objects.get().content_hash() != before


def test_step_opens_fields_to_its_approver_and_the_change_is_logged(people, two_steps):
    two_steps(editable=["copies"])
    memo = services.approve(submitted(people.alice), by=people.bob)

    def lower(document):
        document.copies = 3
        return {"copies": [1, 3]}

    for person, error in ((people.bob, NotAllowed), (people.alice, NotAllowed), (people.olga, NotFound)):
        with pytest.raises(error):
            services.edit_in_review(memo, by=person, field="copies", change=lower)
    with pytest.raises(NotAllowed, match="does not change"):
        services.edit_in_review(memo, by=people.fay, field="amount", change=lower)
    with pytest.raises(ContentChanged):
        services.edit_in_review(memo, by=people.fay, field="copies", change=lower, seen="something else")
    edited = services.edit_in_review(memo, by=people.fay, field="copies", change=lower)
    assert Memo.objects.get().copies == 3
    event = Event.objects.get(verb="edited")
    assert (event.actor, event.payload, event.content_hash) == (
        people.fay,
        {"changes": {"copies": [1, 3]}},
        edited.content_hash(),
    )


def test_colleague_must_read_again_after_an_approver_changed_the_paper(people, two_steps):
    two_steps(editable=["copies"])
    memo = services.approve(submitted(people.alice), by=people.bob)
    seen = memo.content_hash()

    def change(document):
        document.copies = 3
        return {"copies": [1, 3]}

    services.edit_in_review(memo, by=people.fay, field="copies", change=change)
    with pytest.raises(ContentChanged):
        services.approve(memo, by=people.finn, seen=seen)


# ---- cancelling ----


def test_cancelling_voids_an_approved_paper_and_keeps_its_number(people, two_steps):
    two_steps()
    memo = brought_to("approved", people.alice, head=people.bob, finance=people.fay, executive=people.erin)
    told()
    cancelled = services.cancel(memo, by=people.erin, reason=" Bought elsewhere ")
    assert (cancelled.state, cancelled.number) == ("cancelled", memo.number)
    assert told() == [("alice", f"{memo.number} was cancelled by Erin", "Bought elsewhere")]
    assert Event.objects.latest("seq").payload == {"text": "Bought elsewhere"}
    assert Memo.history.latest().history_change_reason == "cancelled: Bought elsewhere"


def test_cancelling_needs_a_reason(people, two_steps):
    two_steps()
    memo = brought_to("approved", people.alice, head=people.bob, finance=people.fay, executive=people.erin)
    with pytest.raises(ReasonMissing):
        services.cancel(memo, by=people.erin, reason=" ")


def test_nobody_cancels_their_own_paper(people, two_steps):
    two_steps()
    memo = brought_to("approved", people.erin, head=people.boss, finance=people.fay, executive=people.erin)
    with pytest.raises(NotAllowed, match="Your role does not cancel"):
        services.cancel(memo, by=people.erin, reason="Mine")


# ---- who is told, in which language ----


def test_everybody_is_told_in_their_own_language(people, two_steps):
    two_steps()
    User.objects.filter(pk=people.bob.pk).update(language="zh-hans")
    memo = submitted(people.alice)
    (told_bob,) = told()
    assert told_bob[0] == "bob"
    assert memo.number in told_bob[1]


def test_notification_leads_to_the_paper(people, two_steps):
    two_steps()
    memo = submitted(people.alice)
    assert Notification.objects.get().url == memo.get_absolute_url()


def test_only_those_whose_turn_it_is_are_told(people):
    """Not the later steps, not the colleagues of the applicant, not the applicant of what they know themselves."""
    route("memo", [step("finance", role="finance_reviewer", mode="all"), step("director", role="finance_director")])
    memo = submitted(people.alice)
    assert [who for who, *_rest in told()] == ["fay", "finn"]
    services.approve(memo, by=people.fay)
    assert told() == []
    services.approve(memo, by=people.finn)
    assert [who for who, *_rest in told()] == ["dora"]


def test_people_the_route_copies_are_told_and_may_read(people, two_steps):
    two_steps(copy_people=[people.olga])
    memo = services.approve(services.approve(submitted(people.alice), by=people.bob), by=people.fay)
    assert ("olga", f"{memo.number} from Alice was copied to you", "") in told()
    assert ("olga", "view_document", "copied") in rights()
    participant = Participant.objects.get(user=people.olga)
    assert (participant.copied_at is not None, participant.read_at) == (True, None)


def test_person_who_is_copied_and_then_decides_is_both(people):
    route("memo", [step("head", rule="department_head", copy_people=[people.olga]), step("olga", people=[people.olga])])
    services.approve(submitted(people.alice), by=people.bob)
    participant = Participant.objects.get(user=people.olga)
    assert (participant.approver, participant.copied_at is not None) == (True, True)


# ---- history ----


def test_history_says_who_did_what_and_why(people, two_steps):
    two_steps()
    memo = services.approve(submitted(people.alice), by=people.bob)
    memo = services.return_(memo, by=people.fay, reason="Which?")
    rows = Memo.history.order_by("history_id").values_list("history_user__username", "history_change_reason", "state")
    assert list(rows) == [
        ("alice", "draft saved", "draft"),
        ("alice", "submitted", "in_review"),
        ("fay", "returned", "returned"),
    ]


# ---- what the table itself refuses ----


def test_titles_and_amounts_keep_within_their_columns(people):
    memo = Memo(kind="memo", applicant=people.alice, department=people.business, title="x" * 201, amount="-1")
    with pytest.raises(ValidationError) as refusal:
        memo.full_clean()
    assert set(refusal.value.message_dict) == {"title", "__all__"}


def test_decision_in_a_step_of_somebody_else_is_refused_by_the_engine_too(people, two_steps):
    """The engine does not rely on the permission check before it."""
    two_steps()
    memo = submitted(people.alice)
    grants.give([(people.rita.pk, grants.APPROVE, memo.pk, "step:0")])
    with pytest.raises((NotAllowed, NotYourTurn)):
        services.approve(memo, by=people.rita)
    grants.take(memo.pk, ["step:0"])


# ---- what it costs ----


def test_approval_costs_few_queries(people, two_steps, django_assert_max_num_queries):
    """At most 18 in the service itself, and two for the savepoint inside the test's transaction."""
    two_steps()
    memo = submitted(people.alice)
    with Company.remembered():
        for name in ("bob", "fay"):
            person = User.objects.get(username=name)
            with django_assert_max_num_queries(21):
                services.approve(memo, by=person)
