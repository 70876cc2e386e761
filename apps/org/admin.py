"""Django's admin over the organisation, for administrators who want every field at once.

It keeps the rules of the back office: bank accounts stay hidden from those who may not see them, only a superuser makes
superusers, nothing is deleted, and people leave through their own page. Its sign-in is the one of the house.
"""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from apps.core.errors import Refused
from apps.org.employees.columns import GUARDED
from apps.org.models import Company, Department, JobGrade, Position, Role, User, UserSession
from apps.org.permissions import may_see_bank_account, require_may_save
from apps.org.services import with_reason
from apps.org.wording import business_permissions


class ReasonForm(forms.ModelForm):
    """Asks for the reason of a change."""

    change_reason = forms.CharField(label=_("Reason for the change"), required=False, max_length=200)


class RecordAdmin(SimpleHistoryAdmin):
    """History with person and reason; no deletion, and no revert by a POST to the history."""

    form = ReasonForm

    def save_model(self, request: HttpRequest, obj: Model, form: forms.ModelForm, change: bool) -> None:
        """Note who and why."""
        with_reason(obj, by=request.user, reason=form.cleaned_data.get("change_reason", ""))
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Master data goes out of use; papers and history refer to it for ever."""
        return False

    def history_form_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """An old version is for reading."""
        if request.method != "GET":
            raise PermissionDenied
        return super().history_form_view(request, *args, **kwargs)


@admin.register(Company)
class CompanyAdmin(RecordAdmin):
    """The one row of settings."""

    list_display = ["name", "uscc", "time_zone", "currency"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """One company, no more."""
        return super().has_add_permission(request) and not Company.objects.exists()


@admin.register(JobGrade)
class JobGradeAdmin(RecordAdmin):
    """Grades."""

    list_display = ["code", "name", "name_en", "level", "active"]
    list_filter = ["active"]
    search_fields = ["code", "name", "name_en"]


@admin.register(Position)
class PositionAdmin(RecordAdmin):
    """Positions."""

    list_display = ["code", "name", "name_en", "grade", "is_managerial", "active"]
    list_filter = ["active", "is_managerial", "grade"]
    list_select_related = ["grade"]
    search_fields = ["code", "name", "name_en"]
    autocomplete_fields = ["grade"]


@admin.register(Department)
class DepartmentAdmin(RecordAdmin):
    """Departments."""

    list_display = ["code", "name", "name_en", "parent", "head", "active", "order"]
    list_filter = ["active"]
    list_select_related = ["parent", "head"]
    search_fields = ["code", "name", "name_en"]
    autocomplete_fields = ["parent", "head"]


@admin.register(Role)
class RoleAdmin(RecordAdmin):
    """Role groups. The code is what routes and programs refer to: it stays."""

    list_display = ["code", "name", "name_en", "description"]
    search_fields = ["code", "name", "name_en"]
    filter_horizontal = ["permissions"]

    def get_readonly_fields(self, request: HttpRequest, obj: Role | None = None) -> list[str]:
        """The code, once it is given."""
        return ["code"] if obj else []

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> forms.Field:
        """Only permissions on the tables of this program."""
        if db_field.name == "permissions":
            kwargs["queryset"] = business_permissions()
        return super().formfield_for_manytomany(db_field, request, **kwargs)


class NewEmployeeForm(AdminUserCreationForm):
    """A new account with the name it needs."""

    class Meta:
        model = User
        fields = ["username", "name", "email"]


@admin.register(User)
class EmployeeAdmin(RecordAdmin, UserAdmin):
    """Employees and their accounts."""

    form = type("EmployeeChangeForm", (ReasonForm, UserAdmin.form), {})
    add_form = NewEmployeeForm
    list_display = ["username", "name", "employee_no", "department", "position", "status", "is_active"]
    list_filter = ["is_active", "status", "department", "groups"]
    list_select_related = ["department", "position"]
    search_fields = ["username", "name", "employee_no", "email", "phone"]
    autocomplete_fields = ["department", "position", "grade", "manager"]
    filter_horizontal = ["groups", "user_permissions"]
    ordering = ["username"]
    readonly_fields = ["is_active", "status", "left_on", "last_login", "date_joined"]
    add_fieldsets = [(None, {"fields": ["username", "name", "email", "usable_password", "password1", "password2"]})]
    RIGHTS = ["groups", "is_staff", "is_superuser", "user_permissions"]

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> list:
        """The record, what concerns the money only for those who may see it, and the rights."""
        if obj is None:
            return self.add_fieldsets
        bank = list(GUARDED) if may_see_bank_account(request.user, obj) else []
        person = ["username", "password", "name", "employee_no", "email", "phone", "hire_date"]
        place = ["department", "position", "grade", "manager", "status", "is_active", "left_on"]
        return [
            (None, {"fields": [*person, *bank]}),
            (_("Place in the company"), {"fields": place}),
            (_("Rights"), {"fields": self.RIGHTS}),
            (_("Account"), {"fields": ["language", "theme", "last_login", "date_joined"]}),
            (_("Reason for the change"), {"fields": ["change_reason"]}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Rights are given by superusers; role groups also on their pages in the back office."""
        return [*self.readonly_fields, *([] if request.user.is_superuser else self.RIGHTS)]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """As in the back office; a superuser's account is closed to all but superusers."""
        allowed = super().has_change_permission(request, obj)
        if not allowed or obj is None or request.user.is_superuser:
            return allowed
        if obj.is_superuser:
            return False
        try:
            require_may_save(request.user, obj)
        except Refused:
            return False
        return True

    def history_view(self, request: HttpRequest, object_id: str, extra_context: dict | None = None) -> HttpResponse:
        """The readable history, which masks what this viewer may not see."""
        return redirect("org:employee-history", pk=int(object_id))

    def history_form_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """The same: a raw old version would show what is masked elsewhere."""
        return redirect("org:employee-history", pk=int(object_id))


@admin.register(UserSession)
class UserSessionAdmin(admin.ModelAdmin):
    """Who is signed in where, to read."""

    list_display = ["user", "ip", "user_agent", "created", "last_seen"]
    list_select_related = ["user"]
    search_fields = ["user__username", "user__name", "ip"]
    fields = ["user", "ip", "user_agent", "created", "last_seen"]
    readonly_fields = fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Signing in makes them."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: UserSession | None = None) -> bool:
        """There is nothing to change."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: UserSession | None = None) -> bool:
        """Deleting the row would not end the session."""
        return False


@login_not_required
def house_sign_in(request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
    """The admin has no door of its own: lock-out, languages and the list of devices belong to the one of the house."""
    if request.user.is_authenticated:
        raise PermissionDenied(_("The administration pages are for system administrators."))
    return redirect_to_login(request.GET.get("next") or "/admin/")


admin.site.unregister(Group)
admin.site.login = house_sign_in
admin.site.site_header = admin.site.site_title = "AgencyOps"
