"""Pages of intake applications: the kind's declaration and its register."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.business.intake import calibration, permissions, register
from apps.business.intake.filters import IntakeFilterSet, IntakeRegisterFilterSet
from apps.business.intake.forms import IntakeForm
from apps.business.intake.models import EngagementIntake, IntakeAssessment
from apps.business.intake.printing import intake_parts, term_in_words
from apps.business.intake.querysets import with_contracted
from apps.business.intake.services import adopt, new_from, save_intake
from apps.business.intake.tables import IntakeRegisterTable, IntakeTable
from apps.core.errors import Forbidden
from apps.core.money import format_money
from apps.documents import display
from apps.documents.permissions import YES, Access, Answer, never, no
from apps.documents.views import edit, lists
from apps.documents.views.detail import Action
from apps.documents.views.edit import Hint
from apps.documents.views.lists import LoggedList
from apps.documents.views.wiring import DocumentViews
from apps.risk.credit import gate


class OnAssessment:
    """A form of an application: a new one is filled from the assessment that the address or the form names."""

    @cached_property
    def document(self) -> EngagementIntake:
        document = super().document
        if document.pk is not None or self.assessment is None:
            return document
        filled = new_from(self.assessment, self.request.user)
        filled.currency = document.currency
        return filled

    @cached_property
    def assessment(self) -> IntakeAssessment | None:
        """The assessment chosen, among those the person may see."""
        pk = self.request.POST.get("assessment") or self.request.GET.get("assessment", "")
        if not pk.isdecimal():
            return None
        seen = IntakeAssessment.objects.visible_to(self.request.user)
        return get_object_or_404(
            seen.select_related("opportunity__client", "opportunity__owner", "service_type"), pk=pk
        )


class IntakeCreate(OnAssessment, edit.Create):
    """A new application. Without an assessment, the person chooses one first."""

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        self.require()
        if self.assessment is None:
            return self.choose()
        permissions.require(request.user, "use", self.assessment)
        return super().get(request, pk)

    def choose(self) -> HttpResponse:
        """The assessments of this person that have passed and wait for their application."""
        user = self.request.user
        seen = IntakeAssessment.objects.visible_to(user).usable()
        seen = seen.select_related("opportunity__client", "opportunity__owner", "service_type").order_by("-pk")
        context = {
            "page_title": self.title(),
            "list_url": self.kind.url("list"),
            "list_label": self.model._meta.verbose_name_plural,
            "assessments": [row for row in seen[:200] if permissions.may(user, "use", row)],
        }
        return render(self.request, "business/engagementintake/choose.html", context)


class IntakeUpdate(OnAssessment, edit.Update):
    """A draft or a returned application being corrected."""


class IntakeAutosave(OnAssessment, edit.Autosave):
    """Keeps a draft while it is typed."""


class IntakePreview(OnAssessment, edit.Preview):
    """What the server makes of the form."""


class IntakeList(lists.PaperList):
    """The applications a person may see; what came of them is read with the rows."""

    def queryset(self) -> QuerySet:
        return with_contracted(super().queryset())


class IntakeViews(DocumentViews):
    """The pages of intake applications."""

    model = EngagementIntake
    form_class = IntakeForm
    table_class = IntakeTable
    filterset_class = IntakeFilterSet
    printing = intake_parts
    icon = "clipboard-check"
    folder = "intakes"
    group = "business"
    order = 40
    select_related = ("client", "service_type", "assessment__opportunity")
    help_text = gettext_lazy("Filled from the assessment; management decides on what stands here.")
    return_reasons = (
        gettext_lazy("The scope is not described clearly enough."),
        gettext_lazy("Please explain how the cost was estimated."),
        gettext_lazy("The payment term is too long."),
    )
    reject_reasons = (gettext_lazy("The margin is too low."), gettext_lazy("The risk is too high."))

    create_view = IntakeCreate
    update_view = IntakeUpdate
    autosave_view = IntakeAutosave
    preview_view = IntakePreview
    list_view = IntakeList

    def save(self, form: Any, formset: Any, *, by: Any, revision: int | None) -> EngagementIntake:
        return save_intake(form.save(commit=False), by=by, revision=revision)

    def add_up(self, document: EngagementIntake, formset: Any) -> None:
        adopt(document)

    def hints(self, document: EngagementIntake, lines: Sequence[Any]) -> Iterable[Hint]:
        """The client's credit with this fee, and what the margin says."""
        if document.amount > 0 and document.margin <= 0:
            yield Hint(_("The estimated cost reaches or exceeds the fee."), "warning")
        if document.assessment_id and document.assessment.conflict_of_interest:
            note = document.assessment.conflict_note
            yield Hint(_("Conflict of interest: %(note)s") % {"note": note}, "warning")
        if document.client_id is None:
            return
        verdict = _verdict(document)
        yield Hint(_credit_in_words(verdict), "info")
        for reason in verdict.reasons:
            yield Hint(reason, "danger")
        if not verdict.passed:
            yield Hint(_("Company management has to make an exception in writing."), "warning")

    def shown(self, document: EngagementIntake) -> list[display.Fact]:
        """Client and service type, then the form in its order, with the margin."""
        return [
            *display.of_fields(document, ["client", "service_type", "scope"]),
            display.Fact(_("Term"), term_in_words(document)),
            *display.of_fields(document, ["fee_basis", "estimated_cost"]),
            display.Fact(_("Margin"), margin_in_words(document), number=True),
            *display.of_fields(document, ["payment_term_days", "risk_note"]),
        ]

    def actions(self, access: Access) -> list[Action]:
        answer = may_contract(access)
        url = contract_url(access.document)
        return [Action(_("Write the contract"), url, answer, icon="file-earmark-plus", link=True, style="primary")]

    def context(self, document: EngagementIntake, access: Access) -> dict[str, Any]:
        """What the decision rests on: credit, earlier estimates, similar applications, the assessment."""
        user = access.user
        return {
            **gate.panel(
                document, client=document.client, amount=document.amount, term_days=document.payment_term_days
            ),
            "assessment": document.assessment,
            "assessment_seen": IntakeAssessment.objects.visible_to(user).filter(pk=document.assessment_id).exists(),
            "calibration": calibration.calibration_of(document.applicant, viewer=user, but=document),
            "similar": calibration.similar_to(document, viewer=user),
            "contracts": _contracts(document, user),
        }

    def form_context(self, document: EngagementIntake) -> dict[str, Any]:
        return {"assessment": document.assessment}


def margin_in_words(document: EngagementIntake) -> str:
    """`¥20,000.00 (40.0 %)`"""
    rate = document.margin_percent
    return f"{format_money(document.margin)} ({rate} %)" if rate is not None else format_money(document.margin)


def contract_url(document: EngagementIntake) -> str:
    """Where the contract on this application is begun."""
    return f"{reverse('business:agencycontract-create')}?intake={document.pk}"


def may_contract(access: Access) -> Answer:
    """The next step after the approval (clause 3.1.5)."""
    document = access.document
    if document.state != document.State.APPROVED or not access.is_applicant:
        return never(_("Only an approved application leads to a contract, which its applicant writes."))
    if document.lapsed_on:
        return no(_("The application has lapsed; write a new one on the same assessment."))
    if document.contracts.exclude(state__in=("rejected", "cancelled")).exists():
        return never(_("The contract is written already."))
    return YES


def _verdict(document: EngagementIntake) -> gate.Verdict:
    stored = document if document.pk else None
    return gate.preview(document.client, amount=document.amount, term_days=document.payment_term_days, document=stored)


def _credit_in_words(verdict: gate.Verdict) -> str:
    picture = verdict.picture
    text = _("Credit: limit %(limit)s, exposure %(exposure)s, available with this fee %(left)s; term %(days)s days.")
    return text % {
        "limit": format_money(picture.limit),
        "exposure": format_money(picture.exposure),
        "left": format_money(verdict.available_after),
        "days": picture.term_days,
    }


def _contracts(document: EngagementIntake, user: Any) -> list[Any]:
    """The contracts on it that this person may see."""
    contracts = document.contracts.model.objects.visible_to(user)
    return list(contracts.filter(intake=document).order_by("pk"))


#: query parameter that asks for the figures above the register
FIGURES = "figures"


class IntakeRegister(LoggedList):
    """The intake register (domain.md §1.6), with lead time and win and lapse rate above it."""

    title = gettext_lazy("Intake register")
    table_class = IntakeRegisterTable
    filterset_class = IntakeRegisterFilterSet
    template_name = "business/intake_register.html"

    def require_access(self) -> None:
        if not permissions.works_with_intakes(self.request.user):
            raise Forbidden(_("The intake register is for Business, Finance and management."))

    def queryset(self) -> QuerySet:
        return register.rows_of(self.request.user)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The figures alone, where a page that holds only some of the rows fetches them."""
        if FIGURES in request.GET and request.htmx:
            self.require_access()
            return render(request, "business/_intake_figures.html", {"figures": register.figures_of(self.rows)})
        return super().get(request, *args, **kwargs)

    def extra_context(self) -> dict[str, Any]:
        """The figures at once where one page holds every row, or where they were asked for."""
        at_once = FIGURES in self.request.GET or not (self.page.before or self.page.after)
        figures = register.figures_of(self.rows) if at_once else None
        return {"figures": figures, "figures_url": self._url(**{FIGURES: "1"})}
