"""A paper: itself on the left, its chain on the right, and on top what this person can do with it now."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from apps.approvals.models import Event, Step
from apps.approvals.names import Names
from apps.approvals.turn import rule_of
from apps.core import clock
from apps.core.money import format_money
from apps.documents import display
from apps.documents.chain import Chain, chain_of
from apps.documents.choice_forms import next_choices
from apps.documents.decision_forms import SignatureInput
from apps.documents.enclosures import Enclosed, Enclosures, enclosures_of
from apps.documents.history import history_of
from apps.documents.models import Attachment, Comment, Document, Enclosure, Participant, Revocation
from apps.documents.permissions import Access, Answer
from apps.documents.services import mark_read
from apps.documents.veiling import hidden_from
from apps.documents.views.base import PaperView


@dataclass(frozen=True)
class Action:
    """One button of a paper. A POST to ``url``, a link where ``link`` is set, or the dialog with this id.

    A refused answer shows the button disabled with its reason; a hidden one leaves it out.
    """

    label: Any
    url: str
    answer: Answer
    icon: str = ""
    link: bool = False
    dialog: str = ""
    confirm: Any = ""
    style: str = "light"


_ADDRESSES = ("history", "approve", "return", "reject", "advise", "cancel", "comment", "copy", "attach", "mentionable")


#: what a step may ask for with an approval
_NEEDS = ("opinion_required", "attachment_required", "signature_required")


#: an application to revoke a paper that its page speaks of
ASKED = (Document.State.IN_REVIEW, Document.State.RETURNED, Document.State.APPROVED)


class Detail(PaperView):
    """The page of one paper."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return render(request, self.kind.templates("detail"), self.context())

    def context(self, **more: Any) -> dict[str, Any]:
        """Everything the page shows."""
        document, access = self.document, self.access
        if document.unread:
            mark_read(document, by=self.request.user)
        enclosures = enclosures_of(document)
        chain = chain_of(document, viewer=self.request.user, enclosures=enclosures)
        access.hidden = hidden_from(self.request.user, document, chain.tasks)
        files, lines = self._files(), self.kind.lines(document)
        if document.state == Document.State.IN_REVIEW:
            access.tasks = chain.tasks
        actions = actions_of(self.kind, access)
        return {
            "page_title": str(document),
            "kind": self.kind,
            "list_url": self.kind.url("list"),
            "list_label": self.model._meta.verbose_name_plural,
            "document": document,
            "actions": actions,
            "dialogs": {action.dialog for action in actions if action.answer},
            "decision": self._decision(chain),
            "return_reasons": self.kind.return_reasons,
            "reject_reasons": self.kind.reject_reasons,
            "cancel_reasons": self.kind.cancel_reasons,
            "facts": display.without(self.kind.shown(document), access.hidden),
            "revocation": revocation_of(document, self.request.user),
            "hidden_parts": [document.HIDEABLE.get(name, name) for name in sorted(access.hidden)],
            "lines": lines,
            "files": files,
            "may_attach": bool(access.may("attach")),
            "may_comment": bool(access.may("comment")),
            "chain": chain,
            "comments": self._comments(enclosures),
            **{f"{page}_url": document.url(page) for page in _ADDRESSES},
            **self.kind.context(document, access),
            **more,
        }

    def _decision(self, chain: Chain) -> dict[str, Any] | None:
        """What a person whose turn it is sends along: the content they were shown, and when."""
        advises = bool(self.access.may("advise"))
        if not advises and not self.access.may("approve"):
            return None
        document, step = self.document, self.access.open_task.step
        rule = rule_of(step)
        seen = {"seen": document.content_hash(), "seen_at": clock.now().isoformat(), "step": step.key}
        return {
            "step": chain.stop_of(step.key),
            "advises": advises,
            "rejection_is_vote": rule.rejections_are_votes,
            "choices": next_choices(document, step, chain.steps),
            "signature": SignatureInput().render("signature", ""),
            **{name: getattr(rule, name) for name in _NEEDS},
            "hidden": [{"name": name, "value": value} for name, value in seen.items()],
            "earlier": [
                step for step in chain.current.stops if step.state in (Step.State.APPROVED, Step.State.CARRIED)
            ],
        }

    def _comments(self, enclosures: Enclosures) -> list["Remark"]:
        if not self.document.has_comments:
            return []
        comments = self.document.comments.select_related("author")
        return [Remark(comment, enclosures.by_comment.get(comment.pk, [])) for comment in comments]

    def _files(self) -> list["File"]:
        if self.document.has_files:
            return files_of(self.document, self.access)
        vars(self.document).setdefault("_prefetched_objects_cache", {})["attachments"] = Attachment.objects.none()
        return []

    def papers(self) -> QuerySet:
        """With what is asked of other tables: only what is there is read."""
        of = Q(document=OuterRef("pk"))
        unread = Participant.objects.filter(of, user=self.request.user, copied_at__isnull=False, read_at=None)
        files, comments = Attachment.objects.filter(of), Comment.objects.filter(of)
        enclosures = Enclosure.objects.filter(of)
        rows = (
            super()
            .papers()
            .annotate(
                unread=Exists(unread),
                has_files=Exists(files.order_by()),
                has_comments=Exists(comments.order_by()),
                has_revocation=Exists(Revocation.objects.filter(of=OuterRef("pk"), state__in=ASKED).order_by()),
                has_enclosures=Exists(enclosures.order_by()),
            )
        )
        return self.kind.papers(rows, self.request.user)


class History(PaperView):
    """What happened to a paper: the log of its chain and the changes of its content. A fragment or a page."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        formset = self.kind.line_formset_class
        context = {
            "page_title": _("History of %(paper)s") % {"paper": self.document},
            "document": self.document,
            "list_url": self.kind.url("list"),
            "list_label": self.model._meta.verbose_name_plural,
            "events": events_of(self.document, self.access.hidden),
            "entries": history_of(self.document, formset.model if formset else None, hidden=self.access.hidden),
        }
        template = "documents/_history.html" if request.htmx else "documents/history.html"
        return render(request, template, context)


def actions_of(kind: Any, access: Access) -> list[Action]:
    """The buttons of a paper besides its decision: what this person can do now, and what they could expect to."""
    document = access.document
    common = [
        Action(_("Submit"), document.url("submit"), access.may("submit"), icon="send", style="primary"),
        Action(_("Edit"), document.url("update"), access.may("update"), icon="pencil", link=True),
        *kind.actions(access),
        Action(_("Withdraw"), document.url("withdraw"), access.may("withdraw"), icon="arrow-counterclockwise",
               confirm=_("Withdraw %(paper)s? It becomes a draft again.") % {"paper": document}),
        *_about_people(access),
        Action(_("Copy to"), document.url("copy"), access.may("copy"), icon="person-plus", link=True, dialog="copy"),
        Action(_("Print"), document.url("print"), access.may("print"), icon="printer", link=True),
        Action(_("Evidence pack"), document.url("evidence"), access.may("evidence"), icon="file-earmark-lock",
               link=True),
        Action(_("Cancel paper"), document.url("cancel"), access.may("cancel"), icon="slash-circle", dialog="cancel",
               style="danger"),
        Action(_("Ask to revoke"), document.url("revoke"), access.may("revoke"), icon="slash-circle", link=True),
        Action(_("Delete"), document.url("delete"), access.may("delete"), icon="trash", style="danger",
               confirm=_("Delete this draft for good?")),
    ]  # fmt: skip
    return [action for action in common if not action.answer.hidden]


def _about_people(access: Access) -> list[Action]:
    """The buttons that change who decides."""
    document = access.document
    return [
        Action(_("Ask for an opinion"), document.url("consult"), access.may("consult"), icon="chat-dots", link=True),
        Action(_("Transfer"), document.url("transfer"), access.may("transfer"), icon="arrow-left-right", link=True),
        Action(
            _("Add approvers"), document.url("add-approvers"), access.may("add_approvers"), icon="people", link=True
        ),
        *(
            Action(
                _("No longer ask %(name)s") % {"name": task.user},
                document.url("remove-approver", task.pk),
                access.may("remove_approver"),
                icon="person-dash",
            )
            for task in access.asked
        ),
        Action(
            _("Take back my approval"),
            document.url("take-back"),
            access.may("take_back"),
            icon="arrow-counterclockwise",
            confirm=_("Take back your approval of %(paper)s? It waits for you again.") % {"paper": document},
        ),
        Action(_("Remind"), document.url("urge"), access.may("urge"), icon="bell"),
    ]


@dataclass(frozen=True)
class Revoked:
    """That a paper is to be revoked, or was; with the way to the application for who may see it."""

    text: str
    paper: Document
    url: str


def revocation_of(document: Document, viewer: Any) -> Revoked | None:
    """The application that is on its way, or was approved; read only where the page knows there is one."""
    if not document.has_revocation:
        return None
    row = Revocation.objects.filter(of=document.pk, state__in=ASKED).select_related("applicant").order_by("-pk").first()
    done = row.state == Document.State.APPROVED
    text = (
        _("This paper was revoked.")
        if done
        else _("This paper is to be revoked; it is in force until that is decided.")
    )
    seen = Document.objects.visible_to(viewer).filter(pk=row.pk).exists()
    return Revoked(text, row, row.get_absolute_url() if seen else "")


@dataclass(frozen=True)
class Remark:
    """A comment with the files that go with it."""

    comment: Comment
    files: list[Enclosed]


@dataclass(frozen=True)
class File:
    """An attachment as the page shows it, with the other papers that carry the very same file."""

    attachment: Attachment
    url: str
    remove_url: str
    twins: list[Document]


def files_of(document: Document, access: Access) -> list[File]:
    """The attachments of a paper: one query, two where other papers carry one of the files; none that are hidden."""
    if "attachments" in access.hidden:
        return []
    others = Attachment.objects.filter(sha256=OuterRef("sha256")).exclude(document=document.pk)
    rows = Attachment.objects.select_related("uploaded_by").annotate(has_twins=Exists(others))
    prefetch_related_objects([document], Prefetch("attachments", rows))
    attachments = list(document.attachments.all())
    twins: dict[str, list[Document]] = {}
    hashes = {attachment.sha256 for attachment in attachments if attachment.has_twins}
    if hashes:
        papers = Document.objects.visible_to(access.user).order_by().values("pk")
        found = Attachment.objects.filter(sha256__in=hashes, document__in=papers).exclude(document=document.pk)
        found = found.exclude(document__state=Document.State.REJECTED)
        for other in found.select_related("document").order_by("document")[:20]:
            twins.setdefault(other.sha256, []).append(other.document)
    return [
        File(
            attachment,
            file_url(document, "file", attachment),
            file_url(document, "detach", attachment),
            twins.get(attachment.sha256, []),
        )
        for attachment in attachments
    ]


def file_url(document: Document, page: str, attachment: Attachment) -> str:
    """The address of one attachment's page."""
    return document.url(page, attachment.pk)


@dataclass(frozen=True)
class Happened:
    """One event of the chain in words."""

    event: Event
    text: str
    details: list[str]
    files: list[Enclosed]


def events_of(document: Document, hidden: Collection[str] = ()) -> list[Happened]:
    """The log of a paper's chain, latest first, without what was changed in ``hidden`` parts."""
    if not document.approval_id:
        return []
    events = list(
        Event.objects.filter(approval=document.approval_id)
        .select_related("actor", "on_behalf_of", "step")
        .order_by("-seq")
    )
    names = Names()
    for event in events:
        people = event.payload.get("people", ()) if isinstance(event.payload.get("people"), list) else ()
        moved = [event.payload[key] for key in ("from", "to") if isinstance(event.payload.get(key), int)]
        names.want(event.payload.get("why", ()), [*people, *moved, *event.payload.get("mentioned", ())])
    enclosures = enclosures_of(document) if any(event.payload.get("files") for event in events) else Enclosures()
    return [
        Happened(
            event,
            _sentence(event),
            _details(event, names, hidden, document),
            enclosures.named(event.payload.get("files", ())),
        )
        for event in events
    ]


def _sentence(event: Event) -> str:
    step = f"{event.step.label}: " if event.step else ""
    return f"{step}{event.get_verb_display()}"


def _details(event: Event, names: Names, hidden: Collection[str], document: Document) -> list[str]:
    payload, details = event.payload, []
    if payload.get("text"):
        details.append(payload["text"])
    if event.verb == Event.Verb.REOPENED:
        changed = sorted({name for names in payload["steps"].values() for name in names})
        facts = _(", ").join(str(document.FACTS.get(name, name)) for name in changed)
        details.append(_("because of a change: %(facts)s") % {"facts": facts})
    if payload.get("mentioned"):
        details.append("@" + " @".join(names.person(pk) for pk in payload["mentioned"]))
    if payload.get("people") and event.verb != Event.Verb.ESCALATED:
        details.append(_(", ").join(names.person(pk) for pk in payload["people"]))
    if payload.get("by") == "system":
        details.append(_("The step allows %(hours)s working hours.") % {"hours": f"{payload['rule']['hours']:g}"})
    if event.verb in (Event.Verb.HANDED_OVER, Event.Verb.TRANSFERRED, Event.Verb.ESCALATED):
        details.append(f"{names.person(payload['from'])} → {names.person(payload['to'])}" if payload.get("to") else "")
        details.append(payload.get("reason", ""))
    if event.verb in (Event.Verb.SUBMITTED, Event.Verb.RESUBMITTED) and "amount" in payload.get("facts", {}):
        details.append(format_money(payload["facts"]["amount"]))
    details += _edits(payload.get("changes"), hidden)
    return [detail for detail in details if detail]


def _edits(changes: Any, hidden: Collection[str]) -> list[str]:
    """What an approver changed: a list of {label, before, after}, or {name: [before, after]}."""
    if isinstance(changes, dict):
        return [
            f"{name}{_(': ')}{before} → {after}"
            for name, (before, after) in changes.items()
            if name not in hidden and _is_pair((before, after))
        ]
    if isinstance(changes, list):
        return [" ".join(str(value) for value in change.values()) for change in changes if isinstance(change, dict)]
    return []


def _is_pair(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) == 2
