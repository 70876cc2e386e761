"""Carrying the checks out and keeping what they found."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from apps.approvals.models import Event, Task
from apps.core import clock
from apps.documents.checking import findings
from apps.documents.checking.findings import Finding
from apps.documents.models import CheckRun

#: so much of what was found is kept to be read; the rest is counted
KEPT = 200
KEPT_FOR = timedelta(days=400)


@dataclass(frozen=True)
class Check:
    """What a check looks for and how much there is to look at."""

    find: Callable[[], Iterator[Finding]]
    size: Callable[[], int]


CHECKS = {
    CheckRun.Check.EVENTS: Check(findings.of_events, Event.objects.count),
    CheckRun.Check.RIGHTS: Check(findings.of_rights, lambda: Task.objects.open().count()),
}


def run(name: str, *, by=None) -> CheckRun:
    """Carry one check out. Its row is there from the beginning, so that a walk that was broken off shows as such."""
    check = CHECKS[CheckRun.Check(name)]
    row = CheckRun.objects.create(check_name=name, started_at=clock.now(), asked_by=by)
    row.checked = check.size()
    found = check.find()
    row.findings = [finding.as_json() for finding in islice(found, KEPT)]
    row.found = len(row.findings) + sum(1 for _finding in found)
    row.finished_at = clock.now()
    row.save()
    return row


def run_all(*, by=None) -> list[CheckRun]:
    """Every check, one after the other; results older than a year are let go."""
    CheckRun.objects.filter(started_at__lt=clock.now() - KEPT_FOR).delete()
    return [run(name, by=by) for name in CHECKS]


def latest(name: str, number: int = 10) -> list[CheckRun]:
    """The last runs of a check, the latest first."""
    return list(CheckRun.objects.filter(check_name=name).select_related("asked_by")[:number])


def findings_of(row: CheckRun) -> list[Finding]:
    """What a run found, to be read."""
    return [Finding(**finding) for finding in row.findings]
