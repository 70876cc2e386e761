"""Papers kept in a client's file: licences, letters of appointment, whatever is worth finding again (clause 4.1.1)."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.history import HistoricalRecords
from apps.core.models import BaseModel
from apps.core.storage import private_storage
from apps.service.clients.models.client import Client
from apps.service.clients.querysets import OfClientQuerySet


def client_document_path(document, _name: str) -> str:
    """Files are stored under their hash, never under the name somebody typed."""
    return f"clients/{document.sha256[:2]}/{document.sha256}"


class ClientDocument(BaseModel):
    """One file in a client's file. `file_type` is what its content says it is, `size` is in bytes."""

    client = models.ForeignKey(Client, models.CASCADE, related_name="documents", verbose_name=_("client"))
    name = models.CharField(_("title"), max_length=120)
    kind = models.CharField(
        _("kind of document"),
        max_length=40,
        blank=True,
        default="",
        help_text=_("Such as: licence, power of attorney, brand guide, correspondence."),
    )
    received_on = models.DateField(_("received on"))
    remark = models.CharField(_("remark"), max_length=300, blank=True, default="")
    file = models.FileField(_("file"), storage=private_storage, upload_to=client_document_path)
    file_name = models.CharField(_("file name"), max_length=200)
    file_type = models.CharField(_("type"), max_length=8)
    size = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="client_documents", verbose_name=_("added by")
    )

    objects = OfClientQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["size", "file_type", "sha256"])

    class Meta:
        verbose_name = _("document of a client")
        verbose_name_plural = _("documents of clients")
        ordering = ["-received_on", "-pk"]
        indexes = [models.Index(fields=["client", "-received_on"], name="service_clientdoc_client")]

    def __str__(self):
        return self.name
