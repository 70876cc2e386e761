from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.approvals.models import Task
from apps.documents.checking import findings


class Command(BaseCommand):
    """The exit code is 1 when anything was found."""

    help = (
        "Compares the permissions to decide with the tasks that are open, looks for people who have left in tasks, "
        "delegations and routes, and names everything that is wrong."
    )

    def handle(self, *args, **options):
        found = list(findings.of_rights())
        for finding in found:
            self.stdout.write(str(finding))
        if found:
            text = ngettext("%(count)s thing is wrong.", "%(count)s things are wrong.", len(found))
            raise CommandError(text % {"count": len(found)})
        self.stdout.write(_("Permissions match all %(count)s open tasks.") % {"count": Task.objects.open().count()})
