"""Questions that are asked of people and departments everywhere."""

from django.contrib.auth.models import Permission, UserManager
from django.db import models
from django.db.models import Q

from apps.org.tree import DepartmentTree


class UserQuerySet(models.QuerySet):
    """Employees."""

    def active(self):
        """People who may sign in and be given work."""
        return self.filter(is_active=True)

    def with_role(self, code: str):
        """Active members of a role group."""
        return self.active().filter(groups__role__code=code)

    def holding(self, permission: str):
        """Active people to whom a role, or a right of their own, allows it; being a superuser is not enough."""
        label, codename = permission.split(".")
        rights = Permission.objects.filter(content_type__app_label=label, codename=codename)
        return self.active().filter(Q(groups__permissions__in=rights) | Q(user_permissions__in=rights)).distinct()

    def search(self, text: str):
        """By name, user name, employee number, e-mail or phone, as typed into a search box."""
        found = self
        for word in text.split():
            found = found.filter(
                Q(name__icontains=word)
                | Q(username__icontains=word)
                | Q(employee_no__icontains=word)
                | Q(email__icontains=word)
                | Q(phone__icontains=word)
            )
        return found


class EmployeeManager(UserManager.from_queryset(UserQuerySet)):
    """Django's own manager with the questions above."""


class DepartmentQuerySet(models.QuerySet):
    """Departments and their tree; every answer costs one query."""

    def active(self):
        """Departments that new papers may name."""
        return self.filter(active=True)

    def tree(self) -> DepartmentTree:
        """All departments of this queryset as a tree, in the order they are shown."""
        return DepartmentTree(self.order_by("order", "code"))

    def headed_by(self, user) -> list[int]:
        """Ids of the departments this person heads, with everything below them (structural visibility)."""
        if user.pk is None:
            return []
        return sorted(self.only("pk", "parent_id", "head_id", "order", "code").tree().headed_by(user.pk))
