"""How employees are imported: the function, the job, where it leads."""

from django.utils.translation import gettext_lazy as _

from apps.org.employees.importing import import_employees
from apps.org.import_pages import ImportSort

EMPLOYEES = ImportSort(
    name="employees",
    run=import_employees,
    job="org.import-employees",
    list_url="org:employee-list",
    done=_("%(new)d employees created, %(changed)d changed."),
)
