"""E-mails: none lost, none twice, none to who does not want them."""

import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.utils import timezone

from apps.core.jobs import do_soon
from apps.notifications.mailer import send_due
from apps.notifications.models import Notification
from apps.notifications.services import SEND_MAILS, notify, set_email
from tests.factories.notifications import NotificationFactory
from tests.factories.org import CompanyFactory, UserFactory
from tests.worker import run_worker

pytestmark = pytest.mark.django_db
refusals: list[int] = []


class Moody(EmailBackend):
    """A mail server that refuses as many messages as `refusals` says."""

    def send_messages(self, messages):
        if refusals:
            refusals.pop()
            raise ConnectionRefusedError("mail.internal:25")
        return super().send_messages(messages)


@pytest.fixture
def moody(settings):
    settings.EMAIL_BACKEND = "tests.notifications.test_mailer.Moody"
    yield refusals
    refusals.clear()


def due(**kwargs):
    return NotificationFactory(mail="due", mail_after=timezone.now(), **kwargs)


def states():
    return list(Notification.objects.order_by("pk").values_list("mail", flat=True))


def test_mail_says_it_in_the_recipients_language_with_an_absolute_link(settings):
    settings.SITE_URL = "https://erp.example.com"
    CompanyFactory()
    user = UserFactory(email="zhang@example.com", language="en")
    notify(to=[user], title="FYBX-2026-0012 needs your decision", body="From <Li Na> & co.", url="/inbox/")
    assert send_due() == 1
    [message] = mail.outbox
    pk = user.notifications.get().pk
    assert (message.subject, message.to) == ("FYBX-2026-0012 needs your decision", ["zhang@example.com"])
    assert f"Open it: https://erp.example.com/notifications/{pk}/open/" in message.body
    assert "From <Li Na> & co." in message.body
    assert "Test Agency Co., Ltd." in message.body
    [html] = message.alternatives
    assert "From &lt;Li Na&gt; &amp; co." in html.content
    assert message.extra_headers == {"Message-ID": f"<notification-{pk}@erp.example.com>"}


def test_mail_is_sent_once():
    due()
    assert (send_due(), send_due(), states()) == (1, 0, ["sent"])


def test_mail_goes_out_after_the_commit_by_itself(settings, django_capture_on_commit_callbacks):
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    with django_capture_on_commit_callbacks(execute=True):
        notify(to=[UserFactory(), UserFactory()], title="Your turn")
    assert mail.outbox == []
    run_worker()
    assert [message.subject for message in mail.outbox] == ["Your turn", "Your turn"]


def test_mail_is_not_sent_to_who_switched_it_off_or_left_meanwhile():
    willing, unwilling, gone, unreachable = (UserFactory() for _person in range(4))
    for user in (willing, unwilling, gone, unreachable):
        due(recipient=user)
    set_email(user=unwilling, email="off")
    type(gone).objects.filter(pk=gone.pk).update(is_active=False)
    type(gone).objects.filter(pk=unreachable.pk).update(email="")
    assert send_due() == 1
    assert states() == ["sent", "unwanted", "unwanted", "unwanted"]


def test_refused_mail_waits_and_the_others_leave(moody):
    moody[:] = [1]
    due()
    due()
    before = timezone.now()
    assert send_due() == 1
    assert states() == ["due", "sent"]
    waiting = Notification.objects.get(mail="due")
    assert timedelta(minutes=1) <= waiting.mail_after - before < timedelta(minutes=2)
    assert send_due() == 0
    Notification.objects.update(mail_after=before)
    assert (send_due(), states(), len(mail.outbox)) == (1, ["sent", "sent"], 2)


def test_mail_is_given_up_after_five_refusals(moody, caplog):
    moody[:] = [1] * 9
    due()
    for _attempt in range(6):
        send_due()
        Notification.objects.update(mail_after=timezone.now())
    assert (states(), len(moody)) == (["failed"], 4)
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [ConnectionRefusedError] * 5


def test_mail_of_a_killed_mailer_goes_out_again_under_the_same_name_after_its_lease():
    row = due()
    assert send_due() == 1
    lease_over = Notification.objects.get().mail_after
    assert lease_over > timezone.now() + timedelta(minutes=9)
    Notification.objects.update(mail="due")  # killed after handing over, before marking it as sent
    assert send_due() == 0
    Notification.objects.update(mail_after=timezone.now())
    assert send_due() == 1
    assert {message.extra_headers["Message-ID"] for message in mail.outbox} == {f"<notification-{row.pk}@127.0.0.1>"}


def test_a_hundred_mails_and_more_leave_in_one_go():
    NotificationFactory.create_batch(103, recipient=UserFactory(), mail="due", mail_after=timezone.now())
    assert send_due() == 103


def test_chore_of_the_mailer_is_known():
    due()
    do_soon(SEND_MAILS)
    assert states() == ["sent"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_mailers_send_each_mail_once():
    NotificationFactory.create_batch(60, recipient=UserFactory(), mail="due", mail_after=timezone.now())
    start = threading.Barrier(3)
    sent = []

    def run():
        try:
            start.wait()
            sent.append(send_due())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _mailer in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sum(sent), len(mail.outbox)) == (60, 60)
