"""What business adds to the navigation: leads."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from apps.business.leads.permissions import works_with_leads, works_with_opportunities
from apps.business.leads.querysets import SEES_ALL, SEES_POOL
from apps.core.navigation import Item


def _leads(request: HttpRequest) -> bool:
    return works_with_leads(request.user)


def _opportunities(request: HttpRequest) -> bool:
    return works_with_opportunities(request.user)


def _pool(request: HttpRequest) -> bool:
    return request.user.has_perm(SEES_POOL) or request.user.has_perm(SEES_ALL)


ITEMS: list[Item] = [
    Item(_("My next steps"), "business:next-steps", "skip-forward", 2, "business", _leads),
    Item(_("Leads"), "business:lead-list", "funnel", 4, "business", _leads),
    Item(_("Shared pool of leads"), "business:lead-pool", "inboxes", 5, "business", _pool),
    Item(_("Stage board"), "business:board", "list-columns", 6, "business", _opportunities),
    Item(_("Opportunities"), "business:opportunity-list", "graph-up", 7, "business", _opportunities),
]
