"""Pages of what decides about credit: the policy, and the versions of the scoring model with their editor."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from apps.core.errors import Forbidden, Refused
from apps.core.lists import ListPage
from apps.core.refusals import RefusalMixin
from apps.org.pages import RecordHistory, RecordUpdate
from apps.risk.credit import permissions, services
from apps.risk.credit.filters import ScoringModelFilterSet
from apps.risk.credit.forms import BandFormSet, FactorForm, OptionFormSet, PolicyForm, ScoringModelForm
from apps.risk.credit.models import CreditPolicy, ScoringFactor, ScoringModel
from apps.risk.credit.services.versions import missing_in
from apps.risk.credit.tables import TONES, ScoringModelTable


class PolicyPage:
    """The one row of the policy."""

    model = CreditPolicy
    list_url = "risk:policy"

    def get_queryset(self) -> QuerySet:
        """The one row, stored from now on."""
        CreditPolicy.objects.get_or_create(pk=1)
        self.kwargs["pk"] = 1
        return CreditPolicy.objects.all()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "page_title": _("Credit policy"), "list_label": _("Credit")}


class PolicyUpdate(PolicyPage, RecordUpdate):
    """What holds without an assessment, and when the gate closes."""

    form_class = PolicyForm
    permission_required = permissions.POLICY
    history_url = "risk:policy-history"
    template_name = "risk/policy.html"


class PolicyHistory(PolicyPage, RecordHistory):
    """Who changed the policy."""

    permission_required = permissions.SEES_POLICY


class ModelList(ListPage):
    """Versions of the scoring model."""

    title = gettext_lazy("Scoring models")
    table_class = ScoringModelTable
    filterset_class = ScoringModelFilterSet
    template_name = "risk/scoringmodel_list.html"

    def require_access(self) -> None:
        require_reader(self.request.user)

    def queryset(self) -> QuerySet:
        return ScoringModel.objects.select_related("published_by").annotate(assessed=Count("assessments"))

    def extra_context(self) -> dict[str, Any]:
        draft = ScoringModel.objects.filter(state=ScoringModel.State.DRAFT).exists()
        return {"may_start": not draft and bool(permissions.may(self.request.user, "edit_model"))}


def require_reader(user: Any) -> None:
    """Refuse with the reason unless this person may look at scoring models."""
    if not user.has_perm(permissions.SEES_SCORING):
        raise Forbidden(_("Scoring models are kept by Finance."))


class ModelPage(RefusalMixin):
    """A page of the version whose key is in the address."""

    #: refuse who may not change it before the page opens
    edits = False

    @cached_property
    def scoring(self) -> ScoringModel:
        require_reader(self.request.user)
        model = get_object_or_404(ScoringModel.objects.select_related("published_by"), pk=self.kwargs["pk"])
        if self.edits:
            permissions.require(self.request.user, "edit_model", model)
        return model

    def page_after_refusal(self) -> str:
        return reverse("risk:scoringmodel-detail", args=[self.kwargs["pk"]])

    def page(self, **context: Any) -> HttpResponse:
        """A form about this version."""
        status = context.pop("status", 200)
        context = {"scoring": self.scoring, "cancel_url": self.page_after_refusal(), **context}
        return render(self.request, self.template_name, context, status=status)


class ModelDetail(ModelPage, View):
    """A version with its questions, answers and bands."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        model = self.scoring
        factors = list(model.factors.prefetch_related("options"))
        weights = sum(factor.weight for factor in factors) or 1
        is_draft = model.state == ScoringModel.State.DRAFT
        context = {
            "page_title": str(model),
            "scoring": model,
            "tone": TONES.get(model.state, "cancelled"),
            "factors": [(factor, round(factor.weight * 100 / weights)) for factor in factors],
            "bands": list(model.bands.all()),
            "may_edit": permissions.may(request.user, "edit_model", model),
            "missing": missing_in(model) if is_draft else [],
        }
        return render(request, "risk/scoringmodel_detail.html", context)


class ModelStart(RefusalMixin, View):
    """A draft copied from the version in force."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        draft = services.start_draft(by=request.user)
        messages.success(request, _("%(model)s is a draft; publish it when it is complete.") % {"model": draft})
        return redirect("risk:scoringmodel-detail", draft.pk)

    def page_after_refusal(self) -> str:
        return reverse("risk:scoringmodel-list")


class ModelPublish(ModelPage, View):
    """Put a draft in force."""

    http_method_names = ["post"]
    edits = True

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        model = services.publish_model(self.scoring, by=request.user)
        messages.success(request, _("%(model)s is in force.") % {"model": model})
        return redirect(self.page_after_refusal())


class ModelDelete(ModelPage, View):
    """Throw a draft away."""

    http_method_names = ["post"]
    edits = True

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        services.delete_draft_model(self.scoring, by=request.user)
        messages.success(request, _("The draft is deleted."))
        return redirect("risk:scoringmodel-list")


class ModelUpdate(ModelPage, View):
    """Name and bands of a draft."""

    edits = True
    template_name = "risk/scoringmodel_form.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        model = self.scoring
        return self.form_page(ScoringModelForm(instance=model), BandFormSet(instance=model))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        model = self.scoring
        form, bands = ScoringModelForm(request.POST, instance=model), BandFormSet(request.POST, instance=model)
        if not (form.is_valid() & bands.is_valid()):
            return self.form_page(form, bands, status=422)
        names = {name: form.cleaned_data[name] for name in ("name", "name_en", "note")}
        try:
            services.save_bands(model, by=request.user, bands=bands.rows())
            services.save_model(model, by=request.user, **names)
        except Refused as refusal:
            if refusal.status == 403:
                raise
            form.add_error(None, str(refusal))
            return self.form_page(form, bands, status=422)
        messages.success(request, _("The draft is saved."))
        return redirect(self.page_after_refusal())

    def form_page(self, form: Any, bands: Any, *, status: int = 200) -> HttpResponse:
        """The page of the form."""
        return self.page(form=form, formset=bands, page_title=_("Name and bands"), status=status)


class FactorCreate(ModelPage, View):
    """A new question of a draft."""

    edits = True
    template_name = "risk/factor_form.html"

    @property
    def factor(self) -> ScoringFactor:
        return ScoringFactor(model=self.scoring, weight=10)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        factor = self.factor
        return self.form_page(FactorForm(instance=factor), OptionFormSet(instance=factor))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        factor = self.factor
        form, options = FactorForm(request.POST, instance=factor), OptionFormSet(request.POST, instance=factor)
        if not (form.is_valid() & options.is_valid()):
            return self.form_page(form, options, status=422)
        try:
            services.save_factor(self.scoring, form.save(commit=False), by=request.user, options=options.rows())
        except Refused as refusal:
            if refusal.status == 403:
                raise
            form.show_refusal(refusal)
            return self.form_page(form, options, status=422)
        messages.success(request, _("The question is saved."))
        return redirect(self.page_after_refusal())

    def form_page(self, form: Any, options: Any, *, status: int = 200) -> HttpResponse:
        """The page of the form."""
        title = form.instance.label if form.instance.pk else _("New question")
        return self.page(form=form, formset=options, page_title=title, status=status)


class FactorPage(ModelPage):
    """A page of one question: its version is found through it."""

    @cached_property
    def scoring(self) -> ScoringModel:
        require_reader(self.request.user)
        permissions.require(self.request.user, "edit_model", self.factor.model)
        return self.factor.model

    @cached_property
    def factor(self) -> ScoringFactor:
        factor = ScoringFactor.objects.select_related("model").filter(pk=self.kwargs["factor"]).first()
        if factor is None:
            raise Http404
        return factor

    def page_after_refusal(self) -> str:
        return reverse("risk:scoringmodel-detail", args=[self.factor.model_id])


class FactorUpdate(FactorPage, FactorCreate):
    """Change a question of a draft."""


class FactorRemove(FactorPage, View):
    """Take a question out of a draft."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, factor: int) -> HttpResponse:
        page = self.page_after_refusal()
        self.scoring  # noqa: B018 - asks the permissions
        services.remove_factor(self.factor, by=request.user)
        messages.success(request, _("The question is removed."))
        return redirect(page)
