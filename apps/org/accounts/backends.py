"""Who signs in with a password, and what roles and rights given to a person alone allow."""

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission


class RolesBackend(ModelBackend):
    """Django's own, but reads the rights of a person in one query, once per loaded person."""

    def get_all_permissions(self, user_obj, obj=None) -> set[str]:
        """Rights of roles and of this person alone, as `app.codename`."""
        if user_obj.is_superuser or user_obj.is_anonymous or not user_obj.is_active or obj is not None:
            return super().get_all_permissions(user_obj, obj)
        known = vars(user_obj)
        if "_perm_cache" not in known:
            own, of_roles = Permission.objects.filter(user=user_obj), Permission.objects.filter(group__user=user_obj)
            names = ("content_type__app_label", "codename")
            rights = own.order_by().values_list(*names).union(of_roles.order_by().values_list(*names))
            known["_perm_cache"] = {f"{app}.{codename}" for app, codename in rights}
        return known["_perm_cache"]
