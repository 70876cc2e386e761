"""Only whose turn it is is asked: what asks for nothing any more is put away, with the mail that has not left."""

import pytest
from django.core import mail
from django.db import connection

from apps.core.jobs import do_soon
from apps.documents import services
from apps.notifications.models import Notification
from apps.notifications.services import SEND_MAILS
from tests.factories.documents import submitted

pytestmark = pytest.mark.django_db


@pytest.fixture
def memo(people, two_steps):
    """Waits for fay and finn, either of whom decides."""
    two_steps()
    return services.approve(submitted(people.alice), by=people.bob)


def asked():
    rows = Notification.objects.unread().filter(topic__in=["turn", "reminder"])
    return sorted(rows.values_list("recipient__username", flat=True))


def test_whose_turn_it_is_is_asked(memo):
    do_soon(SEND_MAILS)
    assert asked() == ["fay", "finn"]


def test_who_has_decided_is_asked_no_longer_and_not_mailed(people, memo):
    assert asked() == ["bob", "fay", "finn"]
    do_soon(SEND_MAILS)
    assert asked() == ["fay", "finn"]
    assert {row.mail for row in Notification.objects.filter(recipient=people.bob)} == {"unwanted"}
    assert people.bob.email not in [message.to[0] for message in mail.outbox]


def test_a_colleague_who_was_slower_is_asked_no_longer(people, memo):
    services.approve(memo, by=people.fay)
    do_soon(SEND_MAILS)
    assert asked() == []
    assert [message.to for message in mail.outbox] == [[people.alice.email]]


def test_who_has_passed_it_on_is_asked_no_longer(people, memo):
    services.transfer(memo, by=people.fay, to=people.sam, reason="On leave")
    do_soon(SEND_MAILS)
    assert asked() == ["finn", "sam"]


def test_a_withdrawn_paper_asks_nobody(people, two_steps):
    two_steps()
    memo = submitted(people.alice)
    services.withdraw(memo, by=people.alice)
    do_soon(SEND_MAILS)
    assert (asked(), mail.outbox) == ([], [])


def test_what_tells_something_stays(people, memo):
    services.comment(memo, by=people.alice, text="Soon, please")
    services.approve(memo, by=people.fay)
    do_soon(SEND_MAILS)
    titles = Notification.objects.unread().filter(recipient=people.finn).values_list("topic", flat=True)
    assert list(titles) == ["comment"]


def test_it_is_looked_at_after_each_decision_that_tells_nobody(people, two_steps, django_capture_on_commit_callbacks):
    two_steps(mode="all")
    memo = services.approve(submitted(people.alice), by=people.bob)
    do_soon(SEND_MAILS)
    connection.run_on_commit.clear()  # what came before belongs to another transaction
    with django_capture_on_commit_callbacks(execute=True):
        services.approve(memo, by=people.fay)
    assert asked() == ["finn"]
