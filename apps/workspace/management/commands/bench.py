"""Measure the real pages on a throw-away database of a chosen size."""

import json
import time

from django.core.management import call_command
from django.core.management.base import BaseCommand

from apps.workspace.bench.business import FEWEST, BusinessFiller
from apps.workspace.bench.fill import OPEN, OWN, Filler
from apps.workspace.bench.measure import ROUNDS, Bench, Measured
from apps.workspace.bench.selling import BusinessBench
from apps.workspace.throwaway import throwaway_database

SMALLEST = OWN + OPEN


class Command(BaseCommand):
    help = (
        "Fills a throw-away database with papers and measures pages of every area, decisions, exports and a print form."
    )

    def add_arguments(self, parser):
        parser.add_argument("--documents", type=int, default=1000, help=f"how many, at least {SMALLEST}")
        parser.add_argument("--settlements", type=int, default=1000, help=f"how many, at least {FEWEST}")
        parser.add_argument("--rounds", type=int, default=ROUNDS, help="how often each page is opened")
        parser.add_argument("--json", action="store_true", help="print the figures as JSON")

    def handle(self, *, documents, settlements, rounds, **options):
        documents, settlements = max(documents, SMALLEST), max(settlements, FEWEST)
        call_command("collectstatic", interactive=False, verbosity=0)
        with throwaway_database("bench") as database:
            started = time.perf_counter()
            filler = Filler(documents)
            people = filler.fill()
            business = BusinessFiller(filler, people, settlements)
            business.fill()
            filler.finish()
            filled = time.perf_counter() - started
            bench = Bench(filler, people)
            pages = [*bench.run(rounds), *BusinessBench(bench, business).run(rounds)]
        report = {
            "database": database,
            "documents": documents,
            "settlements": settlements,
            "fill_seconds": round(filled, 1),
            "pages": [page.as_json() for page in pages],
        }
        self.stdout.write(json.dumps(report, indent=1) if options["json"] else "\n".join(_lines(pages)))


def _lines(pages: list[Measured]) -> list[str]:
    floor = pages[0].median_ms
    head = f"{'page':16} {'ms':>9} {'CPU ms':>9} {'× floor':>8} {'SQL':>5} {'bytes':>9}"
    return [head, *(_line(page, floor) for page in pages)]


def _line(page: Measured, floor: float) -> str:
    times = page.median_ms / floor
    return f"{page.page:16} {page.median_ms:9.1f} {page.cpu_ms:9.1f} {times:8.2f} {page.queries:5} {page.bytes:9,}"
