"""The people at a client, and what was said to them (clauses 4.1.1 and 4.2.1)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.history import HistoricalRecords
from apps.core.models import BaseModel
from apps.service.clients.models.client import Client
from apps.service.clients.querysets import OfClientQuerySet


class Contact(BaseModel):
    """A person at a client."""

    class DecisionRole(models.TextChoices):
        DECIDES = "decides", _("Decides")
        INFLUENCES = "influences", _("Has a say")
        USES = "uses", _("Works with us")
        PAYS = "pays", _("Pays")
        UNKNOWN = "", _("Not known")

    client = models.ForeignKey(Client, models.CASCADE, related_name="contacts", verbose_name=_("client"))
    name = models.CharField(pgettext_lazy("person", "name"), max_length=80)
    title = models.CharField(_("position at the client"), max_length=80, blank=True, default="")
    phone = models.CharField(_("phone"), max_length=40, blank=True, default="")
    mobile = models.CharField(_("mobile"), max_length=40, blank=True, default="")
    email = models.EmailField(_("e-mail"), blank=True, default="")
    wechat = models.CharField(_("WeChat"), max_length=60, blank=True, default="")
    decision_role = models.CharField(
        _("role in decisions"), max_length=10, choices=DecisionRole, blank=True, default=DecisionRole.UNKNOWN
    )
    is_primary = models.BooleanField(
        _("primary contact"), default=False, help_text=_("The person to turn to first; the one before steps back.")
    )
    active = models.BooleanField(_("still there"), default=True)
    phone_key = models.CharField(max_length=40, blank=True, default="", db_index=True, editable=False)
    mobile_key = models.CharField(max_length=40, blank=True, default="", db_index=True, editable=False)

    objects = OfClientQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["phone_key", "mobile_key"])

    class Meta:
        verbose_name = _("contact person")
        verbose_name_plural = _("contact persons")
        ordering = ["-active", "-is_primary", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["client"], condition=Q(is_primary=True), name="service_contact_one_primary"
            ),
            models.CheckConstraint(
                condition=Q(is_primary=False) | Q(active=True),
                name="service_contact_primary_is_there",
                violation_error_message=_("The primary contact is somebody who is still there."),
            ),
        ]

    def __str__(self):
        return self.name


class ContactLog(BaseModel):
    """One contact with a client: when, how, with whom, about what, with which outcome, and when next."""

    class Channel(models.TextChoices):
        VISIT = "visit", _("Visit")
        MEETING = "meeting", _("Meeting")
        PHONE = "phone", _("Telephone")
        WECHAT = "wechat", _("WeChat")
        EMAIL = "email", _("E-mail")
        OTHER = "other", _("Other")

    client = models.ForeignKey(Client, models.CASCADE, related_name="logs", verbose_name=_("client"))
    contact = models.ForeignKey(
        Contact, models.PROTECT, null=True, blank=True, related_name="logs", verbose_name=_("spoke with")
    )
    at = models.DateTimeField(_("when"))
    channel = models.CharField(_("channel"), max_length=10, choices=Channel, default=Channel.PHONE)
    summary = models.TextField(_("what it was about"), max_length=4000)
    outcome = models.CharField(_("outcome"), max_length=300, blank=True, default="")
    next_contact_on = models.DateField(_("next contact on"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="contact_logs", verbose_name=_("written by")
    )

    objects = OfClientQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("contact with a client")
        verbose_name_plural = _("contacts with clients")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["client", "-at"], name="service_contactlog_client")]

    def __str__(self):
        return f"{self.client}{_(': ')}{self.get_channel_display()}"
