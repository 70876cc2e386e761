"""What the pages of documents share: finding the paper, asking `permissions`, and turning refusals into messages."""

from typing import Any, ClassVar

from django.contrib.auth.mixins import AccessMixin
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.views.generic import View

from apps.approvals.errors import ContentChanged
from apps.core.errors import Refused
from apps.core.refusals import RefusalMixin
from apps.documents.models import Document
from apps.documents.permissions import Access


class KindView(RefusalMixin, AccessMixin, View):
    """A page of one kind. ``kind`` is its `DocumentViews` declaration."""

    kind: ClassVar[Any] = None

    @property
    def model(self) -> type[Document]:
        return self.kind.model

    def page_after_refusal(self) -> str:
        return self.kind.url("list")


class PaperView(KindView):
    """A page of one paper. What a person may not see does not exist for them."""

    @cached_property
    def document(self) -> Document:
        return get_object_or_404(self.papers(), pk=self.kwargs["pk"])

    def papers(self) -> QuerySet:
        """What this person may see, with what a page reads of other tables."""
        related = ("applicant", "department", "approval", *self.kind.select_related)
        return self.model.objects.visible_to(self.request.user).select_related(*related)

    @cached_property
    def access(self) -> Access:
        return Access(self.request.user, self.document, sees=True)

    def require(self, action: str) -> None:
        """Go on only if this person may do this; otherwise say why not."""
        self.access.require(action)

    def page_after_refusal(self) -> str:
        return self.kind.url("detail", self.kwargs["pk"])


def is_stale(refusal: Refused) -> bool:
    """Whether the paper has changed since the person read it."""
    return isinstance(refusal, ContentChanged)
