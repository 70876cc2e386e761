"""Revoking an approved paper (撤銷): asked for with a reason, and decided by a chain like any other paper."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from apps.approvals.models import RouteVersion
from apps.documents.kinds import kind_of
from apps.documents.models.document import Document


class FactsOfTheRevoked:
    """A revocation goes by the facts of the paper it is about."""

    def __get__(self, instance: Revocation | None, owner: type) -> dict[str, Any]:
        return kind_of(instance.of.kind).FACTS if instance is not None and instance.of_id else {}


class Revocation(Document):
    """The application to revoke an approved paper; once it is approved, that paper is void."""

    KIND = "revocation"
    PREFIX = "CX"
    CLAUSES = ("6.2.4",)
    FACTS = FactsOfTheRevoked()
    CONTENT = ("reason",)

    #: states in which it may still come to something
    OPEN = (Document.State.DRAFT, Document.State.IN_REVIEW, Document.State.RETURNED)

    of = models.ForeignKey(Document, models.PROTECT, related_name="revocations", verbose_name=_("paper to revoke"))
    reason = models.TextField(_("reason"), max_length=2000)

    class Meta:
        verbose_name = _("revocation")
        verbose_name_plural = _("revocations")
        permissions = [("view_all_revocation", _("Sees every revocation"))]

    def facts(self) -> dict[str, Any]:
        return self.of.specific.facts()

    def content(self) -> dict[str, Any]:
        """What is revoked belongs to what is decided on."""
        return {**super().content(), "of": [self.of_id, self.of.specific.content_hash()]}

    def route_version(self) -> RouteVersion | None:
        return RouteVersion.objects.published_to_revoke(self.of.kind, general=self.KIND)

    def basis(self) -> list[int]:
        return [self.of_id]

    def check_submission(self, by) -> dict[str, list[str]]:
        refusal = self.of.specific.revoke_refusal()
        missing = [] if self.reason.strip() else [_now("Give a reason.")]
        return {
            name: texts for name, texts in (("__all__", [refusal] if refusal else []), ("reason", missing)) if texts
        }

    def cancel_refusal(self) -> str:
        return _now("It has been carried out.") if self.state == self.State.APPROVED else ""
