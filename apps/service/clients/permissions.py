"""Who may do what to a client. Which clients exist for somebody is `Client.objects.visible_to`; here is the rest.

Client Service keeps every file; whoever is in charge of a client, or heads the department of that person, keeps theirs.
"""

from django.utils.translation import gettext as _

from apps.core.errors import Forbidden
from apps.documents.permissions import YES, Answer, never, no
from apps.service.clients.models import Client
from apps.service.clients.querysets import SEES_ALL, SEES_POOL, headed_by

ADD = "service.add_client"
CHANGE = "service.change_client"
CLASSIFY = "service.classify_client"
MERGE = "service.merge_client"
IMPORT = "service.import_client"

CATALOGUE = ("industry", "clientsource", "clientgrade")
SEES_CATALOGUE = {f"service.view_{model}" for model in (*CATALOGUE, "clientsettings")}
KEEPS_CATALOGUE = {
    *SEES_CATALOGUE,
    *(f"service.{verb}_{model}" for model in CATALOGUE for verb in ("add", "change")),
    "service.change_clientsettings",
}

ROLES = {
    "business_staff": {ADD, SEES_POOL},
    "business_manager": {ADD, SEES_POOL, CLASSIFY},
    "market_staff": {ADD},
    "service_staff": {ADD, CHANGE, SEES_ALL, SEES_POOL, CLASSIFY, MERGE, IMPORT} | KEEPS_CATALOGUE,
    "executive": {SEES_ALL},
    "auditor": {SEES_ALL} | SEES_CATALOGUE,
    "sysadmin": KEEPS_CATALOGUE,
}


def works_with_clients(user) -> bool:
    """Whether the pages of the client file are worth a place in this person's navigation."""
    return user.has_perm(ADD) or user.has_perm(SEES_ALL)


def is_in_charge(user, client: Client) -> bool:
    """The owner, or who heads the owner's department."""
    if client.owner_id is None:
        return False
    return client.owner_id == user.pk or client.owner.department_id in headed_by(user)


def may(user, action: str, client: Client) -> Answer:
    """May this person, who sees the client, do this to it? The answer carries its reason."""
    if client.is_merged:
        return never(_("This file was merged into another one; work with that one."))
    return _RULES[action](user, client)


def require(user, action: str, client: Client) -> None:
    """Refuse with the reason unless this person may."""
    answer = may(user, action, client)
    if not answer:
        raise Forbidden(answer.reason)


def _change(user, client: Client) -> Answer:
    if user.has_perm(CHANGE) or is_in_charge(user, client):
        return YES
    if client.in_pool and user.has_perm(SEES_POOL):
        return no(_("Nobody is in charge of this client; take it first."))
    return never(_("Only Client Service and the employee in charge change a client's file."))


def _log(user, client: Client) -> Answer:
    if client.in_pool and user.has_perm(SEES_POOL):
        return YES
    return _change(user, client)


def _take(user, client: Client) -> Answer:
    if not client.in_pool:
        return never(_("Somebody is in charge of this client already."))
    return YES if user.has_perm(SEES_POOL) else never(_("Only Business takes clients from the pool."))


def _release(user, client: Client) -> Answer:
    if client.owner_id is None:
        return never(_("This client is in the pool already."))
    return _change(user, client)


def _merge(user, client: Client) -> Answer:
    return YES if user.has_perm(MERGE) else never(_("Only Client Service merges files."))


_RULES = {
    "change": _change,
    "log": _log,
    "review": _change,
    "take": _take,
    "release": _release,
    "merge": _merge,
}

ACTIONS = tuple(_RULES)
