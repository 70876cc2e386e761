"""Permissions in readable words, in the reader's language."""

from django.apps import apps
from django.contrib.auth.models import Permission
from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from simple_history.models import HistoricalChanges

from apps.core import registry

STANDARD = ("view", "add", "change", "delete")


def action_label(action: str) -> str:
    """What one of Django's four standard permissions allows."""
    return {"view": _("See"), "add": _("Create"), "change": _("Change"), "delete": _("Delete")}[action]


def business_permissions() -> QuerySet[Permission]:
    """Permissions on the tables of this program, without those on histories and on Django's own tables."""
    labels = [config.label for config in apps.get_app_configs() if config.name.startswith("apps.")]
    histories = [
        (model._meta.app_label, model._meta.model_name)
        for model in apps.get_models()
        if issubclass(model, HistoricalChanges) or hasattr(model, "history_id") or hasattr(model, "m2m_history_id")
    ]
    found = Permission.objects.filter(content_type__app_label__in=labels).select_related("content_type")
    for app_label, model_name in histories:
        found = found.exclude(content_type__app_label=app_label, content_type__model=model_name)
    return found.order_by("content_type__app_label", "content_type__model", "codename")


def meaningful_permissions() -> QuerySet[Permission]:
    """Those that some page asks for, as the apps declare them for the roles of a new company."""
    declared = set().union(*registry.role_permissions.values())
    return business_permissions().filter(
        pk__in=[permission.pk for permission in business_permissions() if _name(permission) in declared]
    )


def _name(permission: Permission) -> str:
    return f"{permission.content_type.app_label}.{permission.codename}"


def rank_of(permission: Permission) -> int:
    """Seeing before creating before changing, what is special last."""
    action = permission.codename.split("_")[0]
    standard = permission.codename == f"{action}_{permission.content_type.model}" and action in STANDARD
    return STANDARD.index(action) if standard else len(STANDARD)


def model_of(permission: Permission) -> type[Model] | None:
    """The model a permission is about; None when the program no longer has it."""
    content_type = permission.content_type
    try:
        return apps.get_model(content_type.app_label, content_type.model)
    except LookupError:
        return None


def own_label(permission: Permission) -> str:
    """The words of a permission without its table: “See”, “Can see the bank accounts of employees”."""
    model = model_of(permission)
    if model is None:
        return permission.name
    meta = model._meta
    action = permission.codename.removesuffix(f"_{meta.model_name}")
    if action in STANDARD:
        return action_label(action)
    return str(dict(meta.permissions).get(permission.codename, permission.name))


def permission_label(permission: Permission) -> str:
    """The words of a permission with its table: “Employees: see”."""
    model = model_of(permission)
    plural = str(model._meta.verbose_name_plural) if model else permission.content_type.model
    return f"{plural[:1].upper()}{plural[1:]}{_(': ')}{own_label(permission)}"
