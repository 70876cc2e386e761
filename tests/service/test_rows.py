"""Contact persons, preferences and the contact log, through their pages."""

import datetime as dt

import pytest
from django.urls import reverse

from apps.core import clock
from apps.core.errors import Refused
from apps.service.clients import services
from apps.service.clients.models import Client, ClientGrade, Contact, ContactLog
from tests.factories.service import ClientGradeFactory, client_of, contact_of, log_of, preference_of
from tests.story import parts_of, story_of

pytestmark = pytest.mark.django_db


def url(page, *args):
    return reverse(f"service:{page}", args=args)


def stamp(moment):
    return clock.timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M")


def test_the_first_person_is_the_primary_contact_and_a_new_one_takes_over(cast, as_):
    client = client_of(cast.alice)
    http, new = as_("alice"), url("contact-create", client.pk)
    assert http.get(new).context["form"]["is_primary"].value() is True
    http.post(new, {"name": "Mei", "is_primary": "on", "active": "on", "mobile": "13900001111"})
    assert http.get(new).context["form"]["is_primary"].value() is False
    http.post(new, {"name": "Jun", "is_primary": "on", "active": "on"})
    assert list(client.contacts.order_by("pk").values_list("name", "is_primary")) == [("Mei", False), ("Jun", True)]
    mei = Contact.objects.get(name="Mei")
    assert mei.history.first().history_change_reason == "Jun is the primary contact now"
    page = http.get(url("contact-history", mei.pk))
    assert "Jun is the primary contact now" in page.text


def test_somebody_who_left_is_no_primary_contact(cast, as_):
    contact = contact_of(client_of(cast.alice), is_primary=True)
    http, page = as_("alice"), url("contact-update", contact.pk)
    version = http.get(page).context["form"]["version"].value()
    answer = http.post(page, {"name": "Mei Lin", "is_primary": "on", "version": version})
    said = ["The primary contact is somebody who is still there."]
    assert answer.context["form"].non_field_errors() == said


def test_preferences_are_noted_changed_and_removed(cast, as_):
    client = client_of(cast.alice)
    http = as_("alice")
    http.post(url("clientpreference-create", client.pk), {"topic": "Reports", "value": "Weekly"})
    preference = client.preferences.get()
    page = url("clientpreference-update", preference.pk)
    version = http.get(page).context["form"]["version"].value()
    http.post(page, {"topic": "Reports", "value": "Monthly", "version": version})
    assert client.preferences.get().value == "Monthly"
    assert http.post(url("clientpreference-remove", preference.pk)).url == client.get_absolute_url()
    assert client.preferences.count() == 0
    assert preference.history.first().history_change_reason == "no longer holds"
    client.refresh_from_db()
    assert "preferences" not in client.filled_fields()


def test_a_contact_is_recorded_with_what_was_heard(cast, as_):
    client = client_of(cast.alice)
    mei = contact_of(client, is_primary=True)
    http = as_("alice")
    page = url("contactlog-create", client.pk)
    assert http.get(page).context["form"]["contact"].value() == mei.pk
    next_on = clock.today() + dt.timedelta(days=10)
    typed = {
        "at": stamp(clock.now() - dt.timedelta(hours=1)),
        "channel": "visit",
        "contact": mei.pk,
        "summary": "Plans for autumn",
        "next_contact_on": next_on.isoformat(),
        "preference_topic": "Reports",
        "preference_value": "Weekly",
    }
    half = http.post(page, typed | {"preference_value": ""})
    assert half.context["form"].errors == {"preference_value": ["Fill in both, or neither."]}
    assert http.post(page, typed).status_code == 302
    client.refresh_from_db()
    assert (client.contacted_on, client.next_contact_on) == (clock.today(), next_on)
    assert (client.logs.get().by, client.preferences.get().value) == (cast.alice, "Weekly")
    assert client.history.count() == 1


def test_times_of_contacts_make_sense(cast, as_):
    client = client_of(cast.alice)
    stranger = contact_of(client_of(cast.alice, "Other"))
    tomorrow = clock.now() + dt.timedelta(days=1)
    page = as_("alice").post(
        url("contactlog-create", client.pk), {"at": stamp(tomorrow), "channel": "phone", "summary": "x"}
    )
    assert "can't lie in the future" in page.context["form"].errors["at"][0]
    with pytest.raises(Refused, match="belongs to another client"):
        log_of(client, cast.alice, contact=stranger)
    with pytest.raises(Refused, match="can't lie before this one"):
        log_of(client, cast.alice, next_contact_on=clock.today() - dt.timedelta(days=1))
    assert ContactLog.objects.count() == 0


def test_the_latest_contact_counts_in_whatever_order_they_are_entered(cast):
    client = client_of(cast.alice)
    log_of(client, cast.alice, days_ago=2)
    log_of(client, cast.alice, days_ago=20, next_contact_on=clock.today() - dt.timedelta(days=9))
    client.refresh_from_db()
    assert client.contacted_on == clock.today() - dt.timedelta(days=2)
    assert client.next_contact_on is None


def test_entries_are_corrected_by_their_author_and_by_who_keeps_the_file(cast, as_):
    pooled = client_of(None)
    entry = log_of(pooled, cast.alice)
    page = url("contactlog-update", entry.pk)
    assert [as_(who).get(page).status_code for who in ("alice", "tom", "sam", "olga")] == [200, 403, 200, 404]
    http = as_("alice")
    version = http.get(page).context["form"]["version"].value()
    typed = {"at": stamp(entry.at), "channel": "email", "summary": "Corrected", "version": version}
    http.post(page, typed)
    entry.refresh_from_db()
    assert (entry.summary, entry.channel, entry.by) == ("Corrected", "email", cast.alice)
    assert "Corrected" in as_("sam").get(url("contactlog-history", entry.pk)).text
    with pytest.raises(Refused, match="take it first"):
        services.save_log(entry, by=cast.tom)


def test_clients_wait_by_promise_and_by_grade(cast, as_):
    grades = {"A": 30, "B": 60}
    made = {code: ClientGradeFactory(code=code, contact_days=days) for code, days in grades.items()}
    clients = {}
    for name, grade, days_ago in (("a29", "A", 29), ("a30", "A", 30), ("b59", "B", 59), ("b60", "B", 60)):
        clients[name] = client_of(cast.alice, name, grade=made[grade])
        log_of(clients[name], cast.alice, days_ago=days_ago)
    today, day = clock.today(), dt.timedelta(days=1)
    for name, promised in (("today", today), ("tomorrow", today + day)):
        clients[name] = client_of(cast.alice, name, grade=made["A"])
        log_of(clients[name], cast.alice, days_ago=90, next_contact_on=promised)
    clients["ungraded"] = client_of(cast.alice, "ungraded", entered_on=today - 400 * day)
    clients["ended"] = client_of(cast.alice, "ended", grade=made["A"], status="ended", entered_on=today - 400 * day)
    expected = {clients[name] for name in ("a30", "b60", "today")}
    assert set(Client.objects.to_contact(ClientGrade.objects.all())) == expected
    rows = as_("alice").get(url("clients-to-contact")).context["page"].rows
    assert set(rows) == expected
    assert [row.contact_due_on <= today for row in rows] == [True, True, True]
    assert list(as_("tom").get(url("clients-to-contact")).context["page"].rows) == []


def test_the_story_tells_everything_in_one_order(cast, as_):
    client = client_of(cast.alice, needs="Visas before June")
    contact_of(client, is_primary=True)
    preference_of(client, "Invoices", "electronic")
    log_of(client, cast.alice, summary="Asked for an offer", outcome="Offer by Friday")
    services.review(client, by=cast.alice, fields=["name", "needs"], comment="by phone")
    client.phone = "021-55501111"
    services.save_client(client, by=cast.alice, reason="new number")
    http = as_("alice")
    page, parts = story_of(http, client), parts_of(http, client)
    titles = [entry.title for entry in parts["timeline"]["entries"]]
    assert titles == ["File changed", "File reviewed", "Telephone", "File begun"]
    assert parts["timeline"]["entries"][0].lines == ["Phone: – → 021-55501111"]
    for text in ("Visas before June", "Asked for an offer", "Offer by Friday", "electronic", "by phone", "Mei Lin"):
        assert text in page
