"""Pages of one client's file: begin, change, history; take it from the pool, release it, review it, merge it."""

from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef, Prefetch, QuerySet, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView, View

from apps.core import registry
from apps.core.errors import Refused
from apps.org.pages import RecordCreate, RecordHistory, RecordUpdate
from apps.service.clients import permissions, quality, services
from apps.service.clients.forms import ClientForm, MergeForm, ReviewForm
from apps.service.clients.models import Client, ClientFieldCheck, ClientSettings
from apps.service.clients.services.merging import TAKEN_OVER
from apps.service.clients.tables import status_of
from apps.service.clients.views.base import ClientPage, ClientRecordPage

#: who confirmed which field, as the sections of the page show it
CHECKS = Prefetch("field_checks", ClientFieldCheck.objects.select_related("by"))


class ClientFormPage:
    """What beginning and changing a file share."""

    model = Client
    form_class = ClientForm
    list_url = "service:client-list"
    template_name = "service/client_form.html"

    def save(self, form: ClientForm) -> Client:
        """Through the rules of the file."""
        reason = form.cleaned_data.get("change_reason", "")
        return services.save_client(form.instance, by=self.request.user, reason=reason)

    def get_success_url(self) -> str:
        """The page of the client, unless the person no longer sees it."""
        client = self.object
        if client and client.pk and Client.objects.visible_to(self.request.user).filter(pk=client.pk).exists():
            return client.get_absolute_url()
        return reverse(self.list_url)


class ClientCreate(ClientFormPage, RecordCreate):
    """A new client."""

    permission_required = permissions.ADD


class ClientUpdate(ClientFormPage, ClientRecordPage, RecordUpdate):
    """Change a client's file."""

    action = "change"
    history_url = "service:client-history"
    template_name = "service/client_form.html"

    def get_queryset(self):
        return Client.objects.visible_to(self.request.user)


class ClientHistory(ClientRecordPage, RecordHistory):
    """Who changed what in a client's file."""

    model = Client
    template_name = "org/record_history.html"
    update_url = "service:client-detail"

    def get_queryset(self):
        return Client.objects.visible_to(self.request.user)


class ClientDetail(ClientPage, View):
    """The whole story of a client on one page: figures, people, needs, what was said, what was changed.

    Every part is a section of `core.registry.client_sections`; other apps add theirs.
    """

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        client = self.client
        prefetch_related_objects([client], "contacts", "preferences", CHECKS)
        shown = [section.figures for section in registry.client_sections if section.figures]
        figures = [figure for figures_of in shown for figure in figures_of(client, request.user)]
        parts = parts_of(client, request.user, later="")
        state, words = status_of(client)
        return render(
            request,
            "service/client_detail.html",
            {
                "page_title": client.label,
                "client": client,
                "state": state,
                "state_words": words,
                "figures": figures,
                "main": [part for part in parts if not part["section"].side],
                "side": [part for part in parts if part["section"].side],
                "later": later_parts(client),
                "may": {name: permissions.may(request.user, name, client) for name in permissions.ACTIONS},
                "into": self._into(client),
            },
        )

    def with_more(self, clients: QuerySet[Client]) -> QuerySet[Client]:
        """With whether others came through this one, which few do."""
        referred = Client.objects.filter(referred_by=OuterRef("pk")).order_by()
        return clients.annotate(has_referred=Exists(referred))

    def _into(self, client: Client) -> Client | None:
        """The file this one was merged into, where the person may see it."""
        if not client.is_merged:
            return None
        return Client.objects.visible_to(self.request.user).filter(pk=client.merged_into_id).first()


class ClientPart(ClientPage, View):
    """The parts of a client's story that are fetched together: a fragment of its page, or a page of their own."""

    def get(self, request: HttpRequest, pk: int, part: str) -> HttpResponse:
        client = self.client
        titles = [str(section.title) for section in registry.client_sections if part and section.later == part]
        if not titles:
            raise Http404
        context = {
            "page_title": _(", ").join(titles),
            "client": client,
            "main": parts_of(client, request.user, later=part),
        }
        template = "service/_client_part.html" if request.htmx else "service/client_part.html"
        return render(request, template, context)


def parts_of(client: Client, viewer: Any, *, later: str) -> list[dict[str, Any]]:
    """The sections that come together, each with the context of its template."""
    sections = [section for section in registry.client_sections if section.later == later]
    found = [(section, section.context(client, viewer)) for section in sections]
    return [{"section": section, **context} for section, context in found if context is not None]


def later_parts(client: Client) -> list[dict[str, Any]]:
    """Where the parts below the fold are fetched, in the order of the page; `anchor` is the first of each."""
    first: dict[str, str] = {}
    for section in registry.client_sections:
        if section.later:
            first.setdefault(section.later, section.key)
    return [
        {"url": reverse("service:client-part", args=[client.pk, part]), "anchor": key} for part, key in first.items()
    ]


class Take(ClientPage, View):
    """Take a client from the pool."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        client = services.take(self.client, by=request.user)
        messages.success(request, _("You are in charge of %(client)s now.") % {"client": client})
        return redirect(client)


class Release(ClientPage, View):
    """Give a client back to the pool, with a reason."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        client = services.release(self.client, by=request.user, reason=request.POST.get("reason", "")[:100])
        messages.success(request, _("%(client)s is in the shared pool now.") % {"client": client})
        seen = Client.objects.visible_to(request.user).filter(pk=client.pk).exists()
        return redirect(client if seen else "service:client-list")


class Review(ClientPage, FormView):
    """Go through a file and confirm what is right."""

    action = "review"
    template_name = "service/client_review.html"
    form_class = ReviewForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.require_action()
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.require_action()
        return super().post(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "client": self.client}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        client = self.client
        checks = {check.field: check for check in ClientFieldCheck.objects.filter(client=client).select_related("by")}
        ticked = self.request.POST.getlist("fields_confirmed")
        form = kwargs.setdefault("form", self.get_form())
        rows = [
            {
                "name": name,
                "label": label,
                "value": field_value(client, name),
                "check": checks.get(name),
                "ticked": name in ticked,
            }
            for name, label in form.fields["fields_confirmed"].choices
        ]
        missing = [
            quality.FIELDS[name][0] for name in quality.applicable(client.kind) if name not in client.filled_fields()
        ]
        days = ClientSettings.current().review_days
        return super().get_context_data(
            page_title=_("Review %(client)s") % {"client": client},
            client=client,
            rows=rows,
            missing=missing,
            due_on=client.review_due_on(days),
            **kwargs,
        )

    def form_valid(self, form: ReviewForm) -> HttpResponse:
        values = form.cleaned_data
        try:
            services.review(
                self.client, by=self.request.user, fields=values["fields_confirmed"], comment=values["comment"]
            )
        except Refused as refusal:
            if refusal.status != 409:
                raise
            form.add_error("fields_confirmed", str(refusal))
            return self.form_invalid(form)
        messages.success(self.request, _("The review of %(client)s is done.") % {"client": self.client})
        return redirect(self.client)


def field_value(client: Client, name: str) -> str:
    """A field of `quality.FIELDS` as a person reads it."""
    contact = client.primary_contact
    if name == "preferences":
        return _("; ").join(f"{row.topic}{_(': ')}{row.value}" for row in client.preferences.all())
    if name == "contact":
        return _(", ").join(filter(None, (contact.name, contact.title))) if contact else ""
    if name == "reach":
        return _(", ").join(filter(None, (contact.mobile, contact.email))) if contact else ""
    return str(getattr(client, name) or "")


class Merge(ClientPage, FormView):
    """Merge this file into another one; the comparison says what stays."""

    action = "merge"
    template_name = "service/client_merge.html"
    form_class = MergeForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.require_action()
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.require_action()
        return super().post(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "viewer": self.request.user, "source": self.client}

    def get_initial(self) -> dict[str, Any]:
        return {"target": self.request.GET.get("target", "")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        number = (self.request.POST or self.request.GET).get("target", "").strip().upper()
        target = Client.objects.visible_to(self.request.user).live().exclude(pk=self.client.pk)
        target = target.select_related("owner", "grade", "industry", "source").filter(number=number).first()
        return super().get_context_data(
            page_title=_("Merge %(client)s into another file") % {"client": self.client},
            client=self.client,
            target=target,
            rows=_comparison(self.client, target) if target else [],
            **kwargs,
        )

    def form_valid(self, form: MergeForm) -> HttpResponse:
        target = form.cleaned_data["target"]
        try:
            services.merge(source=self.client, target=target, by=self.request.user, reason=form.cleaned_data["reason"])
        except Refused as refusal:
            if refusal.status != 409:
                raise
            form.add_error("reason" if "reason" in refusal.fields else None, str(refusal))
            return self.form_invalid(form)
        values = {"source": self.client.number, "target": target.number}
        messages.success(self.request, _("%(source)s is merged into %(target)s.") % values)
        return redirect(target)


def _comparison(source: Client, target: Client) -> list[dict[str, Any]]:
    rows = []
    for name in ("name", *TAKEN_OVER):
        ours, theirs = getattr(source, name), getattr(target, name)
        words = str(Client._meta.get_field(name).verbose_name)
        if ours or theirs:
            taken = name != "name" and bool(ours) and not theirs
            rows.append({"label": words[:1].upper() + words[1:], "source": ours, "target": theirs, "taken": taken})
    return rows
