"""The smallest kind of document there can be, for the tests of what all kinds share."""

from typing import Any

from django.conf import settings
from django.db import models

from apps.documents.models import Document


class Memo(Document):
    """Somebody asks for something in one sentence."""

    KIND = "memo"
    PREFIX = "BW"
    CLAUSES = ("6.3.2",)
    FACTS = {"amount": "amount", "copies": "copies", "signatory": "signatory"}
    EDITABLE = {"purpose": "purpose", "copies": "copies"}
    HIDEABLE = {**Document.HIDEABLE, "purpose": "purpose"}
    CONTENT = ("purpose", "copies", "signatory_id")

    purpose = models.CharField("purpose", max_length=200, blank=True, default="")
    copies = models.PositiveSmallIntegerField("copies", default=1)
    signatory = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "memo"
        verbose_name_plural = "memos"
        permissions = [("view_all_memo", "Sees every memo")]

    def facts(self) -> dict[str, Any]:
        return {**super().facts(), "copies": self.copies, "signatory": self.signatory_id}

    def check_submission(self, by) -> dict[str, list[str]]:
        return {} if self.purpose else {"purpose": ["Say what it is for."]}
