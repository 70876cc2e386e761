"""Everybody concerned is told once, in their own language, at the cost of one query."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django_tasks_db.models import DBTaskResult

from apps.core import clock
from apps.notifications.models import Notification
from apps.notifications.services import forget, notify
from apps.org.models import Company
from tests.factories.notifications import NotificationFactory
from tests.factories.org import CompanyFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def queue(settings):
    """A real queue, so that what is enqueued can be counted."""
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    return DBTaskResult.objects


def told(user):
    return list(user.notifications.values_list("title", flat=True))


def test_notify_writes_to_each_in_their_own_language():
    people = [UserFactory(language=language) for language in ("en", "zh-hans", "zh-hant")]
    notify(to=people, title=_("Notifications"), body=_("Yes"), url="/inbox/")
    expected = []
    for language in ("en", "zh-hans", "zh-hant"):
        with translation.override(language):
            expected.append((str(_("Notifications")), str(_("Yes")), "/inbox/"))
    rows = Notification.objects.order_by("pk").values_list("title", "body", "url")
    assert list(rows) == expected


def test_notify_uses_the_companys_language_for_who_has_not_chosen():
    CompanyFactory(default_language="zh-hans")
    user = UserFactory()
    notify(to=[user], title=_("Yes"))
    with translation.override("zh-hans"):
        assert told(user) == [str(_("Yes"))]


def test_notify_fills_places_and_keeps_percent_signs_without_them():
    user = UserFactory()
    notify(to=[user], title=_("Ready: %(title)s"), params={"title": _("Yes")})
    notify(to=[user], title="Raised by 100 %", body="50 % more")
    assert told(user) == ["Raised by 100 %", "Ready: Yes"]


def test_notify_tells_each_person_once_and_nobody_who_has_left():
    user, gone = UserFactory(), UserFactory(is_active=False)
    notify(to=[user, gone, user], title="Once")
    assert (told(user), told(gone)) == (["Once"], [])


def test_notify_with_a_key_tells_once_for_ever():
    first, second = UserFactory(), UserFactory()
    notify(to=[first], title="Your turn", key="task-1")
    notify(to=[first, second], title="Your turn", key="task-1")
    notify(to=[first], title="Your turn", key="task-2")
    assert (told(first), told(second)) == (["Your turn", "Your turn"], ["Your turn"])


def test_notify_shortens_what_does_not_fit_a_line():
    user = UserFactory()
    notify(to=[user], title="x" * 300 + "\nBcc: all@example.com")
    assert told(user) == ["x" * 199 + "…"]


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "inbox/"])
def test_notify_leads_nowhere_else(url):
    with pytest.raises(ValueError, match="page of this site"):
        notify(to=[UserFactory()], title="Look", url=url)


def test_notify_belongs_to_the_transaction():
    user = UserFactory()
    with transaction.atomic():
        notify(to=[user], title="Approved")
        transaction.set_rollback(True)
    assert told(user) == []


def test_notify_nobody_costs_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        notify(to=[], title="Silence")


@pytest.mark.parametrize("number", [1, 40])
def test_notify_costs_one_query_and_one_after_the_commit(
    number, django_assert_num_queries, django_capture_on_commit_callbacks
):
    people = [UserFactory(language="en") for _person in range(number)]
    with Company.remembered(), django_assert_num_queries(1), django_capture_on_commit_callbacks() as after:
        notify(to=people, title="Your turn")
    assert len(after) == 1
    with django_assert_num_queries(1):
        after[0]()


def test_mailer_is_woken_once_per_transaction(queue, django_capture_on_commit_callbacks):
    user = UserFactory()
    with django_capture_on_commit_callbacks(execute=True):
        notify(to=[user], title="Your turn")
        notify(to=[user, UserFactory()], title="For information")
    assert queue.count() == 1


@pytest.mark.parametrize(
    ("email", "mail", "age", "woken"),
    [
        ("", True, timedelta(), 1),
        ("a@example.com", False, timedelta(), 0),
        ("a@example.com", True, timedelta(days=2), 0),
    ],
)
def test_nobody_is_mailed_without_address_or_wish_or_about_old_news(
    queue, django_capture_on_commit_callbacks, email, mail, age, woken
):
    """Whoever has no address is not mailed; a chat channel may be told all the same."""
    user = UserFactory(email=email)
    with django_capture_on_commit_callbacks(execute=True), clock.at(timezone.now() - age):
        notify(to=[user], title="Quiet", mail=mail)
    assert [row.mail for row in user.notifications.all()] == ["none"]
    assert queue.count() == woken


def test_forget_keeps_what_is_unread_or_was_read_lately():
    now = timezone.now()
    for days in (1, 400):
        NotificationFactory(title=f"{days} days", read_at=now - timedelta(days=days))
    NotificationFactory(title="unread", created_at=now - timedelta(days=400))
    assert forget(read_before=now - timedelta(days=365)) == 1
    assert set(Notification.objects.values_list("title", flat=True)) == {"1 days", "unread"}
