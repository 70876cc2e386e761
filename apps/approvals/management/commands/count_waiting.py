from django.core.management.base import BaseCommand, CommandParser

from apps.approvals.analysis.gathering import gather, gather_again


class Command(BaseCommand):
    help = "Counts how long decisions took, as the workers do every night."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--again", action="store_true", help="count the whole log anew, by the calendar as it is now"
        )

    def handle(self, *, again, verbosity, **options):
        number = gather_again() if again else gather()
        if verbosity:
            self.stdout.write(f"{number} events counted.")
