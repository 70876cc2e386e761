"""Filling in a paper: new, corrected, kept by itself while typing, and what the server makes of it meanwhile."""

import copy
import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from apps.approvals import choosing, engine
from apps.approvals.analysis.forecast import forecast
from apps.approvals.routing import StepRule
from apps.core import clock
from apps.core.errors import Refused
from apps.documents import chain, display, services
from apps.documents.choice_forms import ChoicesForm, choices_in
from apps.documents.errors import NotAllowed, Stale
from apps.documents.forms import BaseLineFormSet, DocumentForm, add_problems
from apps.documents.models import Document
from apps.documents.permissions import Access
from apps.documents.views.base import KindView
from apps.documents.views.words import submitted_message
from apps.org.models import Company


@dataclass(frozen=True)
class Hint:
    """A remark beside the form while it is filled in. ``level``: info, warning or danger."""

    text: Any
    level: str = "warning"


class FormView(KindView):
    """What the pages and the background requests of one form share."""

    @cached_property
    def document(self) -> Document:
        """The paper being filled in: the stored one, the one this very form has already stored, or a new one."""
        if "pk" in self.kwargs:
            return self._own(pk=self.kwargs["pk"])
        if self.form_key and (
            known := self._rows().filter(form_key=self.form_key, applicant=self.request.user).first()
        ):
            return known
        document = self.kind.new_document(self.request.user)
        document.currency = Company.current().currency
        return document

    @cached_property
    def form_key(self) -> uuid.UUID | None:
        """The mark of a form that was opened for a new paper."""
        try:
            return uuid.UUID(self.request.POST.get("form_key", ""))
        except ValueError:
            return None

    @cached_property
    def revision(self) -> int | None:
        """The state of the paper that the form was opened with."""
        text = self.request.POST.get("revision", "")
        return int(text) if text.isdecimal() and len(text) < 9 else None

    def require(self) -> None:
        """The paper may be written by this person; otherwise say why not."""
        new = self.document.pk is None
        answer = Access(self.request.user, self.document, sees=True).may("create" if new else "update")
        if not answer:
            raise NotAllowed(answer.reason)

    def forms(self, data: Any = None, *, draft: bool = False) -> tuple[DocumentForm, BaseLineFormSet | None]:
        """Header and lines, empty or with what was typed; draft forms hold only what fits."""
        document = copy.copy(self.document)  # a form writes into its row even where it finds errors
        form = self.kind.form_class(data, instance=document, by=self.request.user, draft=draft)
        if self.kind.line_formset_class is None:
            return form, None
        return form, self.kind.line_formset_class(data, instance=document, draft=draft)

    @cached_property
    def asked(self) -> list[StepRule]:
        """The steps of the route whose people the applicant chooses."""
        return choosing.asked_of_applicant(self.model.KIND, self.document.approval)

    def choices(self, data: Any = None) -> ChoicesForm:
        """The fields in which the applicant chooses; none where the route asks for nothing."""
        chosen = services.chosen_approvers(self.document) if self.asked and self.document.pk else {}
        applicant = self.document.applicant_id or self.request.user.pk
        return ChoicesForm(data, rules=self.asked, applicant=applicant, labels=self.model.FACTS, chosen=chosen)

    def store(self, form: DocumentForm, formset: BaseLineFormSet | None) -> Document:
        """Hand what was typed to the kind's service. A form stores one paper, however often it is sent."""
        if self.document.pk is None:
            form.instance.form_key = self.form_key
        try:
            with transaction.atomic():
                document = self.kind.save(form, formset, by=self.request.user, revision=self.revision)
                if self.asked:
                    chosen = self.choices(self.request.POST).chosen()
                    services.choose_approvers(document, by=self.request.user, chosen=chosen)
        except IntegrityError as error:
            raise Refused(_("This could not be stored; the form may have been sent twice. Try again.")) from error
        if formset is not None and any(form.instance.pk is None for form in formset.forms):
            formset.adopt(formset.model.objects.filter(**{formset.fk.name: document}))
        return document

    def page_after_refusal(self) -> str:
        return self.document.url("detail") if self.document.pk else self.kind.url("list")

    def _rows(self):
        return self.model.objects.visible_to(self.request.user).select_related("applicant", "department", "approval")

    def _own(self, **which: Any) -> Document:
        document = self._rows().filter(**which).first()
        if document is None:
            raise Http404
        return document


class Create(FormView):
    """A new paper."""

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        self.require()
        form, formset = self.forms()
        problems = request.session.pop(f"files:{pk}", []) if pk and f"files:{pk}" in request.session else []
        if "check" in request.GET:
            problems = problems + add_problems(form, formset, self.document.check_submission(request.user))
        choices = self.choices()
        if "check" in request.GET and self.asked:
            add_problems(choices, None, services.missing_choices(self.document, self.asked))
        return self.page(form, formset, choices=choices, file_errors=problems)

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        self.require()
        form, formset = self.forms(request.POST)
        if form.is_valid() & (formset is None or formset.is_valid()):
            return self.keep(form, formset)
        return self.keep_what_fits(form, formset)

    def keep(self, form: DocumentForm, formset: BaseLineFormSet | None) -> HttpResponse:
        """Everything fits: store it, then the files, then submit if that was the button."""
        try:
            document = self.store(form, formset)
        except Stale as refusal:
            return self.stale(refusal)
        except Refused as refusal:
            if refusal.status in (403, 404):
                raise
            return self.refused_while_storing(refusal)
        self.detach(document)
        file_errors = self.attach(document)
        if file_errors:
            self.request.session[f"files:{document.pk}"] = file_errors
            messages.warning(self.request, _("The draft is kept, but not every file could be taken."))
            return HttpResponseRedirect(document.url("update"))
        if self.request.POST.get("action") == "submit":
            return self.submit(document)
        messages.success(
            self.request, _("%(paper)s is kept as a draft. Submit it when it is complete.") % {"paper": document}
        )
        return HttpResponseRedirect(document.url("detail"))

    def submit(self, document: Document) -> HttpResponse:
        """Submit what has just been stored; where something is missing, go back to the form and show it there."""
        try:
            document = services.submit(document, by=self.request.user, revision=document.revision)
        except Refused as refusal:
            if not refusal.fields:
                messages.error(self.request, str(refusal))
                return HttpResponseRedirect(document.url("update"))
            messages.error(self.request, _("Not submitted yet. The draft is kept; please correct what is marked."))
            return HttpResponseRedirect(f"{document.url('update')}?check=1")
        messages.success(self.request, submitted_message(document))
        return HttpResponseRedirect(document.url("detail"))

    def keep_what_fits(self, form: DocumentForm, formset: BaseLineFormSet | None) -> HttpResponse:
        """Something is wrong: keep what can be kept, and the files with it, and show the form as it was typed."""
        draft, lines = self.forms(self.request.POST, draft=True)
        if not (draft.is_valid() & (lines is None or lines.is_valid()) and draft.can_be_kept):
            return self.page(form, formset, file_errors=self._files_lost(), status=422)
        try:
            document = self.store(draft, lines)
        except Stale as refusal:
            return self.stale(refusal)
        except Refused as refusal:
            file_errors = add_problems(form, formset, refusal.fields or {"": [str(refusal)]}) + self._files_lost()
            return self.page(form, formset, file_errors=file_errors, status=422)
        file_errors = self.attach(document)
        self.document = self._own(pk=document.pk)
        form, formset = self.forms(self.request.POST if lines is None else lines.data_with_ids())
        messages.warning(self.request, _("The draft is kept as far as it can be. Please correct what is marked."))
        return self.page(form, formset, file_errors=file_errors, status=422)

    def _files_lost(self) -> list[str]:
        return [_("Choose the files again; the paper itself could not be kept yet.")] if self.request.FILES else []

    def refused_while_storing(self, refusal: Refused) -> HttpResponse:
        """The service found something wrong: nothing is stored, what was typed is shown with the messages."""
        form, formset = self.forms(self.request.POST)
        file_errors = add_problems(form, formset, refusal.fields or {"": [str(refusal)]}) + self._files_lost()
        return self.page(form, formset, file_errors=file_errors, status=422)

    def stale(self, refusal: Stale) -> HttpResponse:
        """Somebody saved in between: what was typed stays, beside it what is stored now; saving again overwrites it."""
        self.document = self._own(pk=self.document.pk)
        form, formset = self.forms(self.request.POST)
        names = [name for name in form.fields if name in form.changed_data]
        stored = display.of_fields(self.document, names)
        return self.page(form, formset, status=409, stale=str(refusal), stored=stored)

    def attach(self, document: Document) -> list[str]:
        """Keep the files of the form; answers what was wrong with the others."""
        errors = []
        for file in self.request.FILES.getlist("attachments"):
            try:
                services.attach(document, by=self.request.user, file=file)
            except Refused as refusal:
                errors.append(str(refusal))
        return errors

    def detach(self, document: Document) -> None:
        """Take off the files that were ticked."""
        chosen = [pk for pk in self.request.POST.getlist("remove_file") if pk.isdecimal()]
        for attachment in document.attachments.filter(pk__in=chosen) if chosen else ():
            services.detach(attachment, by=self.request.user)

    def page(
        self, form: DocumentForm, formset: BaseLineFormSet | None, *, status: int = 200, **context: Any
    ) -> HttpResponse:
        """The page of the form."""
        document = self.document
        stored = document.pk is not None
        context = {
            "page_title": self.title(),
            "kind": self.kind,
            "list_url": self.kind.url("list"),
            "list_label": self.model._meta.verbose_name_plural,
            "document": document,
            "form": form,
            "formset": formset,
            "choices": self.choices(self.request.POST or None),
            "attachments": list(document.attachments.all()) if stored else [],
            "action_url": document.url("update") if stored else self.kind.url("create"),
            "preview_url": document.url("preview") if stored else self.kind.url("preview"),
            "autosave_url": document.url("autosave") if stored else self.kind.url("autosave"),
            "cancel_url": document.url("detail") if stored else self.kind.url("list"),
            "form_key": "" if stored else self.form_key or uuid.uuid4(),
            "revision": document.revision if stored else "",
            "max_mb": Company.current().max_attachment_mb,
            **self.kind.form_context(document),
            **context,
        }
        return render(self.request, self.kind.templates("form"), context, status=status)

    def title(self) -> str:
        """What the page is called."""
        if self.document.pk is None:
            return _("New %(kind)s") % {"kind": self.model._meta.verbose_name}
        return _("Edit %(paper)s") % {"paper": self.document}


class Update(Create):
    """A draft or a returned paper being corrected."""


class Autosave(FormView):
    """Keeps a draft while it is typed. Answers JSON; what does not fit its field waits in the browser."""

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        self.require()
        form, formset = self.forms(request.POST, draft=True)
        fits = form.is_valid() & (formset is None or formset.is_valid())
        if not fits or not form.can_be_kept:
            return JsonResponse({"message": _("Not kept yet: a field that must be filled is still empty.")}, status=422)
        if self.document.state == Document.State.DRAFT:
            form.instance.skip_history_when_saving = True
        document = self.store(form, formset)
        saved_at = timezone.localtime(clock.now()).strftime("%H:%M")
        if formset is not None and formset.incomplete:
            numbers = _(", ").join(map(str, formset.incomplete))
            saved_at = _("%(time)s, without line %(numbers)s, which is not complete") % {
                "time": saved_at,
                "numbers": numbers,
            }
        answer = {
            "id": document.pk,
            "revision": document.revision,
            "saved_at": saved_at,
            "url": document.url("update"),
            "autosave": document.url("autosave"),
            "fields": formset.stored_ids() if formset is not None else {},
        }
        return JsonResponse(answer)

    def refused(self, refusal: Refused) -> HttpResponse:
        return JsonResponse({"message": str(refusal)}, status=refusal.status)


class Preview(FormView):
    """What the server makes of the form as far as it is filled in: amount, chain by name, remarks. Stores nothing."""

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        self.require()
        form, formset = self.forms(request.POST, draft=True)
        form.is_valid()
        document, lines = form.instance, []
        if formset is not None:
            formset.is_valid()
            lines = formset.lines()
        self.kind.add_up(document, formset)
        context: dict[str, Any] = {"document": document, "lines": lines, "has_amount": self.kind.has_amount}
        hints = [hint if isinstance(hint, Hint) else Hint(hint) for hint in self.kind.hints(document, lines)]
        try:
            facts = self.kind.preview_facts(document, lines)
            planned = engine.preview(
                kind=document.KIND,
                applicant=document.applicant,
                department=document.department,
                facts=facts,
                choices=choices_in(request.POST),
                approval=document.approval,
            )
        except Refused as refusal:
            hints.append(Hint(str(refusal), "danger"))
        else:
            expected = forecast(document.KIND, planned)
            context["stops"] = chain.planned_chain(planned, facts, self.model.FACTS, waits=expected.waits)
            context["expected"] = expected
        return render(request, self.kind.templates("preview"), {**context, "hints": hints})
