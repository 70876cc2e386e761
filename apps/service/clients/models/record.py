"""What is only ever added to a client file: reviews done, files merged, files found to be of different clients."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
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


class DistinctClients(BaseModel):
    """Two files that look like one client and are not: who found that out, when and why.

    What each file was found by then is kept, so that the pair is suggested again once a name, a number or a code has
    changed. A mark taken back stays as a row.
    """

    first = models.ForeignKey(Client, models.CASCADE, related_name="+", verbose_name=_("client"))
    second = models.ForeignKey(Client, models.CASCADE, related_name="+", verbose_name=_("other client"))
    first_keys = models.CharField(max_length=200, editable=False)
    second_keys = models.CharField(max_length=200, editable=False)
    marked_at = models.DateTimeField(_("marked at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("marked by"))
    reason = models.CharField(_("reason"), max_length=200)
    undone_at = models.DateTimeField(_("undone at"), null=True, editable=False)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("undone by"),
    )

    class Meta:
        verbose_name = _("mark that clients are different")
        verbose_name_plural = _("marks that clients are different")
        ordering = ["-marked_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="service_distinctclients_order"),
            models.UniqueConstraint(
                fields=["first", "second"],
                condition=Q(undone_at__isnull=True),
                name="service_distinctclients_pair",
            ),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True, undone_by__isnull=True)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="service_distinctclients_undone",
            ),
        ]

    def holds(self, first: Client, second: Client) -> bool:
        """Whether both files are still found by what they were found by when the mark was set."""
        return (self.first_keys, self.second_keys) == (first.keys, second.keys)

    def __str__(self):
        return f"{self.first.number} ≠ {self.second.number}"
