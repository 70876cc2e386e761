"""Signing in and out, the lock after failures, passwords by mail, sessions, own data, preferences."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.org.accounts.devices import device_name
from apps.org.accounts.forms import SignInForm
from apps.org.models import Company, User, UserSession
from tests.factories.org import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db

SIGN_IN = reverse("org:sign-in")
ACCOUNT = reverse("org:account")
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36"


def sign_in(client: Client, user: User, password: str = PASSWORD, **data):
    return client.post(
        SIGN_IN, {"username": user.username, "password": password, **data}, headers={"user-agent": CHROME}
    )


def is_signed_in(client: Client) -> bool:
    return client.get(ACCOUNT).status_code == 200


def test_anonymous_is_sent_to_the_door_and_back():
    user = UserFactory()
    client = Client()
    answer = client.get(ACCOUNT)
    assert answer.url == f"{SIGN_IN}?next={ACCOUNT}"
    assert sign_in(client, user, next=ACCOUNT).url == ACCOUNT


def test_next_never_leads_to_another_site():
    answer = sign_in(Client(), UserFactory(), next="https://evil.example/")
    assert answer.url == reverse("workspace:desk")


@pytest.mark.parametrize("case", ["wrong password", "unknown name", "inactive"])
def test_every_failure_says_the_same(case):
    user = UserFactory(is_active=case != "inactive")
    name = "nobody" if case == "unknown name" else user.username
    password = "wrong" if case == "wrong password" else PASSWORD
    page = Client().post(SIGN_IN, {"username": name, "password": password})
    assert page.status_code == 200
    said = str(SignInForm.error_messages["invalid_login"])
    assert page.context["form"].non_field_errors() == [said]
    assert page.text.count(said) == 1


def test_five_failures_close_the_door_for_this_name_in_the_readers_language():
    user, other = UserFactory(), UserFactory()
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    for _attempt in range(4):
        assert sign_in(client, user, "wrong").status_code == 200
    locked = sign_in(client, user, "wrong")
    assert locked.status_code == 429
    assert "Sign-in is closed for a while" in locked.text
    assert sign_in(client, user).status_code == 429
    assert not is_signed_in(client)
    assert sign_in(Client(), other).status_code == 302


def test_a_new_password_by_mail_opens_the_lock_and_ends_all_sessions(mailoutbox):
    user = UserFactory(language="en")
    elsewhere = Client()
    sign_in(elsewhere, user)
    client = Client()
    for _attempt in range(5):
        sign_in(client, user, "wrong")
    client.post(reverse("org:password-reset"), {"email": user.email.upper()}, HTTP_HOST="localhost")
    [letter] = mailoutbox
    assert letter.to == [user.email]
    [link] = re.findall(r"^(http\S+)$", letter.body, re.MULTILINE)
    assert link.startswith(settings.SITE_URL)
    page = client.get(link.removeprefix(settings.SITE_URL), follow=True)
    form_url = page.redirect_chain[-1][0]
    done = client.post(form_url, {"new_password1": "a-new-secret-1", "new_password2": "a-new-secret-1"})
    assert done.url == reverse("org:password-reset-done")
    assert not is_signed_in(elsewhere)
    assert UserSession.objects.count() == 0
    assert sign_in(client, user, "a-new-secret-1").status_code == 302
    used = Client().get(link.removeprefix(settings.SITE_URL))
    assert "has been used already" in used.text


def test_the_letter_speaks_the_language_of_its_reader(mailoutbox):
    UserFactory(email="zh@example.com", language="zh-hans")
    Client().post(reverse("org:password-reset"), {"email": "zh@example.com"})
    assert "/password/reset/" in mailoutbox[0].body


@pytest.mark.parametrize("email", ["nobody@example.com", "gone@example.com"])
def test_unknown_and_closed_accounts_get_no_letter_and_no_hint(email):
    UserFactory(email="gone@example.com", is_active=False)
    answer = Client().post(reverse("org:password-reset"), {"email": email})
    assert answer.url == reverse("org:password-reset-sent")
    assert Client().get(answer.url).status_code == 200
    assert mail.outbox == []


def test_a_new_employee_without_password_gets_the_first_one_by_mail(mailoutbox):
    user = UserFactory()
    user.set_unusable_password()
    user.save()
    Client().post(reverse("org:password-reset"), {"email": user.email})
    assert [letter.to for letter in mailoutbox] == [[user.email]]


def test_changing_the_password_signs_other_devices_out():
    user = UserFactory()
    here, there = Client(), Client()
    sign_in(here, user)
    sign_in(there, user)
    new = {"old_password": PASSWORD, "new_password1": "a-new-secret-1", "new_password2": "a-new-secret-1"}
    assert here.post(reverse("org:password-change"), new).url == ACCOUNT
    assert is_signed_in(here)
    assert not is_signed_in(there)
    [session] = UserSession.objects.all()
    assert session.session_key == here.session.session_key


def test_sessions_are_listed_and_ended_one_by_one_or_all():
    user = UserFactory()
    here, phone, tablet = Client(), Client(), Client()
    for client in (here, phone, tablet):
        sign_in(client, user)
    page = here.get(reverse("org:sessions"))
    assert [row["device"] for row in page.context["rows"]] == ["Chrome on Windows"] * 3
    assert [row["current"] for row in page.context["rows"]].count(True) == 1
    assert page.context["others"] == 2
    row = UserSession.objects.get(session_key=phone.session.session_key)
    here.post(reverse("org:session-end", args=[row.pk]))
    assert (is_signed_in(here), is_signed_in(phone), is_signed_in(tablet)) == (True, False, True)
    here.post(reverse("org:session-end-others"))
    assert (is_signed_in(here), is_signed_in(tablet)) == (True, False)
    own = UserSession.objects.get()
    here.post(reverse("org:session-end", args=[own.pk]))
    assert not is_signed_in(here)
    assert UserSession.objects.count() == 0


def test_nobody_ends_the_session_of_somebody_else():
    mine, theirs = Client(), Client()
    sign_in(mine, UserFactory())
    sign_in(theirs, UserFactory())
    row = UserSession.objects.get(session_key=theirs.session.session_key)
    assert mine.post(reverse("org:session-end", args=[row.pk])).status_code == 404
    assert is_signed_in(theirs)


def test_sign_out_takes_the_device_off_the_list_and_needs_a_post():
    client = Client()
    sign_in(client, UserFactory())
    assert client.get(reverse("org:sign-out")).status_code == 405
    assert client.post(reverse("org:sign-out")).url == SIGN_IN
    assert UserSession.objects.count() == 0


def test_last_seen_moves_at_most_once_in_five_minutes(django_assert_num_queries):
    client = Client()
    user = UserFactory()
    sign_in(client, user)
    client.get(ACCOUNT)
    long_ago = timezone.now() - timedelta(hours=1)
    UserSession.objects.update(last_seen=long_ago)
    client.get(ACCOUNT)
    assert UserSession.objects.get().last_seen == long_ago
    session = client.session
    session["seen_at"] = long_ago.timestamp()
    session.save()
    client.get(ACCOUNT)
    assert UserSession.objects.get().last_seen > long_ago
    user.refresh_from_db()
    assert user.last_login is not None
    assert user.history.count() == 1


def test_device_names():
    assert device_name(CHROME) == "Chrome on Windows"
    assert device_name("curl/8") == "curl/8"
    assert device_name("") == "Unknown device"


def test_own_data_needs_the_password_for_mail_and_bank_only():
    user = UserFactory(phone="1", email="a@example.com")
    client = Client()
    sign_in(client, user)
    same = {"phone": "139", "email": "a@example.com", "bank_name": "", "bank_account": ""}
    assert client.post(ACCOUNT, same).status_code == 302
    changed = {**same, "bank_account": "6222 0000 1111 2222"}
    page = client.post(ACCOUNT, changed)
    assert page.context["form"].errors == {"current_password": ["Enter your current password to change this."]}
    assert client.post(ACCOUNT, {**changed, "current_password": PASSWORD}).status_code == 302
    user.refresh_from_db()
    assert (user.phone, user.bank_account) == ("139", "6222000011112222")
    latest = user.history.latest()
    assert (latest.history_user, latest.history_change_reason) == (user, "own data")


def test_nobody_takes_the_mail_address_of_a_colleague():
    UserFactory(email="taken@example.com")
    client = Client()
    sign_in(client, UserFactory())
    page = client.post(ACCOUNT, {"phone": "", "email": "TAKEN@example.com", "current_password": PASSWORD})
    assert page.context["form"].errors == {"__all__": ["Another employee already has this e-mail address."]}
    assert page.text.count("Another employee already has this e-mail address.") == 1


def test_language_and_theme_are_remembered_on_the_person():
    user = UserFactory()
    client = Client()
    sign_in(client, user)
    answer = client.post(reverse("org:preferences"), {"language": "zh-hant", "theme": "dark", "next": ACCOUNT})
    assert answer.url == ACCOUNT
    user.refresh_from_db()
    assert (user.language, user.theme) == ("zh-hant", "dark")
    assert user.history.count() == 1
    other_device = Client()
    sign_in(other_device, user)
    page = other_device.get(ACCOUNT, headers={"accept-language": "en"})
    assert page.headers["Content-Language"] == "zh-hant"
    assert 'lang="zh-hant"' in page.text
    assert 'data-theme="dark"' in page.text


def test_the_choice_at_the_door_is_kept_in_a_cookie_and_then_on_the_person():
    user = UserFactory()
    client = Client()
    answer = client.post(reverse("org:preferences"), {"language": "zh-hans", "next": SIGN_IN})
    assert answer.url == SIGN_IN
    assert 'lang="zh-hans"' in client.get(SIGN_IN).text
    sign_in(client, user)
    user.refresh_from_db()
    assert user.language == "zh-hans"


@pytest.mark.parametrize("values", [{"language": "xx"}, {"theme": "pink"}, {"next": "//evil.example"}])
def test_nonsense_preferences_change_nothing_and_lead_nowhere_else(values):
    user = UserFactory()
    client = Client()
    sign_in(client, user)
    assert client.post(reverse("org:preferences"), values).url == ACCOUNT
    user.refresh_from_db()
    assert (user.language, user.theme) == ("", "auto")


def test_language_without_a_choice_is_the_browsers_then_the_companys():
    Company.objects.create(pk=1, name="C", default_language="zh-hans")
    assert 'lang="zh-hant"' in Client().get(SIGN_IN, headers={"accept-language": "zh-TW,en;q=0.5"}).text
    assert 'lang="zh-hans"' in Client().get(SIGN_IN, headers={"accept-language": "fr"}).text


def test_times_are_shown_in_the_companys_zone():
    Company.objects.create(pk=1, name="C", time_zone="Pacific/Kiritimati")
    client = Client()
    sign_in(client, UserFactory())
    page = client.get(reverse("org:sessions"))
    shown = timezone.localtime(UserSession.objects.get().last_seen, ZoneInfo("Pacific/Kiritimati"))
    assert f"{shown:%Y-%m-%d %H:%M}" in page.text


def test_preferences_cost_one_query(django_assert_num_queries):
    client = Client()
    client.get(SIGN_IN)
    with django_assert_num_queries(1):
        client.get(SIGN_IN)
