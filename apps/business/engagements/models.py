"""The engagement: its team, progress reports to the client, and its file (clauses 2.2.3, 3.2.1, 3.2.3, 3.2.5)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.business.catalogue.models import DossierItem, ServiceType
from apps.business.contracts.models import AgencyContract
from apps.business.engagements.querysets import EngagementQuerySet, OfEngagementQuerySet
from apps.core.history import HistoricalRecords
from apps.core.models import BaseModel
from apps.core.storage import private_storage

#: rows of the checklist that keep an engagement from being settled
MISSING = {"required": True, "received_on": None, "waived_on": None}


class Engagement(BaseModel):
    """The work on one contract, begun when the contract is signed. Who sees the contract sees the engagement."""

    PREFIX = "XM"

    class Phase(models.TextChoices):
        PREPARING = "preparing", _("Preparing")
        PLANNING = "planning", _("Planning")
        EXECUTING = "executing", _("Executing")
        DELIVERED = "delivered", _("Delivered")
        SETTLING = "settling", _("Settling")
        CLOSED = "closed", _("Closed")
        SUSPENDED = "suspended", _("Suspended")
        TERMINATED = "terminated", _("Terminated")

    class Health(models.TextChoices):
        GOOD = "good", _("On track")
        AT_RISK = "at_risk", _("At risk")
        IN_TROUBLE = "in_trouble", _("In trouble")

    number = models.CharField(_("number"), max_length=24, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=200)
    contract = models.OneToOneField(
        AgencyContract, models.PROTECT, related_name="engagement", verbose_name=_("contract")
    )
    client = models.ForeignKey("service.Client", models.PROTECT, related_name="engagements", verbose_name=_("client"))
    service_type = models.ForeignKey(
        ServiceType, models.PROTECT, related_name="engagements", verbose_name=_("service type")
    )
    department = models.ForeignKey(
        "org.Department", models.PROTECT, related_name="engagements", verbose_name=_("department")
    )
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="managed_engagements", verbose_name=_("manager")
    )
    phase = models.CharField(_("phase"), max_length=12, choices=Phase, default=Phase.PREPARING, editable=False)
    #: the phase to go back to when a suspended engagement goes on
    suspended_from = models.CharField(max_length=12, choices=Phase, blank=True, default="", editable=False)
    health = models.CharField(_("health"), max_length=12, choices=Health, default=Health.GOOD)
    health_note = models.CharField(_("why"), max_length=300, blank=True, default="")
    planned_from = models.DateField(_("planned from"), null=True, blank=True)
    planned_to = models.DateField(_("planned to"), null=True, blank=True)
    started_on = models.DateField(_("started on"), null=True, editable=False)
    delivered_on = models.DateField(_("delivered on"), null=True, editable=False)
    closed_on = models.DateField(_("closed on"), null=True, editable=False)
    report_days = models.PositiveSmallIntegerField(_("progress report every … days"), default=30)
    next_report_on = models.DateField(_("next progress report on"), null=True, blank=True)

    objects = EngagementQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("engagement")
        verbose_name_plural = _("engagements")
        ordering = ["-pk"]
        permissions = [
            ("report_progress", _("Reports progress of every engagement to clients")),
            ("view_profitability", _("Sees the profitability of clients and engagements")),
            ("waive_dossier", _("Waives missing documents of an engagement's file")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(planned_from__isnull=True)
                | Q(planned_to__isnull=True)
                | Q(planned_to__gte=F("planned_from")),
                name="engagement_ends_after_start",
            )
        ]
        indexes = [
            models.Index(fields=["client", "-id"], name="engagement_client"),
            models.Index(fields=["phase", "next_report_on"], name="engagement_report_due"),
        ]

    def __str__(self):
        return f"{self.number} {self.title}"

    def get_absolute_url(self):
        return reverse("business:engagement-detail", args=[self.pk])

    def reports_url(self) -> str:
        """The page of its progress reports."""
        return reverse("business:engagement-reports", args=[self.pk])

    @property
    def is_running(self) -> bool:
        """Work goes on, or is about to."""
        return self.phase not in (self.Phase.CLOSED, self.Phase.SUSPENDED, self.Phase.TERMINATED)

    @cached_property
    def missing_on_page(self) -> list["DossierEntry"]:
        """What its file lacks, read once for all parts of a page; decisions ask `services.missing_documents`."""
        return list(self.dossier.filter(**MISSING).select_related("item"))


class EngagementMember(BaseModel):
    """One person in the team with a written duty; `until` ends what the person may see (clause 3.2.1)."""

    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="members", verbose_name=_("engagement"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="engagement_memberships", verbose_name=_("person")
    )
    duty = models.CharField(_("duty"), max_length=300)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, editable=False)

    objects = OfEngagementQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("team member")
        verbose_name_plural = _("team members")
        ordering = ["engagement", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["engagement", "user"],
                condition=Q(until__isnull=True),
                name="engagementmember_once",
                violation_error_message=_("This person is in the team already."),
            ),
            models.CheckConstraint(condition=~Q(duty=""), name="engagementmember_has_duty"),
        ]

    def __str__(self):
        return f"{self.user}: {self.duty}"


class ProgressReport(BaseModel):
    """What the client was told about the progress, when, and what they answered (clauses 2.2.3 and 3.2.3)."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SENT = "sent", _("Sent")

    engagement = models.ForeignKey(
        Engagement, models.CASCADE, related_name="progress_reports", verbose_name=_("engagement")
    )
    number = models.PositiveSmallIntegerField(_("number"), editable=False)
    due_on = models.DateField(_("promised for"), null=True, editable=False)
    period_from = models.DateField(_("from"))
    period_to = models.DateField(_("to"))
    done = models.TextField(_("what was done"), max_length=4000)
    coming = models.TextField(_("what comes next"), max_length=4000, blank=True, default="")
    problems = models.TextField(_("problems and what the client can do"), max_length=4000, blank=True, default="")
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.DRAFT, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", editable=False, verbose_name=_("author")
    )
    sent_to = models.CharField(_("sent to"), max_length=300, blank=True, default="")
    sent_at = models.DateTimeField(_("sent at"), null=True, editable=False)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("sent by")
    )
    answer = models.TextField(_("client's answer"), max_length=4000, blank=True, default="")
    answered_on = models.DateField(_("answered on"), null=True, blank=True)

    objects = OfEngagementQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("progress report")
        verbose_name_plural = _("progress reports")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["engagement", "number"], name="progressreport_number_once"),
            models.CheckConstraint(condition=Q(period_to__gte=F("period_from")), name="progressreport_period"),
            models.CheckConstraint(
                condition=Q(state="draft", sent_at__isnull=True) | Q(state="sent", sent_at__isnull=False),
                name="progressreport_sent_has_moment",
            ),
        ]

    def __str__(self):
        return f"{self.engagement.number} · {self.number}"

    def get_absolute_url(self):
        return reverse("business:progressreport-detail", args=[self.pk])


class DossierEntry(BaseModel):
    """One line of the checklist of an engagement's file: there, missing, or waived with a reason (clause 3.2.5)."""

    engagement = models.ForeignKey(Engagement, models.CASCADE, related_name="dossier", verbose_name=_("engagement"))
    item = models.ForeignKey(
        DossierItem,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="entries",
        verbose_name=_("item of the file"),
    )
    name = models.CharField(_("document"), max_length=120)
    required = models.BooleanField(_("needed for settlement"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    received_on = models.DateField(_("received on"), null=True, editable=False)
    waived_on = models.DateField(_("waived on"), null=True, editable=False)
    waived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("waived by"),
    )
    waive_reason = models.CharField(_("why it is waived"), max_length=300, blank=True, default="", editable=False)

    objects = OfEngagementQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("document of the file")
        verbose_name_plural = _("documents of the file")
        ordering = ["engagement", "order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(waived_on__isnull=True) | ~Q(waive_reason=""), name="dossierentry_waived_with_reason"
            )
        ]

    def __str__(self):
        return self.item.label if self.item_id and self.item.name == self.name else self.name

    @property
    def is_missing(self) -> bool:
        """It keeps the engagement from being settled."""
        return self.required and self.received_on is None and self.waived_on is None


def dossier_path(file, _name: str) -> str:
    """Files are stored under their hash, never under the name somebody typed."""
    return f"dossiers/{file.sha256[:2]}/{file.sha256}"


class DossierFile(BaseModel):
    """A file put to a line of the checklist; `size` in bytes."""

    entry = models.ForeignKey(
        DossierEntry, models.CASCADE, related_name="files", verbose_name=_("document of the file")
    )
    file = models.FileField(storage=private_storage, upload_to=dossier_path)
    name = models.CharField(_("name"), max_length=200)
    size = models.PositiveBigIntegerField(_("size"))
    sha256 = models.CharField(max_length=64)
    file_type = models.CharField(_("type"), max_length=8)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["entry", "sha256"], name="dossierfile_once")]

    def __str__(self):
        return self.name
