"""What client service adds to the navigation."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.core import navigation, reports
from apps.core.navigation import Item
from apps.core.reports import Report
from apps.org.permissions import needs
from apps.service.clients.permissions import MERGE, works_with_clients


def _works_with_clients(request: HttpRequest) -> bool:
    return works_with_clients(request.user)


def register() -> None:
    """Called once at the start."""
    navigation.register(
        Item(_("Clients"), "service:client-list", "buildings", 10, "service", _works_with_clients),
        Item(_("Clients to contact"), "service:clients-to-contact", "telephone", 20, "service", _works_with_clients),
        Item(_("Reviews due"), "service:reviews-due", "calendar-check", 30, "service", _works_with_clients),
        Item(_("Contact log"), "service:contactlog-list", "chat-dots", 40, "service", _works_with_clients),
        Item(_("Duplicate clients"), "service:duplicates", "files", 50, "service", needs(MERGE)),
        Item(_("Industries"), "service:industry-list", "tags", 210, "system", needs("service.view_industry")),
        Item(
            _("Client sources"),
            "service:clientsource-list",
            "signpost",
            220,
            "system",
            needs("service.view_clientsource"),
        ),
        Item(_("Client grades"), "service:clientgrade-list", "star", 230, "system", needs("service.view_clientgrade")),
        Item(_("Client file"), "service:clientsettings", "gear", 240, "system", needs("service.change_clientsettings")),
    )
    reports.register(
        Report(
            "service:clients-to-contact",
            _("Clients whom nobody has spoken to for longer than their grade allows."),
            order=10,
        ),
        Report("service:reviews-due", _("Client files that nobody has confirmed for a while."), order=20),
        Report("service:contactlog-list", _("Every contact with clients: when, by whom, and what was said."), order=30),
    )
