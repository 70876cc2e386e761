from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from apps.core import catalogues


class Command(BaseCommand):
    help = "Everything an installation needs before it is served: catalogues, database tables, static files."
    requires_system_checks: list[str] = []

    def handle(self, *args, **options):
        catalogues.compile_all(settings.BASE_DIR)
        call_command("migrate", interactive=False, verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        self.stdout.write("Ready: translations, database and static files are up to date.")
