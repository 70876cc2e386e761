"""What is only ever added to a client file: reviews done, files merged."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel
from apps.service.clients.models.client import Client


class ClientReview(BaseModel):
    """Somebody has gone through a client's file (clause 4.1.3) and confirmed these fields."""

    client = models.ForeignKey(Client, models.CASCADE, related_name="reviews", verbose_name=_("client"))
    done_at = models.DateTimeField(_("done at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="client_reviews", verbose_name=_("reviewed by")
    )
    fields = models.JSONField(_("confirmed fields"), default=list)
    comment = models.CharField(_("comment"), max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("client review")
        verbose_name_plural = _("client reviews")
        ordering = ["-done_at", "-pk"]

    def __str__(self):
        return f"{self.client} {self.done_at:%Y-%m-%d}"


class ClientMerge(BaseModel):
    """Two files of one client became one: who did it, why, what was moved and what was taken over."""

    source = models.OneToOneField(Client, models.PROTECT, related_name="merge", verbose_name=_("file that ended"))
    target = models.ForeignKey(Client, models.PROTECT, related_name="merges", verbose_name=_("file that stays"))
    merged_at = models.DateTimeField(_("merged at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="client_merges", verbose_name=_("merged by")
    )
    reason = models.CharField(_("reason"), max_length=200)
    moved = models.JSONField(_("moved rows"), default=dict)
    taken_over = models.JSONField(_("fields taken over"), default=list)

    class Meta:
        verbose_name = _("merge of clients")
        verbose_name_plural = _("merges of clients")
        ordering = ["-merged_at", "-pk"]

    def __str__(self):
        return f"{self.source.number} → {self.target.number}"
