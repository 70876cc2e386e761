"""Django's admin over documents, to be read: papers are changed by their own pages, which ask for permission."""

from django.contrib import admin

from apps.approvals.admin import ReadOnlyAdmin, ReadOnlyInline
from apps.documents.models import Attachment, Comment, Document, Export, Grant


class AttachmentsOfDocument(ReadOnlyInline):
    """The files of a paper, without a link to them."""

    model = Attachment
    fields = ["name", "file_type", "size", "sha256", "uploaded_by"]


class CommentsOfDocument(ReadOnlyInline):
    """The remarks on a paper."""

    model = Comment
    fields = ["author", "text", "created_at"]
    readonly_fields = ["created_at"]


class GrantsOfDocument(ReadOnlyInline):
    """Who holds which right on a paper, and why."""

    model = Grant
    fields = ["user", "permission", "reason"]


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    """Papers of every kind."""

    list_display = ["number", "kind", "title", "applicant", "department", "state", "amount", "submitted_at"]
    list_filter = ["kind", "state"]
    list_select_related = ["applicant", "department"]
    search_fields = ["number", "title"]
    show_full_result_count = False
    inlines = [AttachmentsOfDocument, CommentsOfDocument, GrantsOfDocument]


@admin.register(Export)
class ExportAdmin(ReadOnlyAdmin):
    """Who exported which list."""

    list_display = ["at", "user", "list_name", "file_format", "rows", "filters"]
    list_select_related = ["user"]
