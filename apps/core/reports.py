"""Every register and report of the program, with one line on what it is for: the page "Reports" lists them.

An app says so where it registers its navigation:

    reports.register(
        Report("finance:ledger", _("Every line of every expense claim, as Finance books it."), order=10),
    )

A report that has a place in the navigation takes its name, icon, group and who may open it from there; another one
brings its own entry: `Report("…:statements", _("…"), item=Item(_("Statements"), "…:statements", group="finance"))`.
"""

from dataclasses import dataclass, field

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise

from apps.core import navigation
from apps.core.navigation import GROUPS, Item


@dataclass(frozen=True)
class Report:
    """One register or report. `group` puts it under another heading than its place in the navigation."""

    url_name: str
    purpose: str | Promise
    order: int = 100
    group: str = ""
    item: Item | None = None


@dataclass(frozen=True)
class Line:
    """A report as one person sees it in the list."""

    label: str
    purpose: str | Promise
    url: str
    icon: str


@dataclass
class Section:
    """A heading with the reports this person may open."""

    label: str | Promise
    lines: list[Line] = field(default_factory=list)


_reports: dict[str, Report] = {}


def register(*reports: Report) -> None:
    """Add reports to the list; the same page twice replaces it."""
    _reports.update({report.url_name: report for report in reports})


def reports_for(request: HttpRequest) -> list[Section]:
    """The reports this person may open, under the headings of the navigation."""
    found: dict[str, Section] = {name: Section(label) for name, label in GROUPS.items()}
    for report in sorted(_reports.values(), key=lambda report: (report.order, report.url_name)):
        item = _entry_of(report)
        if item.visible(request):
            line = Line(str(item.label), report.purpose, reverse(report.url_name), item.icon)
            found[report.group or item.group].lines.append(line)
    return [section for section in found.values() if section.lines]


def _entry_of(report: Report) -> Item:
    """The entry that says what the report is called and who may open it."""
    item = report.item or navigation.item(report.url_name)
    if item is None:
        raise ImproperlyConfigured(f"{report.url_name} is in no navigation, so its report needs an entry of its own.")
    return item


def reads_reports(request: HttpRequest) -> bool:
    """Whether there is anything on the page for this person; a visibility rule of the navigation."""
    return any(_entry_of(report).visible(request) for report in _reports.values())
