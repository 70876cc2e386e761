"""Who may do what to the organisation. Model permissions, given to role groups, say who; these rules say the rest."""

from collections.abc import Iterable

from django.contrib.auth.models import Permission
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _

from apps.core.errors import Forbidden
from apps.org.models import Role, User

ADMINISTRATION = "change_role"


def may_see_bank_account(viewer: User, person: User | None) -> bool:
    """One's own, and that of everybody for those who pay or keep the personnel files."""
    return (person is not None and viewer.pk == person.pk) or viewer.has_perm("org.view_bank_account")


def bank_account_for(viewer: User, person: User) -> str:
    """The account number as this viewer may see it."""
    return person.bank_account if may_see_bank_account(viewer, person) else person.masked_bank_account


def gives_administration(role: Role) -> bool:
    """Whether members of this role may change role groups, and so in the end everything."""
    return role.permissions.filter(codename=ADMINISTRATION, content_type__app_label="org").exists()


def administrator_ids() -> set[int]:
    """Superusers and those who may change role groups."""
    given = Permission.objects.filter(codename=ADMINISTRATION, content_type__app_label="org")
    holders = Q(is_superuser=True) | Q(groups__permissions__in=given) | Q(user_permissions__in=given)
    return set(User.objects.filter(holders).values_list("pk", flat=True))


def protected_from(by: User) -> set[int]:
    """Ids of the people whose records `by` may not change, whatever the model permissions say."""
    if by.is_superuser:
        return set()
    if by.has_perm("org.change_role"):
        return set(User.objects.filter(is_superuser=True).values_list("pk", flat=True))
    return administrator_ids()


def require_may_save(by: User | None, person: User, *, roles: Iterable[Role] | None = None) -> None:
    """Refuse with the reason unless `by` may create or change this employee, and give these roles."""
    action = "org.change_user" if person.pk else "org.add_user"
    if by is None or not by.has_perm(action):
        raise Forbidden(_("You may not change employees."))
    if roles is not None and not by.has_perm("org.change_role"):
        raise Forbidden(_("Only an administrator may give role groups."))
    if person.pk in protected_from(by):
        said = _("%(name)s is an administrator; only another administrator may change this.")
        raise Forbidden(said % {"name": person})


def needs(permission: str):
    """A visibility rule of the navigation: whoever holds this permission."""

    def visible(request: HttpRequest) -> bool:
        return request.user.has_perm(permission)

    return visible
