"""The navigation at the left of every page: what each app offers, grouped by department.

An app registers its items in `AppConfig.ready`:

    navigation.register(
        Item(_("Expense claims"), "finance:expenseclaim-list", icon="receipt", group="finance", order=10),
        Item(_("Payments"), "finance:payment-list", icon="bank", group="finance", order=30, visible=may_pay),
    )

`visible` is asked once per item and request, on every page: it may look at permissions and roles that the user object
has already loaded, never at rows of its own. Counters (how much waits in the inbox) are registered by the app that can
count.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.core.exceptions import ImproperlyConfigured
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core.pagination import count_together

GROUPS: dict[str, str | Promise] = {
    "": "",
    "business": _("Business"),
    "market": _("Market"),
    "service": _("Client service"),
    "finance": _("Finance"),
    "risk": _("Risk control"),
    "hr": _("Human resources"),
    "office": _("Administration"),
    "reports": _("Reports"),
    "system": _("Settings"),
}
"""Headings of the navigation in their order; the group "" stands first and has no heading."""


def everybody(request: HttpRequest) -> bool:
    """Visible to each signed-in person."""
    return True


@dataclass(frozen=True)
class Item:
    """One entry of the navigation. `counter` names a registered counter whose number is shown beside the label."""

    label: str | Promise
    url_name: str
    icon: str = "file-earmark-text"
    order: int = 100
    group: str = ""
    visible: Callable[[HttpRequest], bool] = everybody
    counter: str = ""


@dataclass(slots=True)
class Entry:
    """An item as one person sees it on one page."""

    label: str
    url: str
    icon: str
    current: bool = False
    counter: str = ""
    count: int = 0


@dataclass(slots=True)
class Group:
    """A heading of the navigation with the entries this person may open."""

    key: str
    label: str | Promise
    entries: list[Entry] = field(default_factory=list)


_items: list[Item] = []


@dataclass(frozen=True, slots=True)
class _Rows:
    """A counter that says which rows wait, instead of counting them itself."""

    of: Callable[[HttpRequest], QuerySet]


_counters: dict[str, Callable[[HttpRequest], int] | _Rows] = {}


def register(*items: Item) -> None:
    """Add entries to the navigation of everybody who may see them. Registering the same page twice replaces it."""
    for new in items:
        if new.group not in GROUPS:
            raise ImproperlyConfigured(f"{new.url_name}: no navigation group {new.group!r}; known: {list(GROUPS)}")
        _items[:] = [known for known in _items if known.url_name != new.url_name] + [new]
    positions = list(GROUPS)
    _items.sort(key=lambda known: (positions.index(known.group), known.order, known.url_name))


def item(url_name: str) -> Item | None:
    """The entry of a page, where it has one."""
    return next((known for known in _items if known.url_name == url_name), None)


def register_counter(name: str, count: Callable[[HttpRequest], int]) -> None:
    """Let `count` (one query at most) answer how many things of this name wait for the person of a request."""
    _counters[name] = count


def register_row_counter(name: str, rows: Callable[[HttpRequest], QuerySet]) -> None:
    """The same where what waits are `rows`, cut off where counting is enough: all of them are counted in one query."""
    _counters[name] = _Rows(rows)


def count_for(request: HttpRequest, name: str) -> int:
    """The number of a counter for this request, asked once; 0 when nobody counts such a thing."""
    answers: dict[str, int] = request.__dict__.setdefault("_frame_counts", {})
    counter = _counters.get(name)
    if name in answers or counter is None:
        return answers.get(name, 0)
    if isinstance(counter, _Rows):
        rows = {other: known.of(request) for other, known in _counters.items() if isinstance(known, _Rows)}
        answers.update(count_together(rows))
    else:
        answers[name] = counter(request)
    return answers[name]


def navigation_for(request: HttpRequest) -> list[Group]:
    """The groups and entries this person may open, the page they are on marked as current."""
    groups: dict[str, Group] = {}
    for known in _items:
        if not known.visible(request):
            continue
        group = groups.setdefault(known.group, Group(known.group, GROUPS[known.group]))
        count = count_for(request, known.counter) if known.counter else 0
        group.entries.append(
            Entry(str(known.label), reverse(known.url_name), known.icon, counter=known.counter, count=count)
        )
    found = list(groups.values())
    _mark_current([entry for group in found for entry in group.entries], request.path)
    return found


def _mark_current(entries: list[Entry], path: str) -> None:
    """Mark the entry whose address is the longest beginning of the path; a root address counts only for itself."""
    fitting = [entry for entry in entries if entry.url == path or (entry.url != "/" and path.startswith(entry.url))]
    if fitting:
        max(fitting, key=lambda entry: len(entry.url)).current = True
