"""One e-mail a day for those who want it so: at the company's hour, once, with what they have not read."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from apps.notifications import digest
from apps.notifications.mailer import send_due
from apps.notifications.models import Notification, NotificationSettings
from apps.notifications.services import notify, set_email
from tests.factories.notifications import NotificationFactory
from tests.factories.org import CompanyFactory, UserFactory
from tests.notifications.test_mailer import Moody, moody, states  # noqa: F401 - fixture

pytestmark = pytest.mark.django_db


@pytest.fixture
def daily():
    user = UserFactory(email="zhang@example.com", language="en")
    set_email(user=user, email="daily")
    return user


def due_now():
    Notification.objects.filter(mail="digest").update(mail_after=timezone.now())


@pytest.mark.parametrize(
    ("now", "hour", "moment"),
    [
        ("2026-11-23T23:59:00+00:00", 8, "2026-11-24T00:00:00+00:00"),
        ("2026-11-24T00:00:00+00:00", 8, "2026-11-25T00:00:00+00:00"),
        ("2026-11-24T09:00:00+00:00", 0, "2026-11-24T16:00:00+00:00"),
    ],
)
def test_the_hour_is_the_companys(now, hour, moment):
    CompanyFactory(time_zone="Asia/Shanghai")
    assert digest.next_moment(datetime.fromisoformat(now), hour=hour) == datetime.fromisoformat(moment)


def test_what_happens_waits_for_the_hour_and_goes_out_as_one_mail(daily, settings):
    settings.SITE_URL = "https://erp.example.com"
    CompanyFactory()
    other = UserFactory()
    for number in range(3):
        notify(to=[daily, other], title=f"Paper {number}", body="From <Li Na>", url="/inbox/")
    assert send_due() == 3
    assert [message.to for message in mail.outbox] == [[other.email]] * 3
    assert list(daily.notifications.values_list("mail", flat=True)) == ["digest"] * 3
    assert send_due() == 0
    mail.outbox.clear()
    due_now()
    assert (send_due(), send_due()) == (1, 0)
    [message] = mail.outbox
    assert (message.subject, message.to) == ("3 notifications for you", ["zhang@example.com"])
    newest = daily.notifications.latest("pk").pk
    assert f"- Paper 2\n  https://erp.example.com/notifications/{newest}/open/" in message.body
    assert message.body.index("Paper 2") < message.body.index("Paper 0")
    assert "From &lt;Li Na&gt;" in message.alternatives[0].content
    assert states().count("sent") == 6


def test_the_mail_is_in_the_persons_language():
    user = UserFactory(language="zh-hans")
    NotificationFactory(recipient=user, mail="digest", mail_after=timezone.now())
    send_due()
    assert mail.outbox[0].subject == "您有 1 条通知"


def test_what_was_read_is_left_out_and_nothing_left_is_no_mail(daily):
    NotificationFactory.create_batch(2, recipient=daily, mail="digest", mail_after=timezone.now())
    NotificationFactory(recipient=daily, title="unread", mail="digest", mail_after=timezone.now())
    daily.notifications.exclude(title="unread").update(read_at=timezone.now())
    assert send_due() == 1
    assert mail.outbox[0].subject == "1 notification for you"
    NotificationFactory(recipient=daily, read_at=timezone.now(), mail="digest", mail_after=timezone.now())
    assert send_due() == 0
    assert states() == ["sent", "sent", "sent", "unwanted"]


def test_empty_days_send_nothing(daily):
    assert send_due() == 0
    assert mail.outbox == []


def test_a_very_long_day_is_cut_and_counted(daily):
    NotificationFactory.create_batch(103, recipient=daily, mail="digest", mail_after=timezone.now())
    send_due()
    assert mail.outbox[0].subject == "103 notifications for you"
    assert "3 more" in mail.outbox[0].body


def test_a_refused_mail_is_tried_again_and_given_up_after_five(daily, moody):  # noqa: F811
    moody[:] = [1] * 9
    NotificationFactory.create_batch(2, recipient=daily, mail="digest", mail_after=timezone.now())
    before = timezone.now()
    assert send_due() == 0
    waiting = Notification.objects.first()
    assert waiting.mail == "digest"
    assert timedelta(minutes=1) <= waiting.mail_after - before < timedelta(minutes=2)
    for _try in range(5):
        due_now()
        send_due()
    assert (states(), len(moody)) == (["failed", "failed"], 4)


def test_who_left_or_lost_the_address_gets_none(daily):
    NotificationFactory(recipient=daily, mail="digest", mail_after=timezone.now())
    type(daily).objects.filter(pk=daily.pk).update(email="")
    assert (send_due(), states()) == (0, ["unwanted"])


def test_another_choice_counts_for_what_waits(daily):
    NotificationFactory(recipient=daily, mail="digest", mail_after=timezone.now() + timedelta(hours=9))
    set_email(user=daily, email="at_once")
    assert (send_due(), states()) == (1, ["sent"])
    NotificationFactory(recipient=daily, mail="digest", mail_after=timezone.now())
    set_email(user=daily, email="off")
    assert (send_due(), states()) == (0, ["sent", "unwanted"])


def test_another_hour_counts_for_what_waits(daily):
    NotificationFactory(recipient=daily, mail="digest", mail_after=timezone.now() + timedelta(days=3))
    NotificationSettings.objects.create(pk=1, digest_hour=5)
    digest.move_to(5)
    assert Notification.objects.get().mail_after == digest.next_moment()


def test_people_choose_it_on_their_page(client):
    user = UserFactory()
    client.force_login(user)
    assert "Once a day" in client.get("/notifications/preferences/").text
    client.post("/notifications/preferences/", {"email": "daily"})
    assert user.notification_preference.email == "daily"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_send_each_daily_mail_once():
    for _person in range(8):
        NotificationFactory.create_batch(
            5, recipient=UserFactory(), mail="digest", mail_after=datetime(2026, 1, 1, tzinfo=UTC)
        )
    start = threading.Barrier(3)

    def run():
        try:
            start.wait()
            send_due()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _mailer in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(mail.outbox) == len({message.to[0] for message in mail.outbox}) == 8
