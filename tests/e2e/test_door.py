"""Signing in and out, and what the site remembers of a person."""

import re

import pytest
from django.conf import settings
from django.core import mail
from playwright.sync_api import expect

from tests.e2e.conftest import DESKTOP, PHONE
from tests.factories.org import PASSWORD

pytestmark = pytest.mark.e2e


def sign_in(page, user, password=PASSWORD) -> None:
    page.get_by_label("User name").fill(user.username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_in_and_out(window, team, width):
    page = window(width=width)
    page.goto("/account/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    sign_in(page, team.staff, "not the password")
    expect(page.get_by_role("alert")).to_contain_text("The user name or the password is not right.")
    sign_in(page, team.staff)
    expect(page.get_by_role("heading", level=1)).to_have_text(team.staff.name)
    page.get_by_role("button", name="Account of").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto("/account/")
    expect(page).to_have_url(re.compile("/sign-in/"))


def test_a_click_before_the_scripts_are_there_is_not_lost(window, team):
    page = window(team.staff)
    held = []
    page.route("**/bootstrap.bundle*", lambda route: held.append(route))
    page.goto("/account/", wait_until="commit")
    page.get_by_role("button", name="Account of").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_hidden()
    held[0].continue_()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def test_the_door_closes_after_five_failures_and_a_new_password_opens_it(window, team, site):
    page = window(expects=(403, 429))
    page.goto("/sign-in/")
    for _attempt in range(5):
        sign_in(page, team.staff, "wrong")
        page.wait_for_load_state()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign-in is closed for a while")
    page.get_by_role("link", name="Set a new password").click()
    page.get_by_label("E-mail").fill(team.staff.email)
    page.get_by_role("button", name="Send the link").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page).to_have_url(re.compile("/password/reset/sent/"))
    (letter,) = mail.outbox
    assert letter.to == [team.staff.email]
    link = re.search(r"https?://\S+", letter.body)[0]
    page.goto(link.replace(settings.SITE_URL, site))
    for box in page.locator("input[type=password]").all():
        box.fill("a much better secret")
    page.locator("form [type=submit]").first.click()
    page.goto("/sign-in/")
    sign_in(page, team.staff, "a much better secret")
    expect(page.get_by_role("button", name="Account of")).to_be_visible()


def test_language_and_theme_are_remembered(window, team):
    page = window(team.staff)
    page.goto("/")
    page.get_by_role("button", name="Language").click()
    page.get_by_role("button", name="简体中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
    page.get_by_role("button", name="外观").click()
    with page.expect_response("**/preferences/"):
        page.get_by_role("button", name="深色").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    elsewhere = window(team.staff, width=PHONE)
    elsewhere.goto("/inbox/")
    expect(elsewhere.locator("html")).to_have_attribute("lang", "zh-hans")
    expect(elsewhere.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(elsewhere.get_by_role("heading", level=1)).to_have_text("收件箱")


def test_a_device_is_signed_out_from_another(window, team):
    here, there = window(), window()
    for page in (there, here):
        page.goto("/sign-in/")
        sign_in(page, team.staff)
        expect(page.get_by_role("button", name="Account of")).to_be_visible()
    here.goto("/account/sessions/")
    here.locator("form[action*='end']").first.get_by_role("button").click()
    if here.locator("#confirm-dialog").is_visible():
        here.locator("#confirm-dialog button[value=ok]").click()
    expect(here.locator("#toasts .toast-message")).to_be_visible()
    there.goto("/account/")
    expect(there).to_have_url(re.compile("/sign-in/"))
