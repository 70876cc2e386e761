"""What every kind of document promises, asked of every kind there is.

A new kind adds a draft to `tests/factories/kinds.py` and is tested by that.
"""

import json
import re
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction
from django.urls import NoReverseMatch, reverse

from apps.approvals.events import verify
from apps.approvals.models import Event
from apps.documents import services
from apps.documents.errors import NotAllowed
from apps.documents.kinds import all_kinds, kind_of, register_kind
from apps.documents.models import Document, Revocation
from apps.documents.permissions import RULES, Access, actions_of
from apps.documents.services.projection import orphans
from apps.documents.visibility import view_all_permission
from tests.factories.approvals import route, step
from tests.factories.cast import cast
from tests.factories.kinds import DRAFTS, draft_of

KINDS = sorted(all_kinds())
HOOKS = ("on_submitted", "on_approved", "on_reopened", "on_closed")

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", params=KINDS)
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def built(kind, module_db):
    """Everybody, and the key of a draft of alice's, once for all questions about a kind."""
    with transaction.atomic():
        people = cast()
        yield people, draft_of(kind, people.alice).pk
        transaction.set_rollback(True)


@pytest.fixture
def people(built, db):
    return built[0]


@pytest.fixture
def document(kind, built, db):
    return kind_of(kind).objects.get(pk=built[1])


@pytest.fixture
def chain():
    """Head of department, then finance, which sends papers straight back; whatever the kind."""

    def publish(kind):
        steps = [
            step("head", rule="department_head"),
            step("finance", role="finance_reviewer", resubmission="back", editable=["lines"]),
        ]
        return route(kind, steps)

    return publish


# ---- what a kind declares ----


def test_every_kind_has_a_draft_to_be_tested_with():
    assert set(DRAFTS) == set(KINDS)


def test_kind_declares_itself(kind):
    model = kind_of(kind)
    assert model.KIND == kind == model._meta.model_name
    assert re.fullmatch(r"[A-Z]{2,6}", model.PREFIX)
    assert isinstance(model.CLAUSES, tuple)
    assert model.CLAUSES or not model.__module__.startswith("apps.")
    assert all(re.fullmatch(r"\d+(\.\d+)*", clause) for clause in model.CLAUSES)
    assert model.__bases__ == (Document,)
    assert str(model._meta.verbose_name)


def test_prefixes_are_told_apart():
    prefixes = [model.PREFIX for model in all_kinds().values()]
    assert len(prefixes) == len(set(prefixes))


def test_second_kind_of_one_name_is_a_mistake():
    class Impostor:
        KIND = "memo"

    with pytest.raises(ValueError, match="both called memo"):
        register_kind(Impostor)
    assert kind_of("memo").__name__ == "Memo"


def test_kind_has_the_permission_to_see_all_of_it(kind):
    app_label, codename = view_all_permission(kind_of(kind)).split(".")
    assert Permission.objects.filter(content_type__app_label=app_label, codename=codename).count() == 1


def test_kind_has_its_history(kind):
    assert kind_of(kind).history.model._meta.app_label == kind_of(kind)._meta.app_label


def test_rules_of_actions_belong_to_kinds_there_are():
    assert {kind for kind, _action in RULES} <= {"", *KINDS}


# ---- what a paper of the kind says ----


def test_facts_are_declared_and_can_be_stored(document):
    facts = document.facts()
    assert set(facts) == set(document.FACTS)
    assert json.loads(json.dumps(facts)) == facts


def test_content_covers_what_is_declared_and_hashes_alike_when_read_again(document):
    assert {"title", "amount", "currency", "applicant", "attachments", *document.CONTENT} <= set(document.content())
    assert document.content_hash() == draft_again(document).content_hash()


def test_complete_draft_has_nothing_to_complain_of(people, document):
    assert document.check_submission(people.alice) == {}
    assert document.cancel_refusal() == ""


def test_rules_answer_everybody(people, chain, kind, document):
    """No rule fails on a paper in whatever state, on the base row neither."""
    chain(kind)
    for paper in (document, Document.objects.get(pk=document.pk)):
        for person in people.people.values():
            access = Access(person, paper)
            for action in actions_of(kind):
                answer = access.may(action)
                assert bool(answer) != bool(answer.reason)


# ---- the life of a paper ----


def draft_again(document):
    return type(document).objects.get(pk=document.pk)


@pytest.fixture
def hooks(kind, monkeypatch):
    """Names of the hooks in the order they are called on papers of the kind."""
    called = []

    def watch(model, name):
        original = getattr(model, name)

        def hook(self, by):
            if model is kind_of(kind):
                called.append((name, by.username))
            return original(self, by)

        monkeypatch.setattr(model, name, hook)

    for model in all_kinds().values():
        for name in HOOKS:
            watch(model, name)
    return called


def test_paper_goes_round(people, chain, hooks, kind, document):
    """Draft → submitted → approved by the head → returned by finance → corrected → straight back → approved."""
    chain(kind)
    before = document.content_hash()
    document = services.submit(document, by=people.alice)
    assert re.fullmatch(rf"{document.PREFIX}-\d{{4}}-0001", document.number)
    assert draft_again(document).content_hash() == before
    document = services.approve(document, by=people.bob, seen=before)
    document = services.return_(document, by=people.fay, reason="The title says too little")
    document = draft_again(document)
    document.title = "A better title"
    document = services.save_draft(document, by=people.alice)
    assert draft_again(document).content_hash() != before
    document = services.submit(document, by=people.alice)
    document = services.approve(draft_again(document), by=people.finn, seen=draft_again(document).content_hash())
    stored = draft_again(document)
    assert (stored.state, stored.number, stored.title) == ("approved", document.number, "A better title")
    assert stored.closed_at is not None
    assert hooks == [
        ("on_submitted", "alice"),
        ("on_reopened", "fay"),
        ("on_submitted", "alice"),
        ("on_approved", "finn"),
    ]
    rows = type(document).history.filter(id=document.pk).order_by("history_id")
    said = [
        (row.history_user.username, row.history_change_reason, row.state)
        for row in rows
        if row.history_change_reason not in ("draft saved", "lines saved")
    ]
    assert said == [
        ("alice", "submitted", "in_review"),
        ("fay", "returned", "returned"),
        ("alice", "submitted", "in_review"),
        ("finn", "approved", "approved"),
    ]
    verbs = list(Event.objects.filter(approval=document.approval_id).order_by("seq").values_list("verb", flat=True))
    assert verbs == [
        "submitted",
        "opened",
        "approved",
        "opened",
        "returned",
        "resubmitted",
        "carried",
        "opened",
        "approved",
        "finished",
    ]
    assert orphans() == []
    assert list(verify()) == []


@pytest.mark.parametrize("end", ["withdrawn", "rejected", "cancelled"])
def test_paper_ends_otherwise(people, chain, hooks, kind, document, end):
    chain(kind)
    document = services.submit(document, by=people.alice)
    if end == "withdrawn":
        document = services.withdraw(document, by=people.alice)
    elif end == "rejected":
        document = services.reject(document, by=people.bob, reason="No")
    else:
        document = services.approve(services.approve(document, by=people.bob), by=people.fay)
        if kind == Revocation.KIND:
            with pytest.raises(NotAllowed, match="It has been carried out"):
                services.cancel(draft_again(document), by=people.erin, reason="Not needed")
            return
        document = services.cancel(draft_again(document), by=people.erin, reason="Not needed")
    assert draft_again(document).state == {"withdrawn": "draft"}.get(end, end)
    last = {"withdrawn": ("on_reopened", "alice"), "rejected": ("on_closed", "bob"), "cancelled": ("on_closed", "erin")}
    assert hooks[-1] == last[end]


def test_withdrawn_paper_can_be_handed_in_again(people, chain, kind, document):
    chain(kind)
    document = services.submit(document, by=people.alice)
    document = services.submit(services.withdraw(document, by=people.alice), by=people.alice)
    assert (document.state, document.approval.round) == ("in_review", 2)


def test_amount_is_the_sum_of_the_lines_where_there_are_any(document):
    lines = getattr(document, "ordered_lines", None)
    if lines and hasattr(lines[0], "amount"):
        assert document.amount == sum((line.amount for line in lines), Decimal(0)) > 0


# ---- its pages ----

READ = ["list", "create", "export"]
OF_ONE = ["detail", "update", "print", "history"]
POSTS = ["submit", "approve", "return", "reject", "withdraw", "cancel", "comment", "copy", "delete", "attach"]


def address(model, page, *args):
    return reverse(f"{model._meta.app_label}:{model._meta.model_name}-{page}", args=args)


def test_pages_are_reached_by_their_names(people, client, kind, document):
    client.force_login(people.alice)
    addresses = [address(kind_of(kind), page) for page in READ]
    addresses += [address(kind_of(kind), page, document.pk) for page in OF_ONE]
    for page in addresses:
        response = client.get(page, follow=True)
        assert response.status_code == 200, page
        assert b"".join(response)
    assert document.get_absolute_url() == address(kind_of(kind), "detail", document.pk)


def test_pages_of_somebody_elses_draft_do_not_exist(people, client, kind, document):
    client.force_login(people.olga)
    for page in OF_ONE:
        assert client.get(address(kind_of(kind), page, document.pk)).status_code == 404, page
    for page in POSTS:
        assert client.post(address(kind_of(kind), page, document.pk)).status_code == 404, page
    assert draft_again(document).state == "draft"


def test_verbs_are_posted_never_linked(people, client, kind, document):
    client.force_login(people.alice)
    for page in POSTS:
        if page != "copy":  # has a page of its own for browsers without scripts
            assert client.get(address(kind_of(kind), page, document.pk)).status_code == 405, page


def test_address_of_a_page_that_is_not_there_is_a_mistake(document):
    with pytest.raises(NoReverseMatch):
        document.url("nowhere")
