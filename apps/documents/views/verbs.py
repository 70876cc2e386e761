"""A POST per verb on one paper: each asks the service and says what happened."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.approvals.errors import ChoiceMissing
from apps.approvals.models import Event
from apps.core.errors import Refused
from apps.core.forms import BaseForm
from apps.documents import services
from apps.documents.choice_forms import choices_in, next_choices
from apps.documents.decision_forms import (
    AddApproversForm,
    AdviseForm,
    ApproveForm,
    CommentForm,
    ConsultForm,
    CopyForm,
    RejectForm,
    ReturnForm,
    RevokeForm,
    SaidForm,
    TransferForm,
)
from apps.documents.history import Entry, history_of
from apps.documents.models import Document
from apps.documents.views.base import PaperView, is_stale
from apps.documents.views.detail import events_of
from apps.documents.views.words import decided_message, submitted_message, whose_turn


class Verb(PaperView):
    """The common shape: carry the verb out, say what happened, show the paper."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        # The service reads and locks the row, and asks whether this person may see it; nothing is read twice.
        message = self.carry_out(self.model(pk=pk, kind=self.model.KIND))
        messages.success(request, message)
        return HttpResponseRedirect(self.next_page())

    def carry_out(self, document: Document) -> str:
        """Do it and answer what to say."""
        raise NotImplementedError

    def next_page(self) -> str:
        """Where the person goes on."""
        return self.kind.url("detail", self.kwargs["pk"])

    def text(self, name: str) -> str:
        return self.request.POST.get(name, "").strip()[:2000]


class Submit(Verb):
    """Submit a stored draft; where something is missing, its form opens with the messages."""

    def carry_out(self, document: Document) -> str:
        return submitted_message(services.submit(document, by=self.request.user))

    def refused(self, refusal: Refused) -> HttpResponse:
        if refusal.fields and not self.request.htmx:
            messages.error(self.request, _("Not submitted yet. Please correct what is marked."))
            return HttpResponseRedirect(f"{self.kind.url('update', self.kwargs['pk'])}?check=1")
        return super().refused(refusal)


class Saying(Verb):
    """A verb with something said and files. What is refused is shown on a page of its own, with what was typed."""

    action: ClassVar[str]
    form_class: ClassVar[type[SaidForm]]
    title: ClassVar[Any]
    submit_label: ClassVar[Any]

    @cached_property
    def form(self) -> SaidForm:
        return self.form_class(self.request.POST, self.request.FILES)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.form.is_valid():
            return self.page_with_errors()
        return super().post(request, pk)

    def next_page(self) -> str:
        """Back to the page of ours it was said on; the paper, where none is named."""
        target = self.request.POST.get("next", "")
        is_ours = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
        return target if is_ours else super().next_page()

    def refused(self, refusal: Refused) -> HttpResponse:
        if self.request.htmx or not refusal.fields or refusal.status in (403, 404):
            return super().refused(refusal)
        self.form.show_refusal(refusal)
        return self.page_with_errors()

    def page_with_errors(self) -> HttpResponse:
        self.require(self.action)
        self.form.ask_only_for(self.access)
        return verb_page(self.request, self.document, self.form, self.title, self.submit_label, status=422)


class Decision(Saying):
    """A decision, made on the content the person was shown; a paper changed since is refused with the differences."""

    @property
    def given(self) -> dict[str, Any]:
        given = self.form.cleaned_data
        shown = {"seen": given["seen"] or None, "step": given["step"] or None}
        return {"by": self.request.user, **shown, "files": given["files"]}

    @property
    def said(self) -> str:
        return self.form.cleaned_data[self.form.says]

    def refused(self, refusal: Refused) -> HttpResponse:
        if not is_stale(refusal) or self.request.htmx:
            return super().refused(refusal)
        seen_at = _moment(self.request.POST.get("seen_at", ""))
        events = [
            happened for happened in events_of(self.document, self.access.hidden) if _is_news(happened.event, seen_at)
        ]
        context = {
            "page_title": _("%(paper)s has changed") % {"paper": self.document},
            "reason": str(refusal),
            "document": self.document,
            "entries": self.changed_since(seen_at) if seen_at else [],
            "events": events,
            "said": self.said,
        }
        return render(self.request, "documents/changed.html", context, status=409)

    def changed_since(self, seen_at: dt.datetime) -> list[Entry]:
        """What was changed after the person read the paper."""
        formset = self.kind.line_formset_class
        lines = formset.model if formset else None
        return history_of(self.document, lines, since=seen_at, hidden=self.access.hidden)


class Approve(Decision):
    """Approve the open step."""

    action, form_class = "approve", ApproveForm
    title, submit_label = gettext_lazy("Approve %(paper)s"), gettext_lazy("Approve")

    def carry_out(self, document: Document) -> str:
        more = {"signature": self.form.cleaned_data["signature"], "choices": choices_in(self.request.POST)}
        return decided_message(services.approve(document, comment=self.said, **more, **self.given), "approve")

    def refused(self, refusal: Refused) -> HttpResponse:
        if isinstance(refusal, ChoiceMissing):
            self.form.fields |= next_choices(self.document, self.access.open_task.step).as_fields()
        return super().refused(refusal)


class Return(Decision):
    """Return for correction: to the applicant or to an earlier step."""

    action, form_class = "return", ReturnForm
    title, submit_label = gettext_lazy("Return %(paper)s"), gettext_lazy("Return")

    def carry_out(self, document: Document) -> str:
        to = self.form.cleaned_data["to"] or None
        return decided_message(services.return_(document, reason=self.said, to=to, **self.given), "return")


class Reject(Decision):
    """Refuse for good."""

    action, form_class = "reject", RejectForm
    title, submit_label = gettext_lazy("Reject %(paper)s"), gettext_lazy("Reject")

    def carry_out(self, document: Document) -> str:
        return decided_message(services.reject(document, reason=self.said, **self.given), "reject")


class Advise(Decision):
    """Give the opinion one was asked for."""

    action, form_class = "advise", AdviseForm
    title, submit_label = gettext_lazy("Your opinion on %(paper)s"), gettext_lazy("Give the opinion")

    def carry_out(self, document: Document) -> str:
        document = services.advise(document, opinion=self.said, **self.given)
        text = _("Your opinion on %(paper)s is given; now with %(people)s.")
        return text % {"paper": document, "people": whose_turn(document)}


class Comment(Saying):
    """Add a remark."""

    action, form_class = "comment", CommentForm
    title, submit_label = gettext_lazy("Comment on %(paper)s"), gettext_lazy("Comment")

    def carry_out(self, document: Document) -> str:
        given = self.form.cleaned_data
        said = {name: given[name] for name in ("text", "mentioned", "files")}
        services.comment(document, by=self.request.user, **said)
        return _("Your comment is added.")

    def next_page(self) -> str:
        return f"{super().next_page()}#comments"


class Withdraw(Verb):
    """The applicant takes the paper back."""

    def carry_out(self, document: Document) -> str:
        document = services.withdraw(document, by=self.request.user)
        return _("%(paper)s is withdrawn and a draft again.") % {"paper": document}


class Cancel(Verb):
    """Void an approved paper."""

    def carry_out(self, document: Document) -> str:
        document = services.cancel(document, by=self.request.user, reason=self.text("reason"))
        return _("%(paper)s is cancelled; its number stays used.") % {"paper": document}


def verb_page(
    request: HttpRequest, document: Document, form: BaseForm, title: Any, submit_label: Any, status: int = 200
) -> HttpResponse:
    """A page with the small form of a verb; ``title`` with `%(paper)s`."""
    context = {
        "page_title": str(title) % {"paper": document},
        "document": document,
        "form": form,
        "submit_label": submit_label,
    }
    return render(request, "documents/verb.html", context, status=status)


class FormVerb(PaperView):
    """A verb that needs to be told something: a page with a small form, then the paper again."""

    action: ClassVar[str]
    form_class: ClassVar[type[BaseForm]]
    #: with `%(paper)s`
    title: ClassVar[Any]
    submit_label: ClassVar[Any]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(self.action)
        return self.page(self.form_class())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.require(self.action)
        form = self.form_class(request.POST)
        if not form.is_valid():
            return self.page(form, status=422)
        try:
            message = self.carry_out(form)
        except Refused as refusal:
            if not refusal.fields:
                raise
            form.show_refusal(refusal)
            return self.page(form, status=422)
        messages.success(request, message)
        return HttpResponseRedirect(self.next_page())

    def next_page(self) -> str:
        """Where the person goes on."""
        return self.document.url("detail")

    def carry_out(self, form: BaseForm) -> str:
        """Do it and answer what to say."""
        raise NotImplementedError

    def page(self, form: BaseForm, status: int = 200) -> HttpResponse:
        return verb_page(self.request, self.document, form, self.title, self.submit_label, status=status)

    def named(self, people: Iterable[Any]) -> str:
        return _(", ").join(str(person) for person in people)


class CopyTo(FormVerb):
    """Let people read along: a dialog on the paper, or this page where there are no scripts."""

    action, form_class = "copy", CopyForm
    title, submit_label = gettext_lazy("Copy %(paper)s to"), gettext_lazy("Copy to them")

    def carry_out(self, form: BaseForm) -> str:
        people = list(form.cleaned_data["people"])
        services.copy_to(self.document, by=self.request.user, people=people)
        return _("%(paper)s is copied to %(people)s.") % {"paper": self.document, "people": self.named(people)}


class Transfer(FormVerb):
    """Give one's turn to decide to somebody else."""

    action, form_class = "transfer", TransferForm
    title, submit_label = gettext_lazy("Transfer %(paper)s"), gettext_lazy("Transfer")

    def carry_out(self, form: BaseForm) -> str:
        given = form.cleaned_data
        document = services.transfer(self.document, by=self.request.user, to=given["to"], reason=given["reason"])
        return _("%(paper)s is now with %(people)s.") % {"paper": document, "people": whose_turn(document)}


class Revoke(FormVerb):
    """Ask for an approved paper to be revoked; leads to the application."""

    action, form_class = "revoke", RevokeForm
    title, submit_label = gettext_lazy("Revoke %(paper)s"), gettext_lazy("Ask for it to be revoked")

    def carry_out(self, form: BaseForm) -> str:
        self.asked = services.ask_to_revoke(self.document, by=self.request.user, **form.cleaned_data)
        return submitted_message(self.asked)

    def next_page(self) -> str:
        return self.asked.url("detail")


class Consult(FormVerb):
    """Ask others for an opinion; the decision comes back."""

    action, form_class = "consult", ConsultForm
    title, submit_label = gettext_lazy("Ask for an opinion on %(paper)s"), gettext_lazy("Ask them")

    def carry_out(self, form: BaseForm) -> str:
        given = form.cleaned_data
        document = services.consult(self.document, by=self.request.user, **given)
        text = _("%(people)s: asked for an opinion on %(paper)s. It comes back to you.")
        return text % {"paper": document, "people": self.named(given["people"])}


class AddApprovers(FormVerb):
    """Ask others to decide too."""

    action, form_class = "add_approvers", AddApproversForm
    title, submit_label = gettext_lazy("Add approvers to %(paper)s"), gettext_lazy("Ask them")

    def carry_out(self, form: BaseForm) -> str:
        given = dict(form.cleaned_data)
        document = services.add_approvers(self.document, by=self.request.user, **given)
        return _("%(people)s: asked to decide %(paper)s.") % {"paper": document, "people": self.named(given["people"])}


class RemoveApprover(Verb):
    """Let somebody go again whom one has asked to decide too."""

    def post(self, request: HttpRequest, pk: int, task: int) -> HttpResponse:
        return super().post(request, pk)

    def carry_out(self, document: Document) -> str:
        document = services.remove_approver(document, by=self.request.user, task=self.kwargs["task"])
        return _("%(paper)s is now with %(people)s.") % {"paper": document, "people": whose_turn(document)}


class TakeBack(Verb):
    """Undo one's own approval."""

    def carry_out(self, document: Document) -> str:
        document = services.take_back(document, by=self.request.user)
        return _("Your approval of %(paper)s is taken back; it waits for you again.") % {"paper": document}


class Urge(Verb):
    """Remind those whose turn it is."""

    def carry_out(self, document: Document) -> str:
        people = services.urge(document, by=self.request.user)
        return _("Reminded: %(people)s.") % {"people": _(", ").join(str(person) for person in people)}


class Delete(Verb):
    """Throw a draft away."""

    def carry_out(self, document: Document) -> str:
        title = self.document.title or str(self.document.kind_label)
        services.delete_draft(document, by=self.request.user)
        return _("The draft “%(title)s” is deleted.") % {"title": title}

    def next_page(self) -> str:
        return self.kind.url("list")


def _moment(text: str) -> dt.datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None


def _is_news(event: Event, since: dt.datetime | None) -> bool:
    return since is not None and event.at > since
