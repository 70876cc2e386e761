"""What people do on the pages, in the words of the pages."""

from playwright.sync_api import Error, Locator, Page, expect

from tests.e2e.company import today

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6260f8cf500f000385018"
    "0d5a5d6b20000000049454e44ae426082"
)
NEW_CLAIM = "/finance/expense-claims/new/"


def field(page: Page, line: int, name: str) -> Locator:
    """A field of a line item."""
    return page.locator(f"[name=lines-{line}-{name}]")


def fill_line(page: Page, number: int, category: str, description: str, amount: str, **more: str) -> None:
    """One expense; selects by their value in `city` and `invoice_kind`."""
    field(page, number, "category").select_option(label=category)
    field(page, number, "date").fill(today())
    field(page, number, "description").fill(description)
    field(page, number, "amount").fill(amount)
    for name, value in more.items():
        box = field(page, number, name)
        if name == "city":
            box.select_option(label=value)
        elif name == "invoice_kind":
            box.select_option(value)
        else:
            box.fill(value)


def invoice(number: int, **more: str) -> dict[str, str]:
    """A digital invoice nobody else uses."""
    return {"invoice_kind": "digital_ordinary", "invoice_number": f"2633200000{number:010d}", **more}


def press(page: Page, name: str, *, exact: bool = True) -> None:
    """The button (or the link that looks like one) with these words."""
    page.get_by_role("button", name=name, exact=exact).or_(
        page.get_by_role("link", name=name, exact=exact)
    ).first.click()


def said(page: Page, text: str) -> None:
    """The page answers with this message."""
    expect(page.locator("#toasts")).to_contain_text(text)


def with_reason(page: Page, verb: str, reason: str) -> None:
    """Return or reject: the dialog asks why."""
    page.locator(".decision").get_by_role("link", name=verb, exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill(reason)
    dialog.get_by_role("button", name=verb, exact=True).click()


def open_from_inbox(page: Page, title: str) -> None:
    """Find the paper in the inbox and open it."""
    page.goto("/inbox/")
    page.get_by_role("link", name=title, exact=True).click()
    expect(page.locator(".decision")).to_be_visible()


def choose(page: Page, name: str, words: str) -> None:
    """Search in a select and choose. The list is drawn anew while answers come; a click that missed is made again."""
    control = page.locator(f"select[name={name}] + .ts-wrapper")
    box = control.locator("input")
    for _attempt in range(4):
        control.locator(".ts-control").click()
        expect(control.locator(".ts-dropdown")).to_be_visible()
        box.press_sequentially(words)
        try:
            expect(box).to_have_value(words, timeout=2_000)
            control.get_by_role("option").filter(has_text=words).first.click(timeout=4_000)
            expect(control.locator(".item")).to_contain_text(words, timeout=2_000)
            break
        except (AssertionError, Error):
            box.fill("")
            page.keyboard.press("Escape")
    expect(control.locator(".item")).to_contain_text(words)
    if control.locator(".ts-dropdown").is_visible():
        page.keyboard.press("Escape")  # a list of several stays open for the next, a late answer opens it again
    expect(control.locator(".ts-dropdown")).to_be_hidden()
