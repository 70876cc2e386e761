from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template import TemplateSyntaxError
from django.template.loader import get_template

from apps.core.template_lint import problems_in, templates_below


class Command(BaseCommand):
    help = "Compiles every template and checks the house rules: extends first, nothing inline, components commented."

    def handle(self, *args, **options):
        found, count = [], 0
        folders = [settings.BASE_DIR / "templates", *settings.BASE_DIR.glob("apps/*/templates")]
        for name, path in templates_below(*folders):
            count += 1
            found += problems_in(name, path.read_text(encoding="utf-8"))
            try:
                get_template(name)
            except TemplateSyntaxError as error:
                found.append(f"{name}: {error}")
        if found:
            raise CommandError("\n".join(found))
        self.stdout.write(f"{count} templates are in order.")
