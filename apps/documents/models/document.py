"""Document (單據): the one table of everything that needs a decision."""

from __future__ import annotations

import hashlib
import json
from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.approvals.models import RouteVersion
from apps.core.history import HistoricalRecords
from apps.core.models import BaseModel
from apps.documents import visibility
from apps.documents.kinds import kind_of, register_kind


class ContentEncoder(DjangoJSONEncoder):
    """Writes 5000, 5000.0 and 5000.00 alike, so that a value hashes the same before and after it was stored."""

    def default(self, o):
        if isinstance(o, Decimal):
            return format(o.normalize(), "f")
        return super().default(o)


class DocumentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Only what this person may see: own papers, headed departments, company-wide roles, or a grant."""
        return visibility.restrict(self, user)

    def with_people(self):
        """What a list row or a heading reads of other tables."""
        return self.select_related("applicant", "department", "approval")


class Document(BaseModel):
    """One paper: a number, an applicant, a department, a state and, where it has one, an amount in `currency`.

    Kinds inherit from it, one level deep, declare `KIND`, `PREFIX` and `CLAUSES`, and override the hooks at the end.
    Services alone change `state`, `number`, `approval` and `revision`.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        IN_REVIEW = "in_review", _("In approval")
        RETURNED = "returned", _("Returned")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        CANCELLED = "cancelled", _("Cancelled")

    #: short name of the kind, the key of its route; set by each kind
    KIND: ClassVar[str] = ""
    #: letters before the number, as `FYBX` in `FYBX-2026-0001`
    PREFIX: ClassVar[str] = ""
    #: clauses of the regulation that the kind serves
    CLAUSES: ClassVar[tuple[str, ...]] = ()
    #: facts a route's conditions may read: name → label
    FACTS: ClassVar[dict[str, Any]] = {"amount": _("amount")}
    #: parts of the paper a step may open to its approver, for `services.edit_in_review`: name → label
    EDITABLE: ClassVar[dict[str, Any]] = {}
    #: parts a step may hide from its approver: `attachments`, and text columns that stand on no list: name → label
    HIDEABLE: ClassVar[dict[str, Any]] = {"attachments": _("attachments")}
    #: own columns that are part of what an approver decides on
    CONTENT: ClassVar[tuple[str, ...]] = ()
    #: whose turn a verb that was just carried out made it; None where it says nothing of that
    turn_of: list[Any] | None = None

    kind = models.CharField(_("kind"), max_length=40, editable=False)
    number = models.CharField(_("number"), max_length=24, blank=True, default="", editable=False)
    title = models.CharField(_("title"), max_length=200)
    applicant = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="documents", verbose_name=_("applicant")
    )
    department = models.ForeignKey(
        "org.Department", models.PROTECT, related_name="documents", verbose_name=_("department")
    )
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT, editable=False)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2, default=Decimal("0.00"))
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    approval = models.OneToOneField(
        "approvals.Approval", models.PROTECT, null=True, editable=False, related_name="document"
    )
    submitted_at = models.DateTimeField(_("submitted at"), null=True, editable=False)
    closed_at = models.DateTimeField(_("closed at"), null=True, editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)
    #: the form it was first typed into, so that saving in the background and a second click make one draft, not two
    form_key = models.UUIDField(null=True, unique=True, editable=False)

    objects = DocumentQuerySet.as_manager()
    history = HistoricalRecords(inherit=True)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-pk"]
        permissions = [
            ("approve_document", _("Decides on this document")),
            ("view_all_documents", _("Sees every document of the company")),
            ("cancel_document", _("Cancels approved documents")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["number"], condition=~Q(number=""), name="document_number_once"),
            models.CheckConstraint(condition=~Q(kind=""), name="document_has_kind"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="document_amount_not_negative"),
            models.CheckConstraint(condition=Q(state="draft") | ~Q(number=""), name="document_numbered_once_submitted"),
        ]
        indexes = [
            models.Index(fields=["kind", "-id"], name="document_kind"),
            models.Index(fields=["kind", "department", "-id"], name="document_kind_department"),
            models.Index(fields=["applicant", "-id"], name="document_applicant"),
            models.Index(fields=["kind", "state", "-id"], name="document_kind_state"),
        ]

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if cls.KIND:
            register_kind(cls)

    def __str__(self):
        return self.number or f"{self.kind_label} · {self.title}"

    def get_absolute_url(self):
        return self.url("detail")

    def url(self, page: str, *more: int) -> str:
        """The address of one of this paper's pages: detail, update, print, approve, …"""
        model = kind_of(self.kind)
        return reverse(f"{model._meta.app_label}:{model._meta.model_name}-{page}", args=[self.pk, *more])

    @property
    def kind_label(self):
        return capfirst(kind_of(self.kind)._meta.verbose_name)

    @cached_property
    def specific(self) -> Document:
        """This paper as its kind, with its own columns. Saving the base row would write the wrong history table."""
        model = kind_of(self.kind)
        return self if isinstance(self, model) else getattr(self, model._meta.model_name)

    @property
    def standing(self) -> tuple[str, str]:
        """The state as people speak of it: code and words. Kinds tell what followed an approval: paid, invoiced."""
        return self.state, self.get_state_display()

    @property
    def is_open_for_correction(self) -> bool:
        """The applicant may still change it."""
        return self.state in (self.State.DRAFT, self.State.RETURNED)

    # ---- what a kind says about itself ----

    def facts(self) -> dict[str, Any]:
        """What a route's conditions may read. JSON values; amounts as text."""
        return {"amount": str(self.amount)}

    def content(self) -> dict[str, Any]:
        """Everything an approver decides on; its hash binds decisions. Kinds with lines add them."""
        own = {name: getattr(self, name) for name in ("title", "amount", "currency", *self.CONTENT)}
        attachments = [[file.name, file.sha256] for file in self.attachments.all()]
        return {**own, "applicant": self.applicant_id, "attachments": attachments}

    def content_hash(self) -> str:
        """SHA-256 of the content."""
        text = json.dumps(self.content(), sort_keys=True, ensure_ascii=False, cls=ContentEncoder)
        return hashlib.sha256(text.encode()).hexdigest()

    def check_submission(self, by) -> dict[str, list[str]]:
        """What keeps this paper from being submitted: messages by field; empty when nothing does."""
        return {}

    def on_submitted(self, by) -> None:
        """Called in the transaction of each submission, after the number is given."""

    def on_approved(self, by) -> None:
        """Called in the transaction of the final approval."""

    def on_reopened(self, by) -> None:
        """Called when the paper goes back to the applicant: returned or withdrawn."""

    def on_closed(self, by) -> None:
        """Called when the paper ends without effect: rejected, cancelled or revoked."""

    def revoke_refusal(self) -> str:
        """Why this paper can't be revoked by a chain now; empty when it can. What forbids to cancel forbids it, too."""
        if self.state != self.State.APPROVED:
            return _now("%(paper)s is not an approved paper any more.") % {"paper": self}
        return self.cancel_refusal()

    def route_version(self) -> RouteVersion | None:
        """The chain it takes, where it is not the one in force for its kind."""
        return None

    def basis(self) -> list[int]:
        """Ids of papers that whoever decides this one has to read."""
        return []

    def cancel_refusal(self) -> str:
        """Why an approved paper of this kind can't be cancelled now; empty when it can."""
        return ""
