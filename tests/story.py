"""The page of a client as somebody has it who has scrolled to its end."""

import re


def story_of(browser, client) -> str:
    """The page and the parts that it fetches, each from the address it names, as htmx asks for them."""
    page = browser.get(client.get_absolute_url()).text
    addresses = re.findall(r'hx-get="([^"]+)" hx-trigger="revealed"', page)
    assert len(addresses) == 3
    return page + "".join(browser.get(address, headers={"HX-Request": "true"}).text for address in addresses)


def parts_of(browser, client) -> dict:
    """What the sections of a client's page are given, by their keys; fetched as pages of their own."""
    page = browser.get(client.get_absolute_url())
    found = [*page.context["main"], *page.context["side"]]
    for part in page.context["later"]:
        found += browser.get(part["url"]).context["main"]
    return {part["section"].key: part for part in found}
