"""Who may state accounts, remind clients, and change the settings of the receivables."""

from django.utils.translation import gettext as _

from apps.core.errors import Forbidden
from apps.documents.permissions import YES, Answer, never, no
from apps.finance.billing.errors import Unseen
from apps.finance.billing.permissions import REMIND
from apps.finance.billing.querysets import SEES_ALL
from apps.service.clients.models import Client

SETTINGS = "finance.change_receivablessettings"
SEES_SETTINGS = "finance.view_receivablessettings"

#: what a new company gives to its roles
ROLES = {
    "finance_director": {SETTINGS, SEES_SETTINGS},
    "sysadmin": {SETTINGS, SEES_SETTINGS},
    "finance_reviewer": {SEES_SETTINGS},
    "auditor": {SEES_SETTINGS},
}


def may_state(user) -> Answer:
    """A statement holds everything between company and client: it is for those who see all of it."""
    if user.is_active and user.has_perm(SEES_ALL):
        return YES
    return never(_("A statement holds everything a client owes; ask Finance for it."))


def require_statement(user, client: Client) -> None:
    """404 for whom the client does not exist; refuse with the reason who does not see all receivables."""
    answer = may_state(user)
    if not answer and not Client.objects.visible_to(user).filter(pk=client.pk).exists():
        raise Unseen
    if not answer:
        raise Forbidden(answer.reason)


def may_remind(user) -> Answer:
    """Finance reminds, and says so by its role; being a superuser is no such role."""
    return YES if user.holds(REMIND) else never(_("Your role does not remind clients."))


def may_remind_of(user, client: Client) -> Answer:
    """May this person remind this client at all?"""
    answer = may_remind(user)
    if answer and client.is_merged:
        return no(_("This file was merged into another one; remind the client from there."))
    return answer


def require_remind(user) -> None:
    """Refuse with the reason unless this person reminds clients."""
    answer = may_remind(user)
    if not answer:
        raise Forbidden(answer.reason)
