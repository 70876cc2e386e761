"""`manage.py worker`: the process that does the background work."""

from django.core.management.base import BaseCommand, CommandParser

from apps.core.jobs.worker import work


class Command(BaseCommand):
    """Any number of these may run, on one machine or several, against the same database."""

    help = "Do background work: jobs, mails, periodic chores. Puts back the jobs of workers that died."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--interval", type=float, default=1.0, help="seconds between looks at an empty queue")
        parser.add_argument("--once", action="store_true", help="do what waits now and end")

    def handle(self, *, interval: float, once: bool, **options) -> None:
        work(interval=interval, once=once)
