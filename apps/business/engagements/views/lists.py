"""Lists: the register of engagements, whom the house owes a progress report, the register of reports."""

import datetime as dt

from django.db.models import DateField, F, Max, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy

from apps.business.engagements.filters import DueFilterSet, EngagementFilterSet, ReportFilterSet
from apps.business.engagements.models import Engagement, ProgressReport
from apps.business.engagements.tables import DueTable, EngagementTable, ReportTable
from apps.core import clock
from apps.documents.views.lists import LoggedList

NEVER = Value(dt.date(9999, 12, 31), DateField())
SOON = dt.timedelta(days=7)


class EngagementList(LoggedList):
    """The engagements a person may see."""

    title = gettext_lazy("Engagements")
    table_class = EngagementTable
    filterset_class = EngagementFilterSet

    def queryset(self) -> QuerySet:
        rows = Engagement.objects.visible_to(self.request.user)
        # the small catalogues apart: with every table in one statement, planning it takes longer than running it
        rows = rows.select_related("client", "manager").prefetch_related("service_type", "department")
        total = F("contract__fee") + F("contract__supplemented")
        return rows.annotate(
            report_order=Coalesce(F("next_report_on"), NEVER),
            contract_number=F("contract__number"),
            total=total,
            settled=F("contract__settled"),
            unsettled=total - F("contract__settled") - F("contract__settling"),
        )


class ReportsDue(LoggedList):
    """Clause 2.2.3: which clients wait for a progress report, or will within a week; the oldest promise first."""

    title = gettext_lazy("Progress reports due")
    table_class = DueTable
    filterset_class = DueFilterSet

    def queryset(self) -> QuerySet:
        rows = Engagement.objects.visible_to(self.request.user).running()
        rows = rows.filter(next_report_on__lte=clock.today() + SOON).select_related("client", "manager")
        return rows.annotate(last_sent=Max("progress_reports__sent_at"))


class ReportList(LoggedList):
    """Every progress report of the engagements a person may see."""

    title = gettext_lazy("Progress reports")
    table_class = ReportTable
    filterset_class = ReportFilterSet

    def queryset(self) -> QuerySet:
        rows = ProgressReport.objects.visible_to(self.request.user)
        return rows.select_related("engagement__client", "author")
