from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.approvals.models import Task
from apps.documents.services.projection import orphans


class Command(BaseCommand):
    """The exit code is 1 when anything was found."""

    help = "Compares the permissions to decide with the tasks that are open, and names each that has no counterpart."

    def handle(self, *args, **options):
        faults = orphans()
        for fault in faults:
            self.stdout.write(fault)
        if faults:
            text = ngettext(
                "%(count)s permission or task is wrong.", "%(count)s permissions or tasks are wrong.", len(faults)
            )
            raise CommandError(text % {"count": len(faults)})
        self.stdout.write(_("Permissions match all %(count)s open tasks.") % {"count": Task.objects.open().count()})
