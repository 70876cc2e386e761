"""The log of events for process mining: XES 1.0 and CSV, with the papers a person may see.

A trace is a paper, an event a line of its log: who (`org:resource`), what (`concept:name`, the step and the verb), when
(`time:timestamp`), and where it stands in the life of an activity (`lifecycle:transition`). What people wrote does not
leave the house this way.
"""

import codecs
import csv
import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass
from tempfile import TemporaryFile
from typing import IO
from xml.sax.saxutils import quoteattr

from django.db.models import QuerySet
from django.utils.timezone import localtime, make_aware

from apps.approvals.analysis.figures import Selection
from apps.approvals.models import Event
from apps.core.exports import clean_text
from apps.documents.models import Document

EXPORT_JOB = "export-event-log"
FORMATS = ("xes", "csv")
PAPERS_AT_ONCE = 500
Verb = Event.Verb
#: transitions of the standard life cycle; everything else just completes
TRANSITIONS = {
    Verb.OPENED: "schedule",
    Verb.SKIPPED: "autoskip",
    Verb.AUTO: "autoskip",
    Verb.CARRIED: "autoskip",
    Verb.LATE_APPROVED: "autoskip",
    Verb.TRANSFERRED: "reassign",
    Verb.HANDED_OVER: "reassign",
    Verb.ESCALATED: "reassign",
    Verb.ADDED: "assign",
    Verb.CONSULTED: "assign",
    Verb.REMOVED: "withdraw",
    Verb.WITHDRAWN: "withdraw",
    Verb.TAKEN_BACK: "resume",
}
COLUMNS = ("case", "kind", "department", "activity", "timestamp", "resource", "transition", "step", "verb")
_HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xes.features="" xmlns="http://www.xes-standard.org/">
<extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Lifecycle" prefix="lifecycle" uri="http://www.xes-standard.org/lifecycle.xesext"/>
<extension name="Organizational" prefix="org" uri="http://www.xes-standard.org/org.xesext"/>
<extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
<global scope="trace"><string key="concept:name" value=""/></global>
<global scope="event"><string key="concept:name" value=""/>
<date key="time:timestamp" value="1970-01-01T00:00:00.000+00:00"/>
<string key="lifecycle:transition" value="complete"/></global>
<classifier name="Activity" keys="concept:name"/>
<classifier name="Activity and transition" keys="concept:name lifecycle:transition"/>
<string key="lifecycle:model" value="standard"/>
"""


@dataclass(frozen=True)
class Happened:
    """One event as it leaves the house; empty ``who``: a rule of the route did it."""

    activity: str
    at: str
    who: str
    transition: str
    step: str
    verb: str

    @classmethod
    def of(cls, event: Event) -> "Happened":
        said = str(event.get_verb_display())
        step = event.step.label if event.step else ""
        at = localtime(event.at).isoformat(timespec="milliseconds")
        name = f"{step}: {said}" if step else said
        return cls(name, at, event.who, TRANSITIONS.get(event.verb, "complete"), step, str(event.verb))


Trace = tuple[Document, list[Happened]]


def papers_of(user, chosen: Selection) -> QuerySet[Document]:
    """The papers first submitted in these months that this person may see."""
    after = (chosen.last + dt.timedelta(days=31)).replace(day=1)
    papers = Document.objects.visible_to(user).filter(approval__isnull=False)
    papers = papers.filter(approval__opened_at__gte=_begin(chosen.first), approval__opened_at__lt=_begin(after))
    papers = papers.filter(kind=chosen.kind) if chosen.kind else papers
    return papers if chosen.departments is None else papers.filter(department__in=chosen.departments)


def traces(papers: QuerySet[Document], progress: Callable[[int, int], None]) -> Iterator[Trace]:
    """Paper after paper with its events; memory stays flat."""
    total, done, last = papers.order_by().count(), 0, 0
    papers = papers.select_related("department").order_by("pk")
    while batch := list(papers.filter(pk__gt=last)[:PAPERS_AT_ONCE]):
        events: dict[int, list[Happened]] = {paper.approval_id: [] for paper in batch}
        rows = Event.objects.filter(approval__in=events).select_related("actor", "step").order_by("approval", "seq")
        for event in rows.iterator():
            events[event.approval_id].append(Happened.of(event))
        for paper in batch:
            yield paper, events[paper.approval_id]
        done, last = done + len(batch), batch[-1].pk
        progress(done, total)


def write(kind: str, found: Iterator[Trace]) -> tuple[IO[bytes], int]:
    """The traces as a file, `xes` or `csv`, and how many events it holds."""
    file = TemporaryFile()  # noqa: SIM115 - the job closes it when it has stored it
    number = (_write_xes if kind == "xes" else _write_csv)(file, found)
    file.seek(0)
    return file, number


def _write_xes(file: IO[bytes], found: Iterator[Trace]) -> int:
    number = 0
    out = codecs.getwriter("utf-8")(file)
    out.write(_HEAD)
    for paper, events in found:
        out.write("<trace>")
        out.write(_string("concept:name", paper.number or str(paper.pk)))
        out.write(_string("kind", str(paper.kind_label)) + _string("org:group", paper.department.label))
        for event in events:
            out.write(f"\n<event>{_xes(event)}</event>")
        out.write("\n</trace>\n")
        number += len(events)
    out.write("</log>\n")
    return number


def _xes(event: Happened) -> str:
    date = f'<date key="time:timestamp" value="{event.at}"/>'
    strings = {"concept:name": event.activity, "org:resource": event.who, "lifecycle:transition": event.transition}
    strings |= {"step": event.step, "verb": event.verb}
    return date + "".join(_string(key, value) for key, value in strings.items() if value)


def _string(key: str, value: str) -> str:
    return f'<string key="{key}" value={quoteattr(clean_text(value))}/>'


def _write_csv(file: IO[bytes], found: Iterator[Trace]) -> int:
    number = 0
    rows = csv.writer(codecs.getwriter("utf-8-sig")(file))
    rows.writerow(COLUMNS)
    for paper, events in found:
        case = (paper.number or str(paper.pk), str(paper.kind_label), paper.department.label)
        rows.writerows([_guarded(cell) for cell in (*case, *astuple(event))] for event in events)
        number += len(events)
    return number


def _guarded(cell: str) -> str:
    """No cell can become a formula where the file is opened in a spreadsheet."""
    cell = clean_text(cell)
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") else cell


def _begin(day: dt.date) -> dt.datetime:
    """Midnight in the company's time zone."""
    return make_aware(dt.datetime.combine(day, dt.time.min))
