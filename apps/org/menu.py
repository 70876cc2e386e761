"""What the organisation adds to the navigation."""

from django.utils.translation import gettext_lazy as _

from apps.core import navigation
from apps.core.navigation import Item
from apps.org.permissions import needs


def register() -> None:
    """Called once at the start."""
    navigation.register(
        Item(_("Employees"), "org:employee-list", "people", 10, "system", needs("org.view_user")),
        Item(_("Departments"), "org:department-list", "diagram-3", 20, "system", needs("org.view_department")),
        Item(_("Positions"), "org:position-list", "briefcase", 30, "system", needs("org.view_position")),
        Item(_("Job grades"), "org:jobgrade-list", "bar-chart", 40, "system", needs("org.view_jobgrade")),
        Item(_("Role groups"), "org:role-list", "shield-check", 50, "system", needs("org.view_role")),
        Item(_("Calendar"), "org:calendar", "calendar-check", 55, "system", needs("org.view_calendarday")),
        Item(_("Company"), "org:company", "building", 60, "system", needs("org.view_company")),
    )
