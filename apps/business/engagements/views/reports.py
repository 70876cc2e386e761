"""Pages of progress reports: the tab, writing, reading, printing, sending, the client's answer."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from apps.business.engagements import permissions, services
from apps.business.engagements.forms import AnswerForm, ReportForm, SendForm
from apps.business.engagements.models import ProgressReport
from apps.business.engagements.printing import file_name, report_pdf
from apps.business.engagements.views.base import Deed, EngagementPage, EngagementRecordPage, QuestionPage, Tab
from apps.business.engagements.wording import report_of, state_of_report
from apps.core import clock
from apps.core.files import MIME
from apps.core.jobs import Job
from apps.org.pages import RecordCreate, RecordUpdate


class Reports(Tab):
    """Every report of an engagement, and the next promise."""

    tab = "reports"
    template_name = "business/engagement_reports.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.engagement.progress_reports.select_related("author")
        reports = [{"report": row, "state": state_of_report(row)} for row in rows]
        return super().get_context_data(reports=reports, promise=report_of(self.engagement), **kwargs)


class ReportFormPage:
    """What writing and correcting a report share."""

    model = ProgressReport
    form_class = ReportForm
    action = "report"

    def save(self, form: ReportForm) -> ProgressReport:
        """Through the rules of reports."""
        reason = form.cleaned_data.get("change_reason", "")
        return services.save_report(form.instance, by=self.request.user, reason=reason)

    def get_success_url(self) -> str:
        """The report, as the client will see it; the tab as long as there is none."""
        return self.object.get_absolute_url() if self.object and self.object.pk else self.page("reports")


class ReportCreate(ReportFormPage, EngagementRecordPage, RecordCreate):
    """A new report; the period begins after that of the last one."""

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": ProgressReport(engagement=self.engagement)}

    def get_initial(self) -> dict[str, Any]:
        start, end = services.next_period(self.engagement)
        return {"period_from": start, "period_to": end}


class ReportUpdate(ReportFormPage, EngagementRecordPage, RecordUpdate):
    """Correct a draft."""

    row_model = ProgressReport

    def get_queryset(self):
        return ProgressReport.objects.filter(engagement=self.engagement, state=ProgressReport.State.DRAFT)


class ReportPage(EngagementPage):
    """A page about one report."""

    row_model = ProgressReport

    def page_after_refusal(self) -> str:
        return self.row.get_absolute_url()


class ReportDetail(ReportPage, TemplateView):
    """A report as the client sees it, with what became of it."""

    template_name = "business/progressreport_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        report = self.row
        mail = Job.objects.filter(key=f"progress-report-{report.pk}").first()
        return super().get_context_data(
            page_title=_("Progress report %(number)s") % {"number": report.number},
            engagement=self.engagement,
            report=report,
            state=state_of_report(report),
            may_report=permissions.may(self.request.user, "report", self.engagement),
            reports_url=self.page("reports"),
            mail=mail,
            **kwargs,
        )


class ReportPrint(ReportPage, View):
    """The report as a PDF."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        report = self.row
        return HttpResponse(
            report_pdf(report),
            content_type=MIME["pdf"],
            headers={
                "Content-Disposition": f'inline; filename="{file_name(report)}"',
                "Cache-Control": "private, no-store",
            },
        )


class ReportSend(ReportPage, QuestionPage):
    """Choose who gets it, and send."""

    action = "report"
    form_class = SendForm
    template_name = "business/progressreport_send.html"
    submit_label = gettext_lazy("Send")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "recipients": services.recipients_of(self.engagement)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.title = _("Send progress report %(number)s") % {"number": self.row.number}
        return super().get_context_data(report=self.row, **kwargs)

    def cancel_url(self) -> str:
        return self.row.get_absolute_url()

    def answer(self, form: SendForm) -> HttpResponse:
        given = form.cleaned_data
        report = services.send_report(
            self.row, by=self.request.user, to=list(given.get("to") or []), otherwise=given["otherwise"]
        )
        messages.success(self.request, _("The report goes to %(people)s.") % {"people": report.sent_to})
        return redirect(report)


class ReportAnswer(ReportPage, QuestionPage):
    """Keep what the client answered."""

    action = "report"
    form_class = AnswerForm
    title = gettext_lazy("The client's answer")
    submit_label = gettext_lazy("Save")

    def get_initial(self) -> dict[str, Any]:
        report = self.row
        return {"answer": report.answer, "answered_on": report.answered_on or clock.today()}

    def cancel_url(self) -> str:
        return self.row.get_absolute_url()

    def answer(self, form: AnswerForm) -> HttpResponse:
        given = form.cleaned_data
        report = services.record_answer(self.row, by=self.request.user, answer=given["answer"], on=given["answered_on"])
        messages.success(self.request, _("The answer is kept with the report."))
        return redirect(report)


class ReportDelete(Deed):
    """Throw a draft away."""

    row_model = ProgressReport
    back_to = "reports"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        services.delete_report(self.row, by=request.user)
        messages.success(request, _("The draft is deleted."))
        return redirect(self.page("reports"))
