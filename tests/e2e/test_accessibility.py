"""Every main page: labels, headings, ids, contrast, width; and the main path by keyboard alone."""

import pytest
from playwright.sync_api import expect

from apps.documents import services
from tests.e2e.conftest import DESKTOP, PHONE

pytestmark = pytest.mark.e2e

CHECKS = """() => {
  const found = [];
  const shown = (element) => element.checkVisibility({visibilityProperty: true, opacityProperty: true});
  const say = (what, element) => found.push(`${what}: ${element.outerHTML.slice(0, 120)}`);
  const named = (element) => element.labels?.length || element.getAttribute("aria-label") || element.title
    || document.getElementById(element.getAttribute("aria-labelledby") ?? "");
  const boxes = "input:not([type=hidden], [type=submit], .visually-hidden), select:not(.tomselected), textarea";
  for (const box of document.querySelectorAll(boxes))
    if (!named(box) && shown(box)) say("no label", box);
  for (const button of document.querySelectorAll("button, a[href]"))
    if (shown(button) && !button.textContent.trim() && !named(button)) say("no name", button);
  const titles = [...document.querySelectorAll("h1")].filter(shown);
  if (titles.length !== 1) found.push(`${titles.length} h1`);
  let level = 0;
  for (const heading of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    if (!shown(heading)) continue;
    const own = Number(heading.tagName[1]);
    if (own > level + 1) say(`h${own} after h${level}`, heading);
    level = own;
  }
  const ids = new Set();
  for (const element of document.querySelectorAll("[id]")) {
    if (ids.has(element.id)) say("id twice", element);
    ids.add(element.id);
  }
  for (const label of document.querySelectorAll("label[for]"))
    if (!document.getElementById(label.htmlFor)) say("label of nothing", label);
  for (const image of document.querySelectorAll("img:not([alt])")) say("no alt", image);
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) found.push(`${wide} px too wide`);
  if (!document.documentElement.lang) found.push("no lang");
  return found;
}"""

CONTRAST = """() => {
  const parse = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const blend = (over, under) => { const a = over[3] ?? 1;
    return [0, 1, 2].map((i) => over[i] * a + under[i] * (1 - a)); };
  const bright = (colour) => { const [r, g, b] = colour.map((part) => { const c = part / 255;
    return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const ground = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if ((colour[3] ?? 1) > 0) layers.push(colour);
      if ((colour[3] ?? 1) === 1) break;
    }
    return layers.reverse().reduce((under, over) => blend(over, under), [255, 255, 255]);
  };
  const found = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const silent = "[disabled], .visually-hidden, script, style, template, option, caption";
    if (!walker.currentNode.data.trim() || element.closest(silent)) continue;
    if (!element.checkVisibility({visibilityProperty: true, opacityProperty: true})) continue;
    const style = getComputedStyle(element);
    const under = ground(element);
    const [one, other] = [bright(blend(parse(style.color), under)), bright(under)];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
    if (ratio < (large ? 3 : 4.5) - 0.01)
      found.add(`${ratio.toFixed(2)} ${element.outerHTML.slice(0, 100)}`);
  }
  return [...found];
}"""

PAGES = {
    "staff": [
        "/",
        "/inbox/",
        "/finance/expense-claims/",
        "/finance/expense-claims/new/",
        "{draft}edit/",
        "{draft}edit/?check=1",
        "{claim}",
        "{claim}history/",
        "/notifications/",
        "/notifications/preferences/",
        "/account/",
        "/account/sessions/",
        "/password/change/",
        "/jobs/",
        "/search/?q=Walk",
        "/verify/",
    ],
    "head": ["/", "/inbox/", "{claim}"],
    "accountant": ["{reviewed}", "{reviewed}review/", "/finance/expense-ledger/"],
    "cashier": ["/finance/claims-to-pay/", "{approved}pay/", "/finance/payments/"],
    "hr": [
        "/org/employees/",
        "/org/employees/new/",
        "/org/employees/{head}/",
        "/org/employees/{head}/change/",
        "/org/employees/{head}/history/",
        "/org/employees/{head}/deactivate/",
        "/org/employees/import/",
        "/org/departments/",
        "/org/departments/new/",
        "/org/positions/",
        "/org/grades/",
    ],
    "admin": [
        "/org/company/",
        "/org/company/history/",
        "/org/roles/",
        "/org/roles/new/",
        "/status/",
        "/notifications/channels/",
        "/notifications/channels/new/",
        "/notifications/settings/",
    ],
    "director": ["/finance/expense-standards/", "/finance/expense-standards/new/"],
    "auditor": ["/exports/"],
    "nobody": ["/sign-in/", "/password/reset/", "/password/reset/sent/", "/verify/"],
}


@pytest.fixture
def places(team, company) -> dict[str, str]:
    """Papers in the states that pages are shown in."""
    reviewed = team.submitted("Walk to Finance")
    services.approve(type(reviewed).objects.get(pk=reviewed.pk), by=team.head)
    return {
        "draft": team.claim("").get_absolute_url(),
        "claim": team.submitted("Walk").get_absolute_url(),
        "reviewed": reviewed.get_absolute_url(),
        "approved": company.approved(team, "Walk to the bank").get_absolute_url(),
        "head": str(team.head.pk),
    }


@pytest.mark.parametrize("who", PAGES)
def test_pages_are_sound(window, team, company, places, who):
    person = None if who == "nobody" else getattr(team, who, None) or getattr(company, who)
    page = window(person, width=PHONE, reduced_motion="reduce")
    found = {}
    for address in PAGES[who]:
        answer = page.goto(address.format(**places))
        assert answer.status == 200, address
        problems = page.evaluate(CHECKS)
        for theme in ("light", "dark"):
            page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme; }", theme)
            problems += [f"{theme} {problem}" for problem in page.evaluate(CONTRAST)]
        if problems:
            found[address] = problems
    page.set_viewport_size({"width": DESKTOP, "height": 900})
    for address in PAGES[who]:
        page.goto(address.format(**places))
        if problems := page.evaluate(CHECKS):
            found[f"{address} wide"] = problems
    assert found == {}


def focus_on(page, name: str) -> None:
    """Tab until the control with this name has the focus; it must be seen there."""
    page.locator("body").press("Home")
    for _step in range(120):
        page.keyboard.press("Tab")
        text = page.evaluate("(document.activeElement.textContent || document.activeElement.value || '').trim()")
        if text == name:
            style = page.evaluate(
                "(() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle + s.boxShadow; })()"
            )
            assert style != "nonenone", f"{name}: the focus cannot be seen"
            return
    pytest.fail(f"{name} cannot be reached by keyboard")


def test_submit_and_approve_by_keyboard_alone(window, team):
    claim = team.claim("By keyboard")
    staff = window(team.staff)
    staff.goto(claim.get_absolute_url())
    focus_on(staff, "Submit")
    staff.keyboard.press("Enter")
    expect(staff.locator(".page-subheading")).to_contain_text("In approval")
    head = window(team.head)
    head.goto(claim.get_absolute_url())
    focus_on(head, "Approve")
    head.keyboard.press("Enter")
    expect(head.locator("#toasts")).to_contain_text("Your approval of")


def test_the_first_tab_skips_to_the_content(window, team):
    page = window(team.staff)
    page.goto("/")
    page.keyboard.press("Tab")
    link = page.locator(".skip-link")
    expect(link).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
