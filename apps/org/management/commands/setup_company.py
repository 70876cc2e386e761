from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from apps.core import registry
from apps.org.setup import set_up


class Command(BaseCommand):
    help = (
        "What a new company starts with: departments, positions, role groups with permissions, and what each app adds."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--reset",
            action="store_true",
            help="put the names, places and permissions of the organisation back to those of a new company",
        )

    def handle(self, *args, **options):
        with transaction.atomic():
            set_up(reset=options["reset"])
            for step in registry.setup_steps:
                step()
        if options["verbosity"]:
            self.stdout.write("The company is set up.")
