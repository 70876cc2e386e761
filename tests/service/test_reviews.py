"""Files are reviewed on a schedule (clause 4.1.3)."""

import datetime as dt

import pytest
from django.urls import reverse

from apps.core import clock
from apps.notifications.models import Notification
from apps.service.clients.models import Client, ClientSettings
from apps.service.clients.services import remind_of_reviews
from apps.service.jobs import review_reminders
from tests.factories.service import client_of, contact_of

pytestmark = pytest.mark.django_db


def entered(owner, name, days_ago, **values):
    return client_of(owner, name, entered_on=clock.today() - dt.timedelta(days=days_ago), **values)


def test_files_are_due_half_a_year_after_the_last_review(cast, as_):
    entered(cast.alice, "fresh", 179)
    due = entered(cast.alice, "due", 180)
    older = entered(cast.tom, "older", 400)
    entered(cast.alice, "ended", 400, status="ended")
    rows = as_("sam").get(reverse("service:reviews-due")).context["page"].rows
    assert [row for row in rows] == [older, due]  # noqa: C416  a page of rows
    assert list(as_("alice").get(reverse("service:reviews-due")).context["page"].rows) == [due]


def test_a_review_confirms_fields_and_starts_the_next_round(cast, as_):
    client = entered(cast.alice, "due", 200, phone="021-55501111")
    contact_of(client, is_primary=True)
    http, page = as_("alice"), reverse("service:client-review", args=[client.pk])
    choices = [name for name, _words in http.get(page).context["form"].fields["fields_confirmed"].choices]
    assert choices == ["name", "phone", "contact"]
    refused = http.post(page, {"comment": "nothing ticked"})
    assert refused.context["form"].errors["fields_confirmed"] == ["Confirm at least one field."]
    assert http.post(page, {"fields_confirmed": ["name", "phone"]}).url == client.get_absolute_url()
    client.refresh_from_db()
    assert client.reviewed_on == clock.today()
    assert client.reviews.get().fields == ["name", "phone"]
    assert set(client.field_checks.values_list("field", "by")) == {("name", cast.alice.pk), ("phone", cast.alice.pk)}
    assert Client.objects.due_for_review(180).count() == 0
    http.post(page, {"fields_confirmed": ["phone"]})
    assert (client.reviews.count(), client.field_checks.count()) == (2, 2)


def test_owners_are_told_once_per_client_and_round(cast):
    client = entered(cast.alice, "Due Ltd", 180)
    entered(None, "pooled", 400)
    assert [remind_of_reviews(), remind_of_reviews()] == [1, 0]
    told = Notification.objects.get()
    assert (told.recipient, told.title, told.url) == (
        cast.alice,
        "The file of Due Ltd is due for review",
        reverse("service:client-review", args=[client.pk]),
    )
    Client.objects.filter(pk=client.pk).update(reviewed_on=clock.today() - dt.timedelta(days=190))
    review_reminders()
    assert Notification.objects.count() == 2


def test_the_interval_is_a_setting_with_a_history(cast, as_):
    client = entered(cast.alice, "Due Ltd", 100)
    page = reverse("service:clientsettings")
    assert as_("alice").get(page).status_code == 403
    http = as_("sam")
    form = http.get(page).context["form"]
    assert form["review_days"].value() == 180
    typed = {"review_days": "90", "version": form["version"].value(), "change_reason": "closer"}
    assert http.post(page, typed).status_code == 302
    assert ClientSettings.current().review_days == 90
    assert list(http.get(reverse("service:reviews-due")).context["page"].rows) == [client]
    assert "closer" in http.get(reverse("service:clientsettings-history")).text
