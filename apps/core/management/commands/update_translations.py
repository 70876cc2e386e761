from django.conf import settings
from django.core.management.base import BaseCommand

from apps.core import catalogues


class Command(BaseCommand):
    help = "Brings the catalogues up to the sources: new texts are added to zh_Hans, zh_Hant is made from it."
    requires_system_checks: list[str] = []

    def handle(self, *args, **options):
        result = catalogues.update(settings.BASE_DIR)
        catalogues.compile_all(settings.BASE_DIR)
        self.stdout.write(f"{result['messages']} texts, {result['untranslated']} to translate in locale/zh_Hans.")
