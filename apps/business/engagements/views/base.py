"""What the pages of one engagement share: finding it among those the person may see, its tabs, its permissions."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.generic import FormView, TemplateView, View

from apps.business.engagements import permissions
from apps.business.engagements.models import DossierEntry, Engagement
from apps.business.engagements.wording import health_of, phase_of
from apps.core.errors import Refused
from apps.core.refusals import RefusalMixin
from apps.org.pages import RecordPage

RELATED = ("client", "service_type", "department", "manager", "contract")


class EngagementPage(RefusalMixin):
    """A page about the engagement whose key is in the address; for others than those who see it, it does not exist."""

    #: asked before the page opens, in `permissions.may`
    action = ""
    #: the model whose key is in the address, where it is a row of the engagement: it has `engagement`
    row_model: Any = None

    @cached_property
    def engagement(self) -> Engagement:
        """The engagement this page is about."""
        seen = Engagement.objects.visible_to(self.request.user).select_related(*RELATED)
        return get_object_or_404(seen, pk=self.engagement_pk())

    @cached_property
    def missing(self) -> list[DossierEntry]:
        """What its file lacks; kept on the engagement, for the sections of the page."""
        return self.engagement.missing_on_page

    def engagement_pk(self) -> int:
        """Which engagement the address names."""
        if self.row_model is None:
            return self.kwargs["pk"]
        found = self.row_model.objects.filter(pk=self.kwargs["pk"]).values_list("engagement", flat=True).first()
        if found is None:
            raise Http404
        return found

    def require_action(self) -> None:
        """404 for whom the engagement does not exist, 403 with the reason for who may not do this."""
        engagement = self.engagement
        if self.action:
            permissions.require(self.request.user, self.action, engagement)

    def page_after_refusal(self) -> str:
        return self.engagement.get_absolute_url()

    def page(self, name: str) -> str:
        """The address of one of its pages."""
        return reverse(f"business:engagement-{name}", args=[self.engagement.pk])

    @property
    def row(self) -> Any:
        """The row that the address names, of the engagement that was just found."""
        row = get_object_or_404(self.row_model, pk=self.kwargs["pk"], engagement=self.engagement)
        row.engagement = self.engagement
        return row


class Tab(EngagementPage, TemplateView):
    """One of the pages beside each other."""

    tab = ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.require_action()
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        engagement = self.engagement
        return super().get_context_data(
            page_title=engagement.title,
            engagement=engagement,
            phase=phase_of(engagement),
            health=health_of(engagement),
            may=permissions.may_all(self.request.user, engagement),
            tabs=self._tabs(),
            **kwargs,
        )

    def _tabs(self) -> list[dict[str, Any]]:
        """The pages, and what waits on them."""
        names = [
            ("detail", _("Overview"), 0),
            ("team", _("Team"), 0),
            ("reports", _("Progress reports"), 0),
            ("file", pgettext("engagement", "File"), len(self.missing)),
            ("history", _("History"), 0),
        ]
        return [
            {"label": label, "url": self.page(name), "current": name == self.tab, "count": count}
            for name, label, count in names
        ]


class EngagementRecordPage(EngagementPage, RecordPage):
    """A form page of an engagement or of a row of one; the permission is that of the engagement."""

    list_url = "business:engagement-list"
    permission_required = ()
    template_name = "business/engagement_form.html"
    back_to = "detail"

    def has_permission(self) -> bool:
        self.require_action()
        return True

    def get_success_url(self) -> str:
        return self.page(self.back_to)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(engagement=self.engagement, **kwargs)
        return {**context, "list_label": _("Engagements")}


class QuestionPage(EngagementPage, FormView):
    """A form about an engagement that is not one row; a refusal is shown at its field."""

    template_name = "business/engagement_question.html"
    title = ""
    submit_label = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            self.require_action()
        except Refused as refusal:
            return self.refused(refusal)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        words = {"page_title": self.title, "submit_label": self.submit_label}
        return super().get_context_data(engagement=self.engagement, cancel_url=self.cancel_url(), **words, **kwargs)

    def cancel_url(self) -> str:
        """Where the person came from."""
        return self.engagement.get_absolute_url()

    def answer(self, form: Any) -> HttpResponse:
        """Do it, and say where to go on."""
        raise NotImplementedError

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return self.answer(form)
        except Refused as refusal:
            if refusal.status in (403, 404):
                raise
            form.show_refusal(refusal)
            return self.form_invalid(form)


class Deed(EngagementPage, View):
    """Something that a button does."""

    http_method_names = ["post", "options"]
    back_to = "detail"

    def page_after_refusal(self) -> str:
        return self.page(self.back_to)
