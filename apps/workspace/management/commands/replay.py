"""Replay an event log of real claims through the services, in a throw-away database."""

import json
import time
from collections import Counter
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from apps.approvals.events import verify
from apps.documents.services.projection import orphans
from apps.workspace.replay.company import Cast
from apps.workspace.replay.mapping import DEFAULT, BadLog, Mapping, cases
from apps.workspace.replay.player import Played, Player
from apps.workspace.throwaway import throwaway_database


class Command(BaseCommand):
    help = "Plays an event log of real claims through the services and reports what was accepted, refused and why."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="event log, .csv or .csv.gz")
        parser.add_argument("--mapping", type=Path, default=DEFAULT, help="what columns and activities mean (JSON)")
        parser.add_argument("--limit", type=int, help="only the first N cases")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")

    def handle(self, *, file, mapping, limit, **options):
        try:
            log = list(cases(file, Mapping.read(mapping), limit))
        except (OSError, KeyError, ValueError, BadLog) as problem:
            raise CommandError(f"The log can't be read: {problem}") from problem
        with throwaway_database("replay") as database:
            report = {"database": database, **self.play(log, Mapping.read(mapping))}
        self.stdout.write(
            json.dumps(report, ensure_ascii=False, indent=1) if options["json"] else self.in_words(report)
        )
        if report["faults"]:
            raise CommandError(f"{len(report['faults'])} faults were found.")

    def play(self, log, mapping: Mapping) -> dict:
        player = Player(Cast(mapping))
        started = time.perf_counter()
        played = [player.play(events) for events in log]
        seconds = time.perf_counter() - started
        faults = [f"{case.case}: {fault}" for case in played for fault in case.faults]
        faults += orphans() + [f"run {fault.approval}, event {fault.seq}: {fault.problem}" for fault in verify()]
        return _report(played, seconds, faults, player.raised_amounts)

    def in_words(self, report: dict) -> str:
        lines = [
            f"{report['cases']} cases, {report['completed']} ran to their real end ({report['completed_percent']} %)",
            f"{report['events']} events, {report['accepted']} accepted, {report['events_per_second']} per second",
        ]
        lines += [f"  {count:5} × {reason}" for reason, count in report["refused_by_reason"].items()]
        lines += [f"FAULT {fault}" for fault in report["faults"]]
        return "\n".join(lines)


def _report(played: list[Played], seconds: float, faults: list[str], raised: int) -> dict:
    events = sum(case.events for case in played)
    refused = [refusal for case in played for refusal in case.refused]
    completed = sum(case.completed for case in played)
    return {
        "cases": len(played),
        "completed": completed,
        "completed_percent": round(100 * completed / max(len(played), 1), 2),
        "without_refusal": sum(not case.refused for case in played),
        "events": events,
        "accepted": events - len(refused),
        "seconds": round(seconds, 1),
        "events_per_second": round(events / max(seconds, 1e-9), 1),
        "amounts_raised_to_a_cent": raised,
        "refused_by_reason": dict(Counter(f"{row['event']}: {row['reason']}" for row in refused).most_common()),
        "not_completed": [
            {"case": case.case, "expected": case.expected, "ended": case.ended} for case in played if not case.completed
        ],
        "refused": refused,
        "faults": faults,
    }
