"""The client file 客戶信息檔案 (clauses 4.1.1 and 4.1.2): who a client is, what they need, how they like it."""

import datetime as dt

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core import clock
from apps.core.history import HistoricalRecords
from apps.core.models import BaseModel, english_name, in_readers_language
from apps.core.uscc import check_uscc
from apps.service.clients import quality
from apps.service.clients.models.catalogue import ClientGrade, ClientSettings, ClientSource, Industry
from apps.service.clients.querysets import ClientQuerySet


def validate_uscc_shape(value: str) -> None:
    """18 digits and letters; the check digit is asked about, not demanded: early codes lack it."""
    checked = check_uscc(value)
    if not checked.valid_shape:
        raise ValidationError(checked.message)


class Client(BaseModel):
    """One client. Without an owner it is in the shared pool; merged into another one it is kept for its history."""

    class Kind(models.TextChoices):
        COMPANY = "company", _("Company")
        PERSON = "person", pgettext_lazy("client", "Person")
        PUBLIC = "public", _("Public body")

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        DORMANT = "dormant", _("Dormant")
        ENDED = "ended", _("Ended")

    PREFIX = "KH"

    number = models.CharField(_("client number"), max_length=20, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=120, blank=True, default="")
    kind = models.CharField(_("kind of client"), max_length=10, choices=Kind, default=Kind.COMPANY)
    uscc = models.CharField(
        _("Unified Social Credit Code"), max_length=18, blank=True, default="", validators=[validate_uscc_shape]
    )
    industry = models.ForeignKey(
        Industry, models.PROTECT, null=True, blank=True, related_name="clients", verbose_name=_("industry")
    )
    grade = models.ForeignKey(
        ClientGrade, models.PROTECT, null=True, blank=True, related_name="clients", verbose_name=_("grade")
    )
    source = models.ForeignKey(
        ClientSource, models.PROTECT, null=True, blank=True, related_name="clients", verbose_name=_("source")
    )
    source_detail = models.CharField(
        _("source in detail"), max_length=200, blank=True, default="", help_text=_("Which campaign, event, page.")
    )
    referred_by = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="referrals", verbose_name=_("referred by client")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="clients",
        verbose_name=_("employee in charge"),
    )
    phone = models.CharField(_("phone"), max_length=40, blank=True, default="")
    email = models.EmailField(_("e-mail"), blank=True, default="")
    website = models.CharField(
        _("website"), max_length=200, blank=True, default="", validators=[URLValidator(schemes=["https", "http"])]
    )
    address = models.CharField(_("address"), max_length=200, blank=True, default="")
    needs = models.TextField(_("needs"), max_length=4000, blank=True, default="")
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.ACTIVE)
    entered_on = models.DateField(_("in the file since"), editable=False)
    reviewed_on = models.DateField(_("reviewed on"), null=True, editable=False)
    contacted_on = models.DateField(_("last contact"), null=True, editable=False)
    next_contact_on = models.DateField(_("next contact promised for"), null=True, editable=False)
    completeness = models.PositiveSmallIntegerField(_("completeness"), default=0, editable=False)
    name_key = models.CharField(max_length=120, db_index=True, editable=False)
    phone_key = models.CharField(max_length=40, blank=True, default="", db_index=True, editable=False)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        verbose_name=_("merged into"),
    )

    objects = ClientQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["name_key", "phone_key", "completeness"])

    class Meta:
        verbose_name = _("client")
        verbose_name_plural = _("clients")
        ordering = ["-pk"]
        permissions = [
            ("view_all_clients", _("Can see every client")),
            ("view_client_pool", _("Can see and take clients of the shared pool")),
            ("classify_client", _("Can set industry and grade of clients")),
            ("merge_client", _("Can merge two files of the same client")),
            ("import_client", _("Can import clients from a workbook")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["uscc"],
                condition=~Q(uscc="") & Q(merged_into__isnull=True) & ~Q(status="ended"),
                name="service_client_uscc",
                violation_error_message=_("Another client has this Unified Social Credit Code."),
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")), name="service_client_not_into_itself"
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(status="ended"), name="service_client_merged_has_ended"
            ),
            models.CheckConstraint(condition=Q(completeness__lte=100), name="service_client_completeness"),
        ]
        indexes = [
            models.Index(fields=["owner", "-id"], name="service_client_owner"),
            models.Index(fields=["name", "id"], name="service_client_name"),
            models.Index(english_name(), "id", name="service_client_english_name"),
        ]

    def __str__(self):
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return in_readers_language(self.name, self.name_en)

    def get_absolute_url(self) -> str:
        """The page that tells everything about this client."""
        return reverse("service:client-detail", args=[self.pk])

    @property
    def is_merged(self) -> bool:
        """Whether another file has taken this one's place."""
        return self.merged_into_id is not None

    @property
    def keys(self) -> str:
        """What duplicates of this file are found by, in one text."""
        return f"{self.name_key}|{self.phone_key}|{self.uscc}"

    @property
    def in_pool(self) -> bool:
        """Whether nobody is in charge, so that Business may take the client."""
        return self.owner_id is None and not self.is_merged and self.status != self.Status.ENDED

    @property
    def primary_contact(self):
        """The person to turn to first; reads the prefetched contacts where there are any."""
        return next((contact for contact in self.contacts.all() if contact.is_primary), None)

    def filled_fields(self, *, rows: bool = True) -> set[str]:
        """Names of the fields of `quality.FIELDS` that say something."""
        plain = ("name", "uscc", "industry_id", "grade_id", "source_id", "owner_id", "phone", "address", "needs")
        filled = {name.removesuffix("_id") for name in plain if getattr(self, name)}
        if not rows:
            return filled
        if self.preferences.all():
            filled.add("preferences")
        contact = self.primary_contact
        if contact is not None:
            filled.add("contact")
            if contact.mobile or contact.email:
                filled.add("reach")
        return filled

    def completeness_now(self, *, rows: bool = True) -> int:
        """The figure kept in `completeness`; without `rows` that of a file that has no rows beside it yet."""
        return quality.completeness(self.kind, self.filled_fields(rows=rows))

    def freshness(self, *, today: dt.date | None = None, review_days: int | None = None) -> int:
        """How much of the file was confirmed lately, 0 to 100; see `quality.freshness`."""
        confirmed = {check.field: clock.local_day(check.confirmed_at) for check in self.field_checks.all()}
        return quality.freshness(
            self.kind,
            self.filled_fields(),
            confirmed,
            today=today or clock.today(),
            review_days=review_days or getattr(self, "review_days", None) or ClientSettings.current().review_days,
        )

    @property
    def days_since_review(self) -> int:
        """Counted from the day the file was begun where nobody has reviewed it yet."""
        return (clock.today() - (self.reviewed_on or self.entered_on)).days

    def review_due_on(self, review_days: int) -> dt.date:
        """The day the next review is due."""
        return (self.reviewed_on or self.entered_on) + dt.timedelta(days=review_days)

    @property
    def contact_due_on(self) -> dt.date | None:
        """The day somebody has to be in touch: as promised, else by the grade; nobody waits for ended clients."""
        if self.status == self.Status.ENDED:
            return None
        if self.next_contact_on:
            return self.next_contact_on
        if self.grade_id is None:
            return None
        return (self.contacted_on or self.entered_on) + dt.timedelta(days=self.grade.contact_days)


class ClientPreference(BaseModel):
    """One thing a client prefers: how they want reports, when to call, what to avoid (clause 4.1.1)."""

    client = models.ForeignKey(Client, models.CASCADE, related_name="preferences", verbose_name=_("client"))
    topic = models.CharField(_("topic"), max_length=40)
    value = models.CharField(_("preference"), max_length=300)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")
        ordering = ["topic", "pk"]

    def __str__(self):
        return self.topic


class ClientFieldCheck(BaseModel):
    """When somebody last made sure that a field of a client is right; the reviews keep every time before."""

    client = models.ForeignKey(Client, models.CASCADE, related_name="field_checks", verbose_name=_("client"))
    field = models.CharField(
        _("field"), max_length=20, choices=[(name, quality.FIELDS[name][0]) for name in quality.CHECKED]
    )
    confirmed_at = models.DateTimeField(_("confirmed at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("confirmed by"))

    class Meta:
        verbose_name = _("confirmed field")
        verbose_name_plural = _("confirmed fields")
        ordering = ["field"]
        constraints = [models.UniqueConstraint(fields=["client", "field"], name="service_clientfieldcheck_field")]

    def __str__(self):
        return self.get_field_display()
