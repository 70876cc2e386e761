from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.core import catalogues


class Command(BaseCommand):
    help = "Fails when a text marked for translation lacks its Chinese, in either script."
    requires_system_checks: list[str] = []

    def handle(self, *args, **options):
        if found := catalogues.problems(settings.BASE_DIR):
            raise CommandError(
                "\n".join([*found, f"{len(found)} translations need care; `make messages` adds new texts."])
            )
        self.stdout.write("Translations are complete.")
