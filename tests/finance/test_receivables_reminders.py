"""Reminding clients: once per period, by e-mail, kept; several at once with a result for each."""

import datetime as dt
from decimal import Decimal

import pytest
from django.core import mail
from django.urls import reverse

from apps.core import clock
from apps.core.errors import Forbidden, Refused
from apps.core.jobs import Job
from apps.finance.receivables.models import PaymentReminder, ReceivablesSettings
from apps.finance.receivables.services import send_each, send_reminder
from apps.service.clients.services import merge
from tests.factories import billing
from tests.factories.billing import issued, receivable, received
from tests.factories.org import UserFactory
from tests.factories.service import client_of, contact_of
from tests.story import story_of

LONG_AGO = dt.timedelta(days=100)


@pytest.fixture
def cast(db):
    return billing.cast()


@pytest.fixture
def late(cast):
    """An invoice that is 70 days late, and somebody to write to."""
    contact_of(cast.client, email="mei@example.com", is_primary=True)
    with clock.at(clock.now() - LONG_AGO):
        return issued(cast)


def refused(call, *args, **values) -> tuple[str, dict]:
    with pytest.raises(Refused) as error:
        call(*args, **values)
    return str(error.value), error.value.fields


def url(page, *args) -> str:
    return reverse(f"finance:{page}", args=args)


def test_client_is_reminded_of_what_is_overdue(cast, late):
    issued(cast)  # not due yet
    reminder = send_reminder(cast.client, by=cast.accountant)
    assert (reminder.to, reminder.overdue) == ("mei@example.com", Decimal("10600.00"))
    assert list(reminder.invoices.all()) == [late]
    assert late.invoice_number in reminder.text
    assert "Dear Mei Lin," in reminder.text
    assert "70 days ago): ¥10,600.00" in reminder.text


def test_it_goes_out_in_the_background_once(cast, late):
    send_reminder(cast.client, by=cast.accountant, subject="Please  pay", text="Now.\r\nPlease.", to="pay@example.com")
    reminder = PaymentReminder.objects.get()
    assert (reminder.subject, reminder.text, reminder.to) == ("Please pay", "Now.\nPlease.", "pay@example.com")
    job = Job.objects.get()
    assert (job.key, job.requested_by) == (f"payment-reminder-{reminder.pk}", cast.accountant)


def test_once_per_period(cast, late):
    ReceivablesSettings.objects.create(pk=1, remind_every_days=10)
    today = clock.today()
    send_reminder(cast.client, by=cast.accountant)
    free = today + dt.timedelta(days=10)
    sentence = f"Reminded on {today} already; the next reminder may go on {free}."
    assert refused(send_reminder, cast.client, by=cast.director) == (sentence, {})
    with clock.at(clock.now() + dt.timedelta(days=9)):
        refused(send_reminder, cast.client, by=cast.director)
    with clock.at(clock.now() + dt.timedelta(days=10)):
        send_reminder(cast.client, by=cast.director)
    assert PaymentReminder.objects.count() == 2


@pytest.mark.parametrize("person", ["cashier", "auditor", "executive", "staff", "outsider"])
def test_only_finance_reminds(cast, late, person):
    with pytest.raises(Forbidden, match="Your role does not remind clients"):
        send_reminder(cast.client, by=getattr(cast, person))
    with pytest.raises(Forbidden):
        send_each([(cast.client, {})], by=UserFactory(username="root", is_superuser=True))


def test_what_stands_in_the_way(cast):
    sentence, _fields = refused(send_reminder, cast.client, by=cast.accountant)
    assert sentence == f"Nothing of {cast.client} is overdue."
    with clock.at(clock.now() - LONG_AGO):
        issued(cast)
    assert set(refused(send_reminder, cast.client, by=cast.accountant)[1]) == {"to"}
    assert refused(send_reminder, cast.client, by=cast.accountant, to="nobody")[1] == {
        "to": ["Enter a valid e-mail address."]
    }
    assert refused(send_reminder, cast.client, by=cast.accountant, to="a@b.cn", subject="x" * 201)[1] == {
        "subject": ["A subject has at most 200 characters."]
    }
    received(cast, "10600.00", amounts="oldest")
    assert refused(send_reminder, cast.client, by=cast.accountant, to="a@b.cn")[0].startswith("Nothing of")
    assert not PaymentReminder.objects.exists()


def test_the_past_is_not_mailed(cast, late):
    with clock.at(clock.now() - dt.timedelta(days=30)):
        reminder = send_reminder(cast.client, by=cast.accountant)
    assert clock.local_day(reminder.sent_at) == clock.today() - dt.timedelta(days=30)
    assert (Job.objects.count(), mail.outbox) == (0, [])


def test_several_at_once_with_a_result_for_each(cast, late, client):
    silent = client_of(cast.staff, name="Silent")
    with clock.at(clock.now() - LONG_AGO):
        issued(cast, receivable(cast, "50.00", client=silent))
    client.force_login(cast.accountant)
    where = client.post(url("reminder-overdue"), {"write": "1", "clients": [cast.client.pk, silent.pk]}).url
    page = client.get(where)
    assert [letter["client"].name for letter in page.context["letters"]] == [cast.client.name, "Silent"]
    typed = {
        f"c{letter['client'].pk}-{name}": letter["form"][name].value() or ""
        for letter in page.context["letters"]
        for name in ("to", "subject", "text")
    }
    answer = client.post(where, typed)
    assert answer.status_code == 422
    assert [letter["client"].name for letter in answer.context["letters"]] == ["Silent"]
    (letter,) = answer.context["letters"]
    assert list(letter["form"].errors) == ["to"]
    assert [str(message) for message in answer.context["messages"]] == [
        "1 reminder is on its way.",
        "Not sent to Silent. Nobody at Silent has an e-mail address in the client file; enter one.",
    ]
    assert PaymentReminder.objects.get().client == cast.client
    done = client.post(where, {**typed, f"c{silent.pk}-to": "silent@example.com"}, follow=True)
    assert done.status_code == 200
    assert PaymentReminder.objects.count() == 2
    assert client.post(where, typed).status_code == 422  # nobody is left to write to


def test_who_sees_reminders(cast, late, client):
    reminder = send_reminder(cast.client, by=cast.accountant)
    for name, status in (("staff", 200), ("head", 200), ("auditor", 200), ("outsider", 404)):
        client.force_login(getattr(cast, name))
        assert client.get(reminder.get_absolute_url()).status_code == status
        found = client.get(url("reminder-list")).context["page"].rows
        assert found == ([reminder] if status == 200 else [])
    client.force_login(cast.staff)
    assert client.get(url("reminder-write")).status_code == 403
    assert client.post(url("reminder-overdue"), {"clients": [cast.client.pk]}).status_code == 403
    text = story_of(client, cast.client)
    assert reminder.get_absolute_url() in text
    assert url("statement") not in text
    assert reminder.get_absolute_url() in client.get(late.get_absolute_url()).content.decode()


def test_reminders_follow_a_merged_client(cast, late):
    reminder = send_reminder(cast.client, by=cast.accountant)
    other = client_of(cast.staff, name="Other")
    merge(source=cast.client, target=other, by=UserFactory(username="root", is_superuser=True), reason="The same")
    assert PaymentReminder.objects.get(pk=reminder.pk).client == other


# ---- settings ----


def test_settings_are_changed_with_a_reason(cast, client):
    client.force_login(cast.director)
    page = url("receivablessettings")
    assert b"demo value" in client.get(page).content
    form = client.get(page).context["form"]
    typed = {"version": form["version"].value(), "change_reason": "Policy", "default_tax_rate": "0.06"}
    typed |= {"buckets": "60,0,30,30", "remind_every_days": "14"}
    assert client.post(page, {**typed, "default_tax_rate": "6"}).context["form"].errors == {
        "default_tax_rate": ["Write 6 % as 0.06."]
    }
    assert client.post(page, typed).status_code == 302
    stored = ReceivablesSettings.current()
    assert (stored.buckets, stored.remind_every_days, stored.is_demo_value) == ("30,60", 14, False)
    assert client.get(url("receivablessettings-history")).status_code == 200
    client.force_login(cast.accountant)
    assert client.get(page).url == url("receivablessettings-history")
    client.force_login(cast.staff)
    assert client.get(page).status_code == 403
