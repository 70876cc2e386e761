"""Pages of the back office: departments, positions, grades, role groups, company."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.generic import DetailView, TemplateView

from apps.core.errors import Refused
from apps.org import services
from apps.org.forms import CompanyForm, DepartmentForm, JobGradeForm, MemberForm, PositionForm, RoleForm
from apps.org.models import Company, Department, JobGrade, Position, Role, User
from apps.org.pages import RecordCreate, RecordHistory, RecordUpdate
from apps.org.wording import permission_label

# ---- departments ----


class DepartmentTreePage(PermissionRequiredMixin, TemplateView):
    """The departments as a tree, with their heads and how many people work there."""

    permission_required = "org.view_department"
    template_name = "org/department_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One query, whatever the depth. Departments out of use are shown on request."""
        shown_all = "all" in self.request.GET
        counted = Department.objects.select_related("head").annotate(
            people=Count("members", filter=Q(members__is_active=True))
        )
        rows = [
            {"department": department, "depth": depth, "indent": "\u2003" * (depth - 1)}
            for department, depth in counted.tree().walk()
            if shown_all or department.active
        ]
        return super().get_context_data(rows=rows, shown_all=shown_all, **kwargs)


class DepartmentCreate(RecordCreate):
    """A new department."""

    model = Department
    form_class = DepartmentForm
    permission_required = "org.add_department"
    list_url = "org:department-list"

    def save(self, form: DepartmentForm) -> Department:
        """Through the department's own rules."""
        return services.save_department(form.instance, by=self.request.user)


class DepartmentUpdate(RecordUpdate):
    """Name, place in the tree, head; taking it out of use."""

    model = Department
    form_class = DepartmentForm
    permission_required = "org.change_department"
    list_url = "org:department-list"
    history_url = "org:department-history"

    def save(self, form: DepartmentForm) -> Department:
        """Through the department's own rules."""
        reason = form.cleaned_data["change_reason"]
        return services.save_department(form.instance, by=self.request.user, reason=reason)


class DepartmentHistory(RecordHistory):
    """The history of a department."""

    model = Department
    permission_required = "org.view_department"
    list_url = "org:department-list"


# ---- positions and grades ----


class PositionCreate(RecordCreate):
    """A new position."""

    model = Position
    form_class = PositionForm
    permission_required = "org.add_position"
    list_url = "org:position-list"


class PositionUpdate(RecordUpdate):
    """Change a position."""

    model = Position
    form_class = PositionForm
    permission_required = "org.change_position"
    list_url = "org:position-list"
    history_url = "org:position-history"


class PositionHistory(RecordHistory):
    """The history of a position."""

    model = Position
    permission_required = "org.view_position"
    list_url = "org:position-list"


class JobGradeCreate(RecordCreate):
    """A new grade."""

    model = JobGrade
    form_class = JobGradeForm
    permission_required = "org.add_jobgrade"
    list_url = "org:jobgrade-list"


class JobGradeUpdate(RecordUpdate):
    """Change a grade."""

    model = JobGrade
    form_class = JobGradeForm
    permission_required = "org.change_jobgrade"
    list_url = "org:jobgrade-list"
    history_url = "org:jobgrade-history"


class JobGradeHistory(RecordHistory):
    """The history of a grade."""

    model = JobGrade
    permission_required = "org.view_jobgrade"
    list_url = "org:jobgrade-list"


# ---- role groups ----


class RolePage(PermissionRequiredMixin, DetailView):
    """A role group: who is in it and what they may do, in words."""

    model = Role
    permission_required = "org.view_role"
    template_name = "org/role_detail.html"
    context_object_name = "role"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Members by name; permissions in words."""
        may_change = self.request.user.has_perm("org.change_role")
        given = self.object.permissions.select_related("content_type")
        members = User.objects.filter(groups=self.object.pk).select_related("department", "position")
        return super().get_context_data(
            members=members.order_by("name", "pk"),
            permissions_given=sorted(permission_label(permission) for permission in given),
            may_change=may_change,
            member_form=MemberForm(role=self.object) if may_change else None,
            **kwargs,
        )


class RoleFormPage:
    """What creating and changing a role group share."""

    model = Role
    form_class = RoleForm
    template_name = "org/role_form.html"
    list_url = "org:role-list"
    history_url = "org:role-history"

    def save(self, form: RoleForm) -> Role:
        """The group and its permissions together."""
        return services.save_role(
            form.instance,
            permissions_given=form.permissions_given(),
            by=self.request.user,
            reason=form.cleaned_data.get("change_reason", ""),
        )

    def get_success_url(self) -> str:
        """The page of the role group."""
        return reverse("org:role-detail", args=[self.object.pk]) if self.object else self.get_list_url()


class RoleCreate(RoleFormPage, RecordCreate):
    """A new role group."""

    permission_required = "org.add_role"


class RoleUpdate(RoleFormPage, RecordUpdate):
    """Change a role group."""

    permission_required = "org.change_role"


class RoleHistory(RecordHistory):
    """The history of a role group: its permissions and words; who was in it is in the history of the people."""

    model = Role
    permission_required = "org.view_role"
    list_url = "org:role-list"
    update_url = "org:role-detail"


@require_POST
@permission_required("org.change_role", raise_exception=True)
def add_member(request: HttpRequest, pk: int) -> HttpResponse:
    """Put an employee into a role group."""
    role = get_object_or_404(Role, pk=pk)
    form = MemberForm(request.POST, role=role)
    if not form.is_valid():
        messages.error(request, " ".join(form.errors.get("employee", [_("Choose an employee.")])))
        return redirect("org:role-detail", pk=pk)
    return _member_change(request, services.add_member, role, form.cleaned_data["employee"])


@require_POST
@permission_required("org.change_role", raise_exception=True)
def remove_member(request: HttpRequest, pk: int, user_pk: int) -> HttpResponse:
    """Take an employee out of a role group."""
    role = get_object_or_404(Role, pk=pk)
    return _member_change(request, services.remove_member, role, get_object_or_404(User, pk=user_pk, groups=pk))


def _member_change(request: HttpRequest, change: Any, role: Role, employee: User) -> HttpResponse:
    try:
        change(role=role, employee=employee, by=request.user)
        messages.success(request, _("%(record)s is saved.") % {"record": role})
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("org:role-detail", pk=role.pk)


# ---- company ----


class CompanySettings(RecordUpdate):
    """The company's data and limits; read by everybody who may see them, changed by administrators."""

    model = Company
    form_class = CompanyForm
    permission_required = "org.change_company"
    list_url = "org:company"
    history_url = "org:company-history"
    template_name = "org/company.html"

    def get_queryset(self):
        """The one row, created when the database is new."""
        the_company()
        self.kwargs["pk"] = 1
        return Company.objects.all()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The heading."""
        return super().get_context_data(heading=_("Company"), **kwargs)


class CompanyHistory(RecordHistory):
    """The history of the company's settings."""

    model = Company
    permission_required = "org.view_company"
    list_url = "org:company"

    def get_object(self, queryset: Any = None) -> Company:
        """The one row."""
        return the_company()


def the_company() -> Company:
    """The one row of settings, stored from now on."""
    return Company.objects.get_or_create(pk=1, defaults={"name": Company.current().name})[0]
