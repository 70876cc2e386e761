"""Pages of credit assessments: the kind's declaration, and the search for the client to be assessed."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.core import clock
from apps.core.money import format_money
from apps.documents import display
from apps.documents.permissions import Access
from apps.documents.views.edit import Create, Hint
from apps.documents.views.wiring import DocumentViews
from apps.risk.credit.assessing import above_band
from apps.risk.credit.behaviour import behaviour_of
from apps.risk.credit.exposure import picture_of
from apps.risk.credit.filters import AssessmentFilterSet
from apps.risk.credit.forms import AssessmentForm
from apps.risk.credit.models import CreditAssessment, CreditPolicy
from apps.risk.credit.permissions import clients_to_assess, sees_every
from apps.risk.credit.printing import assessment_parts
from apps.risk.credit.services import preview_assessment, save_assessment
from apps.risk.credit.tables import AssessmentTable
from apps.service.clients.views.choices import ClientChoices


class CreateAssessment(Create):
    """A new assessment; `?client=` names the client it is about."""

    @cached_property
    def document(self) -> CreditAssessment:
        assessment = super().document
        asked = self.request.GET.get("client", "")
        if assessment.pk is None and asked.isdecimal():
            assessment.client = clients_to_assess(self.request.user).filter(pk=asked).first()
        return assessment


class AssessmentViews(DocumentViews):
    """The pages of credit assessments."""

    model = CreditAssessment
    form_class = AssessmentForm
    table_class = AssessmentTable
    filterset_class = AssessmentFilterSet
    printing = assessment_parts
    create_view = CreateAssessment
    select_related = ("client", "model")
    folder = "credit-assessments"
    icon = "clipboard-check"
    help_text = gettext_lazy("Answer every question; the score proposes limit and term.")
    return_reasons = (
        gettext_lazy("The evidence for an answer is missing."),
        gettext_lazy("The limit is higher than the business with this client needs."),
        gettext_lazy("Please explain why more than the score is worth is proposed."),
    )
    reject_reasons = (gettext_lazy("No credit for this client."), gettext_lazy("The default of the policy is enough."))

    def new_document(self, by: Any) -> CreditAssessment:
        """Valid for as many months as the policy says."""
        assessment = super().new_document(by)
        assessment.valid_until = months_on(clock.today(), CreditPolicy.current().valid_months)
        return assessment

    def save(self, form: Any, formset: Any, *, by: Any, revision: int | None) -> CreditAssessment:
        assessment = form.save(commit=False)
        assessment.title = assessment.client.name if assessment.client_id else ""
        return save_assessment(assessment, by=by, answers=form.answers(), revision=revision)

    def add_up(self, document: CreditAssessment, formset: Any) -> None:
        """The score follows from the answers as typed."""
        preview_assessment(document, document.typed_answers)

    def hints(self, document: CreditAssessment, lines: Sequence[Any]) -> Iterable[Hint]:
        """What the score is worth, and what finance knows of the client."""
        if document.model is None:
            yield Hint(_("No scoring model is in force; the finance director publishes one first."), "danger")
            return
        yield _about_score(document)
        if document.score is not None and above_band(document):
            yield Hint(_("More than the score is worth: give the reason, company management decides."), "warning")
        if document.client_id:
            yield from _about_client(document.client)

    def shown(self, document: CreditAssessment) -> list[display.Fact]:
        """The proposal beside what the score is worth."""
        facts = [display.Fact(_("Client"), document.client.label if document.client_id else "")]
        facts += display.of_fields(document, ["score", "grade", "band_limit", "band_term_days"])
        facts += display.of_fields(document, ["term_days", "valid_until", "reason"])
        facts.append(display.Fact(_("Scoring model"), str(document.model or "")))
        return facts

    def context(self, document: CreditAssessment, access: Access) -> dict[str, Any]:
        """Answers, the picture of the client today, how they pay."""
        client = document.client
        return {
            "answers": list(document.answers.select_related("factor", "option")),
            "picture": picture_of(client) if client else None,
            "behaviour": behaviour_of(client) if client else None,
            "sees_credit": sees_every(access.user),
        }


def months_on(day: Any, months: int) -> Any:
    """The same day so many months later, or the last one of a shorter month."""
    index = day.month - 1 + months
    year, month = day.year + index // 12, index % 12 + 1
    for last in (day.day, 30, 29, 28):
        try:
            return day.replace(year=year, month=month, day=min(day.day, last))
        except ValueError:
            continue
    return day


def _about_score(document: CreditAssessment) -> Hint:
    if document.score is None:
        answered = sum(chosen is not None for chosen, _note in document.typed_answers.values())
        values = {"answered": answered, "all": len(document.typed_answers)}
        return Hint(_("%(answered)s of %(all)s questions are answered.") % values, "info")
    text = _("Score %(score)s, grade %(grade)s: worth %(limit)s and %(days)s days.")
    values = {
        "score": document.score,
        "grade": document.grade or "—",
        "limit": format_money(document.band_limit),
        "days": document.band_term_days,
    }
    return Hint(text % values, "success")


def _about_client(client: Any) -> Iterable[Hint]:
    paid, picture = behaviour_of(client), picture_of(client)
    if paid.average_days is None:
        yield Hint(_("No invoice of this client has been paid yet."), "info")
    else:
        text = ngettext(
            "The last %(paid)s invoice was paid %(days)s days late on average; %(late)s late, the worst by %(worst)s.",
            "The last %(paid)s invoices were paid %(days)s days late on average; %(late)s late, the worst by "
            "%(worst)s.",
            paid.paid,
        )
        values = {"paid": paid.paid, "days": paid.average_days, "late": paid.late, "worst": paid.worst_days}
        yield Hint(text % values, "warning" if paid.late else "info")
    if picture.overdue:
        text = _("%(overdue)s are overdue now, the oldest invoice by %(days)s days.")
        yield Hint(text % {"overdue": format_money(picture.overdue), "days": picture.overdue_days}, "warning")
    text = _("Limit so far %(limit)s, exposure %(exposure)s.")
    yield Hint(text % {"limit": format_money(picture.limit), "exposure": format_money(picture.exposure)}, "info")


class ClientOptions(ClientChoices):
    """The clients this person may assess."""

    def clients(self) -> QuerySet:
        return clients_to_assess(self.request.user)
