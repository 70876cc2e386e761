from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.approvals.events import verify
from apps.approvals.models import Event


class Command(BaseCommand):
    """The exit code is 1 when anything was found."""

    help = "Walks the hash chain of every approval's events and names each place where the log does not hold."

    def handle(self, *args, **options):
        faults = 0
        for fault in verify():
            faults += 1
            self.stdout.write(str(fault))
        if faults:
            text = ngettext(
                "The log does not hold in %(count)s place.", "The log does not hold in %(count)s places.", faults
            )
            raise CommandError(text % {"count": faults})
        self.stdout.write(_("All %(count)s events hold.") % {"count": Event.objects.count()})
