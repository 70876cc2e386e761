"""Addresses of the organisation: the door, one's own account, the back office."""

from django.urls import path

from apps.org import lists, views
from apps.org.accounts import views as accounts
from apps.org.calendar import views as calendar
from apps.org.employees import views as employees

app_name = "org"

urlpatterns = [
    path("sign-in/", accounts.SignIn.as_view(), name="sign-in"),
    path("sign-out/", accounts.SignOut.as_view(), name="sign-out"),
    path("password/reset/", accounts.PasswordReset.as_view(), name="password-reset"),
    path("password/reset/sent/", accounts.PasswordResetSent.as_view(), name="password-reset-sent"),
    path("password/reset/<uidb64>/<token>/", accounts.PasswordResetConfirm.as_view(), name="password-reset-confirm"),
    path("password/reset/done/", accounts.PasswordResetDone.as_view(), name="password-reset-done"),
    path("password/change/", accounts.PasswordChange.as_view(), name="password-change"),
    path("preferences/", accounts.preferences, name="preferences"),
    path("account/", accounts.Account.as_view(), name="account"),
    path("account/sessions/", accounts.Sessions.as_view(), name="sessions"),
    path("account/sessions/<int:pk>/end/", accounts.end_session, name="session-end"),
    path("account/sessions/end-others/", accounts.end_other_sessions, name="session-end-others"),
    path("org/departments/", views.DepartmentTreePage.as_view(), name="department-list"),
    path("org/departments/new/", views.DepartmentCreate.as_view(), name="department-create"),
    path("org/departments/<int:pk>/", views.DepartmentUpdate.as_view(), name="department-update"),
    path("org/departments/<int:pk>/history/", views.DepartmentHistory.as_view(), name="department-history"),
    path("org/positions/", lists.PositionList.as_view(), name="position-list"),
    path("org/positions/new/", views.PositionCreate.as_view(), name="position-create"),
    path("org/positions/<int:pk>/", views.PositionUpdate.as_view(), name="position-update"),
    path("org/positions/<int:pk>/history/", views.PositionHistory.as_view(), name="position-history"),
    path("org/grades/", lists.JobGradeList.as_view(), name="jobgrade-list"),
    path("org/grades/new/", views.JobGradeCreate.as_view(), name="jobgrade-create"),
    path("org/grades/<int:pk>/", views.JobGradeUpdate.as_view(), name="jobgrade-update"),
    path("org/grades/<int:pk>/history/", views.JobGradeHistory.as_view(), name="jobgrade-history"),
    path("org/roles/", lists.RoleList.as_view(), name="role-list"),
    path("org/roles/new/", views.RoleCreate.as_view(), name="role-create"),
    path("org/roles/<int:pk>/", views.RolePage.as_view(), name="role-detail"),
    path("org/roles/<int:pk>/change/", views.RoleUpdate.as_view(), name="role-update"),
    path("org/roles/<int:pk>/history/", views.RoleHistory.as_view(), name="role-history"),
    path("org/roles/<int:pk>/members/add/", views.add_member, name="role-add-member"),
    path("org/roles/<int:pk>/members/<int:user_pk>/remove/", views.remove_member, name="role-remove-member"),
    path("org/calendar/", calendar.CalendarList.as_view(), name="calendar"),
    path("org/calendar/new/", calendar.DaysCreate.as_view(), name="calendar-create"),
    path("org/calendar/<int:pk>/", calendar.DayUpdate.as_view(), name="calendar-update"),
    path("org/calendar/<int:pk>/remove/", calendar.remove, name="calendar-remove"),
    path("org/calendar/<int:pk>/history/", calendar.DayHistory.as_view(), name="calendar-history"),
    path("org/company/", views.CompanySettings.as_view(), name="company"),
    path("org/company/history/", views.CompanyHistory.as_view(), name="company-history"),
    path("org/employees/", lists.EmployeeList.as_view(), name="employee-list"),
    path("org/employees/new/", employees.EmployeeCreate.as_view(), name="employee-create"),
    path("org/employees/import/", employees.Import.as_view(), name="employee-import"),
    path("org/employees/import/confirm/", employees.ConfirmEmployeeImport.as_view(), name="employee-import-confirm"),
    path("org/employees/import/template/", employees.template, name="employee-import-template"),
    path("org/employees/<int:pk>/", employees.EmployeeDetail.as_view(), name="employee-detail"),
    path("org/employees/<int:pk>/change/", employees.EmployeeUpdate.as_view(), name="employee-update"),
    path("org/employees/<int:pk>/history/", employees.EmployeeHistory.as_view(), name="employee-history"),
    path("org/employees/<int:pk>/deactivate/", employees.Deactivate.as_view(), name="employee-deactivate"),
    path("org/employees/<int:pk>/reactivate/", employees.Reactivate.as_view(), name="employee-reactivate"),
    path("org/employees/<int:pk>/send-link/", employees.send_link, name="employee-send-link"),
]
