"""The smallest kind of document there can be, for the tests of what all kinds share."""

from typing import Any

from django.conf import settings
from django.db import models

from apps.documents.models import Document


class SealRequest(Document):
    """Somebody asks for the company seal on some copies of a paper."""

    KIND = "sealrequest"
    PREFIX = "YZ"
    CLAUSES = ("6.3.2",)
    FACTS = {"amount": "amount", "copies": "copies", "signatory": "signatory"}
    CONTENT = ("purpose", "copies", "signatory_id")

    purpose = models.CharField("purpose", max_length=200, blank=True, default="")
    copies = models.PositiveSmallIntegerField("copies", default=1)
    signatory = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "seal request"
        verbose_name_plural = "seal requests"
        permissions = [("view_all_sealrequest", "Sees every seal request")]

    def facts(self) -> dict[str, Any]:
        return {**super().facts(), "copies": self.copies, "signatory": self.signatory_id}

    def check_submission(self, by) -> dict[str, list[str]]:
        return {} if self.purpose else {"purpose": ["Say what the seal is for."]}
