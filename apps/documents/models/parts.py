"""What hangs on a document: attachments, comments, who has to do with it; and who exported lists of them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.models import BaseModel
from apps.core.storage import private_storage


def attachment_path(attachment, _name: str) -> str:
    """Files are stored under their hash, never under the name somebody typed."""
    return f"attachments/{attachment.sha256[:2]}/{attachment.sha256}"


class StoredFile(BaseModel):
    """A file somebody handed in; `file_type` is what its content says it is, `size` is in bytes."""

    file = models.FileField(storage=private_storage, upload_to=attachment_path)
    name = models.CharField(_("name"), max_length=200)
    size = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    file_type = models.CharField(_("type"), max_length=8)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        abstract = True

    def __str__(self):
        return self.name


class Attachment(StoredFile):
    """A file on a document, part of what is decided on."""

    document = models.ForeignKey("documents.Document", models.CASCADE, related_name="attachments")

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["document", "sha256"], name="attachment_once_per_document"),
        ]
        indexes = [models.Index(fields=["sha256"], name="attachment_sha256")]


class Comment(BaseModel):
    """A remark on a document, seen by everybody who sees the document."""

    document = models.ForeignKey("documents.Document", models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    text = models.TextField(_("comment"), max_length=2000)

    class Meta:
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        ordering = ["pk"]

    def __str__(self):
        return self.text[:40]


class Enclosure(StoredFile):
    """A file that goes with a decision, an opinion or a comment.

    It is no part of what is decided on; its SHA-256 stands in the event of what it goes with.
    """

    document = models.ForeignKey("documents.Document", models.CASCADE, related_name="enclosures")
    task = models.ForeignKey("approvals.Task", models.PROTECT, null=True, related_name="enclosures")
    comment = models.ForeignKey(Comment, models.CASCADE, null=True, related_name="enclosures")
    #: drawn by hand with an approval
    is_signature = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("enclosure")
        verbose_name_plural = _("enclosures")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(task__isnull=True) ^ models.Q(comment__isnull=True), name="enclosure_goes_with_one"
            )
        ]


class Participant(models.Model):
    """A person's part in a document; the lists of daily use (mine, copied to me) read this table."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="participations")
    document = models.ForeignKey("documents.Document", models.CASCADE, related_name="participants")
    applicant = models.BooleanField(default=False)
    approver = models.BooleanField(default=False)
    copied_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        constraints = [models.UniqueConstraint(fields=["user", "document"], name="participant_once")]
        indexes = [
            models.Index(
                fields=["user", "-copied_at", "-id"],
                condition=models.Q(copied_at__isnull=False),
                name="participant_copied",
            )
        ]

    def __str__(self):
        return f"{self.user} – {self.document}"


class Export(models.Model):
    """Who exported which list, when, under which filter, and how many rows; written with the file, never changed."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="exports", verbose_name=_("person"))
    list_name = models.CharField(_("list"), max_length=80)
    filters = models.TextField(_("filter"), blank=True)
    query = models.TextField(blank=True)
    file_format = models.CharField(_("format"), max_length=8)
    rows = models.PositiveIntegerField(_("rows"))
    at = models.DateTimeField(_("at"), db_index=True)

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-pk"]
        permissions = [("view_export_log", _("Sees who exported which list"))]

    def __str__(self):
        return f"{self.list_name} {self.file_format} ({self.rows})"


class ChosenApprover(models.Model):
    """Whom the applicant has chosen to decide a step of the paper's route, before it is submitted (發起人自選)."""

    document = models.ForeignKey("documents.Document", models.CASCADE, related_name="chosen_approvers")
    step = models.CharField(max_length=40)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("chosen approver")
        verbose_name_plural = _("chosen approvers")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["document", "step", "user"], name="chosenapprover_once"),
        ]

    def __str__(self):
        return f"{self.step}: {self.user}"
