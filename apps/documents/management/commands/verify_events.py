from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.approvals.models import Event
from apps.documents.checking import findings
from apps.documents.models import Document


class Command(BaseCommand):
    """The exit code is 1 when anything was found, or a number is not known."""

    help = "Walks the hash chain of every approval's events and names each place where the log does not hold."

    def add_arguments(self, parser):
        parser.add_argument("number", nargs="*", help="only the papers with these numbers")

    def handle(self, *args, number=(), **options):
        papers = _papers(number) if number else None
        faults = 0
        for finding in findings.of_events(papers):
            faults += 1
            self.stdout.write(str(finding))
        if faults:
            text = ngettext(
                "The log does not hold in %(count)s place.", "The log does not hold in %(count)s places.", faults
            )
            raise CommandError(text % {"count": faults})
        events = Event.objects.all() if papers is None else Event.objects.filter(approval__document__in=papers)
        self.stdout.write(_("All %(count)s events hold.") % {"count": events.count()})


def _papers(numbers):
    """The papers with these numbers; every one of them must be known."""
    papers = Document.objects.filter(number__in=numbers)
    missing = set(numbers) - set(papers.values_list("number", flat=True))
    if missing:
        raise CommandError(_("No paper has the number %(numbers)s.") % {"numbers": ", ".join(sorted(missing))})
    return papers
