"""Pages of the company's calendar, for administrators and Human Resources; auditors read it."""

from typing import Any

import django_filters
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from apps.core import clock
from apps.core.filters import BaseFilterSet, SearchFilter
from apps.core.tables import Column, Table
from apps.org.calendar import services
from apps.org.calendar.fields import WeekdaysField
from apps.org.calendar.forms import DayForm, DaysForm
from apps.org.lists import BackOfficeList
from apps.org.models import CalendarDay, Company
from apps.org.pages import RecordCreate, RecordHistory, RecordUpdate


class CalendarTable(Table):
    """The days that differ from their weekday."""

    columns = [
        Column("day", gettext_lazy("Day"), kind="date", sort="day"),
        Column(
            "weekday", gettext_lazy("Weekday"), accessor=lambda row: WeekdaysField.in_words(str(row.day.isoweekday()))
        ),
        Column("label", gettext_lazy("Name"), kind="link"),
        Column("kind", gettext_lazy("Kind"), kind="badge", choices=dict(CalendarDay.Kind.choices)),
        Column("source", gettext_lazy("Source")),
    ]
    default_sort = "-day"
    caption = gettext_lazy("Company calendar")
    empty_title = gettext_lazy("No holiday is entered")
    empty_hint = gettext_lazy("Without holidays, deadlines count them as working days.")

    def row_url(self, row: CalendarDay) -> str:
        """The form; who may only read is led to the history."""
        return reverse("org:calendar-update", args=[row.pk])


class CalendarFilter(BaseFilterSet):
    """Days by year, kind and words."""

    q = SearchFilter(["name", "name_en", "source"])
    year = django_filters.NumberFilter(label=gettext_lazy("Year"), field_name="day__year")
    kind = django_filters.ChoiceFilter(label=gettext_lazy("Kind"), choices=CalendarDay.Kind)

    class Meta:
        model = CalendarDay
        fields = []


class CalendarList(BackOfficeList):
    """Official holidays and make-up working days, and the company's own."""

    template_name = "org/calendar.html"
    title = gettext_lazy("Company calendar")
    table_class = CalendarTable
    filterset_class = CalendarFilter
    view_permission = "org.view_calendarday"
    add_permission = "org.add_calendarday"
    create_name = "org:calendar-create"
    create_label = gettext_lazy("New days")

    def queryset(self) -> QuerySet:
        """All of them."""
        return CalendarDay.objects.all()

    def extra_context(self) -> dict[str, Any]:
        """The working week, and the years whose holidays are missing."""
        company = Company.current()
        return {
            "company": company,
            "weekdays": WeekdaysField.in_words(company.working_weekdays),
            "missing": services.years_without_entries(clock.today()),
        }


class DaysCreate(RecordCreate):
    """New days of the calendar: one, or those of a holiday."""

    model = CalendarDay
    form_class = DaysForm
    permission_required = "org.add_calendarday"
    list_url = "org:calendar"

    def save(self, form: DaysForm) -> CalendarDay:
        """Each day is a row."""
        until = form.cleaned_data["until"]
        return services.add_days(form.instance, until=until, by=self.request.user)[-1]


class DayUpdate(RecordUpdate):
    """Change a day."""

    model = CalendarDay
    form_class = DayForm
    template_name = "org/calendar_day.html"
    permission_required = "org.change_calendarday"
    list_url = "org:calendar"
    history_url = "org:calendar-history"


class DayHistory(RecordHistory):
    """The history of a day."""

    model = CalendarDay
    permission_required = "org.view_calendarday"
    list_url = "org:calendar"


@require_POST
@permission_required("org.delete_calendarday", raise_exception=True)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """The day follows its weekday again."""
    day = get_object_or_404(CalendarDay, pk=pk)
    said = _("%(day)s is removed.") % {"day": day}
    services.remove_day(day, by=request.user)
    messages.success(request, said)
    return redirect("org:calendar")
