"""Pages about employees."""

import io
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.generic import DetailView, FormView

from apps.core.errors import Refused
from apps.core.files import MIME, serve_file
from apps.org import permissions, services
from apps.org.accounts.mail import send_sign_in_link
from apps.org.employees.forms import DeactivateForm, EmployeeForm, ReactivateForm
from apps.org.employees.imports import EMPLOYEES
from apps.org.employees.workbooks import write_template
from apps.org.import_pages import ConfirmImport, ImportPage
from apps.org.models import Role, User
from apps.org.pages import RecordCreate, RecordHistory, RecordUpdate


class EmployeeRecord:
    """Where the pages about one employee lead."""

    model = User
    list_url = "org:employee-list"
    history_url = "org:employee-history"

    def get_success_url(self) -> str:
        """The page of the employee."""
        return reverse("org:employee-detail", args=[self.object.pk]) if self.object else self.get_list_url()


class EmployeeFormPage(EmployeeRecord):
    """What creating and changing share."""

    form_class = EmployeeForm

    def save(self, form: EmployeeForm) -> User:
        """Record and role groups together; role groups only when the form may ask for them."""
        return services.save_employee(
            form.instance,
            by=self.request.user,
            roles=form.cleaned_data.get("roles"),
            reason=form.cleaned_data.get("change_reason", ""),
        )


class EmployeeCreate(EmployeeFormPage, RecordCreate):
    """A new employee. The first password comes with the sign-in link."""

    permission_required = "org.add_user"


class EmployeeUpdate(EmployeeFormPage, RecordUpdate):
    """Change an employee who works here."""

    permission_required = "org.change_user"

    def get_queryset(self):
        """Leavers are read, not changed."""
        return User.objects.filter(is_active=True)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Say at the door, not after the typing, that an administrator's record is closed to others."""
        if request.user.has_perm(self.permission_required):
            try:
                permissions.require_may_save(request.user, get_object_or_404(User, pk=kwargs["pk"]))
            except Refused as refusal:
                raise PermissionDenied(str(refusal)) from refusal
        return super().dispatch(request, *args, **kwargs)


class EmployeeHistory(EmployeeRecord, RecordHistory):
    """The history of an employee, role groups included."""

    permission_required = "org.view_user"
    update_url = "org:employee-detail"


class EmployeeDetail(PermissionRequiredMixin, DetailView):
    """One employee: record, role groups, headships, reports, devices."""

    model = User
    permission_required = "org.view_user"
    template_name = "org/employee_detail.html"
    context_object_name = "employee"

    def get_queryset(self):
        """With everything the page names."""
        return User.objects.select_related("department", "position", "grade", "manager")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What this viewer may see and do here."""
        viewer, employee = self.request.user, self.object
        return super().get_context_data(
            bank_account=permissions.bank_account_for(viewer, employee),
            roles=Role.objects.filter(user=employee),
            headships=employee.headed_departments.all(),
            reports=employee.reports.filter(is_active=True).order_by("name", "pk"),
            may_change=viewer.has_perm("org.change_user"),
            may_deactivate=viewer.has_perm("org.deactivate_user") and employee != viewer,
            **kwargs,
        )


class Deactivate(PermissionRequiredMixin, FormView):
    """Let an employee leave: shows what will be handed over, asks to whom and why."""

    permission_required = "org.deactivate_user"
    template_name = "org/employee_deactivate.html"
    form_class = DeactivateForm

    @property
    def employee(self) -> User:
        """The one who leaves."""
        return get_object_or_404(User, pk=self.kwargs["pk"], is_active=True)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Nobody succeeds himself."""
        return {**super().get_form_kwargs(), "employee": self.employee}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The list of what goes to the successor."""
        employee = self.employee
        lines = services.describe_handover(employee)
        return super().get_context_data(employee=employee, lines=lines, own=employee == self.request.user, **kwargs)

    def form_valid(self, form: DeactivateForm) -> HttpResponse:
        """All of it in one transaction, or a refusal that says why."""
        employee = self.employee
        try:
            services.deactivate_employee(employee=employee, by=self.request.user, **form.cleaned_data)
        except Refused as refusal:
            form.show_refusal(refusal)
            return self.form_invalid(form)
        messages.success(self.request, _("%(name)s has left; open work is handed over.") % {"name": employee})
        return redirect("org:employee-detail", pk=employee.pk)


class Reactivate(PermissionRequiredMixin, FormView):
    """Somebody who left works here again."""

    permission_required = "org.deactivate_user"
    template_name = "org/employee_reactivate.html"
    form_class = ReactivateForm

    @property
    def employee(self) -> User:
        """The one who comes back."""
        return get_object_or_404(User, pk=self.kwargs["pk"], is_active=False)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whom it is about."""
        return super().get_context_data(employee=self.employee, **kwargs)

    def form_valid(self, form: ReactivateForm) -> HttpResponse:
        """Open the account again."""
        employee = self.employee
        try:
            services.reactivate_employee(employee=employee, by=self.request.user, reason=form.cleaned_data["reason"])
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)
        messages.success(self.request, _("%(name)s works here again. Give role groups anew.") % {"name": employee})
        return redirect("org:employee-detail", pk=employee.pk)


@require_POST
@permission_required("org.change_user", raise_exception=True)
def send_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Send an employee the letter with which to set a (first) password."""
    employee = get_object_or_404(User, pk=pk, is_active=True)
    if employee.email:
        send_sign_in_link(employee)
        messages.success(request, _("The sign-in link is on its way to %(email)s.") % {"email": employee.email})
    else:
        messages.error(request, _("%(name)s has no e-mail address.") % {"name": employee})
    return redirect("org:employee-detail", pk=pk)


# ---- workbooks ----

MAY_IMPORT = ("org.add_user", "org.change_user")


@permission_required(MAY_IMPORT, raise_exception=True)
def template(request: HttpRequest) -> HttpResponse:
    """The empty sheet."""
    stream = io.BytesIO()
    write_template(stream, viewer=request.user)
    stream.seek(0)
    return serve_file(stream, _("employees-template.xlsx"), content_type=MIME["xlsx"])


class Import(ImportPage):
    """Employees from a workbook."""

    sort = EMPLOYEES
    permission_required = MAY_IMPORT
    template_name = "org/employee_import.html"


class ConfirmEmployeeImport(ConfirmImport):
    """Write the employees the preview has shown."""

    permission_required = MAY_IMPORT
    page = Import
    import_url = "org:employee-import"
