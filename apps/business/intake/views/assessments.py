"""Pages of preliminary assessments: list, begin, change, decide, history, and the margin while they are written."""

from typing import Any

from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from apps.business.intake import permissions
from apps.business.intake.filters import AssessmentFilterSet
from apps.business.intake.forms import AssessmentForm, VerdictForm
from apps.business.intake.models import EngagementIntake, IntakeAssessment
from apps.business.intake.querysets import with_contracted
from apps.business.intake.services import decide, save_assessment
from apps.business.intake.services.assessments import warnings_of
from apps.business.intake.tables import AssessmentTable, verdict_of
from apps.business.leads.models import Opportunity
from apps.core.errors import Forbidden, Refused
from apps.core.money import quantize
from apps.core.refusals import RefusalMixin
from apps.documents.views.lists import LoggedList
from apps.org.pages import RecordCreate, RecordHistory, RecordPage, RecordUpdate
from apps.risk.credit import gate

RELATED = ("opportunity__client", "opportunity__owner", "service_type", "assessed_by")


class AssessmentList(LoggedList):
    """The assessments of the opportunities a person may see."""

    title = gettext_lazy("Preliminary assessments")
    table_class = AssessmentTable
    filterset_class = AssessmentFilterSet
    create_label = gettext_lazy("New assessment")

    def queryset(self) -> QuerySet:
        seen = IntakeAssessment.objects.visible_to(self.request.user).select_related(*RELATED)
        return seen.annotate(margin_amount=F("expected_revenue") - F("expected_cost"))

    def create_url(self) -> str:
        return reverse("business:assessment-create") if self.request.user.has_perm(permissions.RAISE) else ""


class AssessmentPage(RefusalMixin):
    """A page about the assessment whose key is in the address; it exists for whoever sees the opportunity."""

    #: asked before the page opens, in `permissions.may`
    action = ""

    @cached_property
    def assessment(self) -> IntakeAssessment:
        """The assessment this page is about."""
        seen = IntakeAssessment.objects.visible_to(self.request.user).select_related(*RELATED)
        return get_object_or_404(seen, pk=self.kwargs["pk"])

    def require_action(self) -> None:
        """404 for whom it does not exist, 403 with the reason for who may not do this."""
        assessment = self.assessment
        if self.action:
            permissions.require(self.request.user, self.action, assessment)

    def page_after_refusal(self) -> str:
        if "pk" in self.kwargs:
            return self.assessment.get_absolute_url()
        return reverse("business:assessment-list")


class AssessmentRecord(AssessmentPage, RecordPage):
    """Create, change, history. The permission is not one of the model but that of the opportunity."""

    model = IntakeAssessment
    list_url = "business:assessment-list"
    permission_required = ()

    def has_permission(self) -> bool:
        self.require_action()
        return True

    def get_queryset(self) -> QuerySet:
        return IntakeAssessment.objects.visible_to(self.request.user)

    def get_success_url(self) -> str:
        stored = getattr(self, "object", None)
        return stored.get_absolute_url() if stored and stored.pk else self.get_list_url()


class AssessmentFormPage:
    """What beginning and changing an assessment share: the margin beside the form."""

    form_class = AssessmentForm
    template_name = "business/assessment_form.html"

    def save(self, form: AssessmentForm) -> IntakeAssessment:
        """Through the rules of assessments."""
        return save_assessment(form.instance, by=self.request.user, reason=form.cleaned_data.get("change_reason", ""))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        preview = reverse("business:assessment-preview")
        return super().get_context_data(preview_url=f"{preview}?of={self.kwargs.get('pk', '')}", **kwargs)


class AssessmentCreate(AssessmentFormPage, AssessmentRecord, RecordCreate):
    """Begin an assessment; `?opportunity=` says of which opportunity."""

    @cached_property
    def opportunity(self) -> Opportunity | None:
        """The opportunity the address names, where the person may assess it."""
        pk = self.request.GET.get("opportunity", "")
        if not pk.isdecimal():
            return None
        seen = Opportunity.objects.visible_to(self.request.user).select_related("owner", "client", "service_type")
        found = get_object_or_404(seen, pk=pk)
        permissions.require_may_assess(self.request.user, found)
        return found

    def require_action(self) -> None:
        if not self.request.user.has_perm(permissions.RAISE):
            raise Forbidden(_("Only Business assesses opportunities."))

    def get_initial(self) -> dict[str, Any]:
        found = self.opportunity
        if found is None:
            return {}
        return {
            "opportunity": found.pk,
            "service_type": found.service_type_id,
            "expected_revenue": found.expected_amount or None,
            "needs": found.lead.need if found.lead_id else found.client.needs,
        }


class AssessmentUpdate(AssessmentFormPage, AssessmentRecord, RecordUpdate):
    """Change an assessment that no application has used."""

    action = "change"
    history_url = "business:assessment-history"


class AssessmentHistory(AssessmentRecord, RecordHistory):
    """Who changed what in an assessment."""

    update_url = "business:assessment-detail"
    template_name = "org/record_history.html"


class AssessmentDetail(AssessmentPage, View):
    """One assessment: what was found, the margin, the verdict, and the applications on it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.page(VerdictForm())

    def page(self, form: VerdictForm, *, status: int = 200) -> HttpResponse:
        """The page, with what was typed for the verdict."""
        assessment, user = self.assessment, self.request.user
        state, words = verdict_of(assessment)
        seen = EngagementIntake.objects.visible_to(user).filter(assessment=assessment)
        context = {
            "page_title": assessment.number,
            "assessment": assessment,
            "state": state,
            "state_words": words,
            "warnings": warnings_of(assessment),
            "form": form,
            "may": {name: permissions.may(user, name, assessment) for name in permissions.ACTIONS},
            "intakes": list(with_contracted(seen).order_by("-pk")),
        }
        return render(self.request, "business/assessment_detail.html", context, status=status)


class Decide(AssessmentDetail):
    """Pass the assessment or not."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = VerdictForm(request.POST)
        if not form.is_valid():
            return self.page(form, status=422)
        values = form.cleaned_data
        try:
            done = decide(self.assessment, verdict=values["verdict"], note=values["note"], by=request.user)
        except Refused as refusal:
            if not refusal.fields:
                raise
            form.add_error("note" if "note" in refusal.fields else None, str(refusal))
            return self.page(form, status=422)
        messages.success(request, f"{done.number}{_(': ')}{done.get_verdict_display()}")
        return redirect(done)


class AssessmentPreview(RefusalMixin, View):
    """What a half-typed assessment comes to: margin, what speaks against it, the client's credit. A fragment."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(permissions.RAISE):
            raise Forbidden(_("Only Business assesses opportunities."))
        pk = request.GET.get("of", "")
        stored = IntakeAssessment.objects.visible_to(request.user).filter(pk=pk).first() if pk.isdecimal() else None
        form = AssessmentForm(request.POST, instance=stored, viewer=request.user)
        form.is_valid()
        typed = form.instance
        for name in ("expected_revenue", "expected_cost"):
            value = form.cleaned_data.get(name)
            setattr(typed, name, quantize(value) if value is not None and value >= 0 else quantize(0))
        context = {
            "assessment": typed,
            "warnings": warnings_of(typed) if typed.expected_revenue or typed.expected_cost else [],
            "credit": self._credit(typed),
        }
        return render(request, "business/_assessment_preview.html", context)

    def _credit(self, typed: IntakeAssessment) -> Any:
        """What the gate would say about the expected fee with the usual term."""
        if typed.opportunity_id is None:
            return None
        client = typed.opportunity.client
        usual = EngagementIntake._meta.get_field("payment_term_days").get_default()
        return gate.preview(client, amount=typed.expected_revenue, term_days=usual)
