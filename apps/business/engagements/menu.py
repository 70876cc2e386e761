"""What business adds to the navigation: engagements."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.business.contracts.models import AgencyContract
from apps.business.engagements.permissions import REPORT
from apps.core.navigation import Item
from apps.documents.visibility import view_all_permission


def _reads_reports(request: HttpRequest) -> bool:
    """Client Service, whoever reads every contract, and Business; the others come by the engagement."""
    user = request.user
    permissions = (REPORT, view_all_permission(AgencyContract), "business.add_opportunity")
    return any(user.has_perm(permission) for permission in permissions)


ITEMS: list[Item] = [
    Item(_("Engagements"), "business:engagement-list", "briefcase", 50, "business"),
    Item(_("Progress reports due"), "business:progressreports-due", "send", 55, "business", _reads_reports),
    Item(_("Progress reports"), "business:progressreport-list", "envelope-paper", 56, "business", _reads_reports),
]
