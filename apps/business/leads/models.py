"""Leads and opportunities: potential business with its source, until it is won or lost (clauses 2.2.1 and 3.1.1)."""

import datetime as dt
from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.business.catalogue.models import LostReason, OpportunityStage, ServiceType
from apps.business.leads.querysets import OwnedQuerySet
from apps.core import clock
from apps.core.history import HistoricalRecords
from apps.core.models import BaseModel
from apps.core.money import quantize

ZERO = Decimal("0.00")
#: how long before it returns to the pool a lead stands out
SOON = dt.timedelta(days=7)


class Lead(BaseModel):
    """A hint of potential business. Without an owner it is in the shared pool (公海)."""

    PREFIX = "XS"

    class State(models.TextChoices):
        NEW = "new", _("New")
        QUALIFIED = "qualified", _("Qualified")
        DISCARDED = "discarded", _("Discarded")

    number = models.CharField(_("number"), max_length=24, unique=True, editable=False)
    company_name = models.CharField(_("company"), max_length=120)
    client = models.ForeignKey(
        "service.Client", models.PROTECT, null=True, blank=True, related_name="leads", verbose_name=_("client")
    )
    contact_name = models.CharField(_("contact person"), max_length=60, blank=True, default="")
    phone = models.CharField(_("phone"), max_length=40, blank=True, default="")
    email = models.EmailField(_("e-mail"), blank=True, default="")
    source = models.ForeignKey(
        "service.ClientSource", models.PROTECT, null=True, related_name="leads", verbose_name=_("source")
    )
    source_detail = models.CharField(
        _("source in detail"), max_length=200, blank=True, default="", help_text=_("Which campaign, event, page.")
    )
    referred_by = models.ForeignKey(
        "service.Client",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="referred_leads",
        verbose_name=_("referred by client"),
    )
    service_type = models.ForeignKey(
        ServiceType, models.PROTECT, null=True, blank=True, related_name="leads", verbose_name=_("service type")
    )
    need = models.TextField(_("what they need"), max_length=4000, blank=True, default="")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="leads",
        verbose_name=_("employee in charge"),
    )
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.NEW, editable=False)
    discard_reason = models.ForeignKey(
        LostReason,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="leads",
        verbose_name=_("why it was discarded"),
    )
    next_step = models.CharField(_("next step"), max_length=200, blank=True, default="")
    next_step_on = models.DateField(_("next step on"), null=True, blank=True)
    entered_on = models.DateField(_("entered on"), editable=False)
    active_on = models.DateField(_("last activity"), editable=False)

    objects = OwnedQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        ordering = ["-pk"]
        permissions = [
            ("view_all_leads", _("Sees every lead and opportunity")),
            ("view_lead_pool", _("Sees and takes leads of the shared pool")),
            ("assign_lead", _("Gives leads and opportunities to colleagues")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="discarded") | Q(discard_reason__isnull=False), name="lead_discarded_with_reason"
            ),
            models.CheckConstraint(
                condition=~Q(state="qualified") | Q(client__isnull=False), name="lead_qualified_has_client"
            ),
        ]
        indexes = [
            models.Index(fields=["owner", "state", "-id"], name="lead_owner"),
            models.Index(fields=["state", "active_on"], name="lead_active"),
        ]

    def __str__(self):
        return f"{self.number} {self.company_name}"

    def get_absolute_url(self):
        return reverse("business:lead-detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Whether somebody still works on it."""
        return self.state == self.State.NEW

    @property
    def in_pool(self) -> bool:
        """Nobody is in charge, and it is still worth something."""
        return self.owner_id is None and self.is_open

    @property
    def step_is_late(self) -> bool:
        """Whether the next step should have been done by now."""
        return self.is_open and self.next_step_on is not None and self.next_step_on < clock.today()

    def returns_on(self, pool_days: int) -> dt.date | None:
        """The day it goes back to the pool unless something is done about it."""
        return self.active_on + dt.timedelta(days=pool_days) if self.is_open and self.owner_id else None

    def is_stale(self, pool_days: int) -> bool:
        """Whether it stands out: its next step is late, or it returns to the pool within a week."""
        returns = self.returns_on(pool_days)
        return self.step_is_late or (returns is not None and returns <= clock.today() + SOON)


class Opportunity(BaseModel):
    """A sale one works on: with a client, a stage, an expected amount, and a next step."""

    PREFIX = "SJ"

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("opportunity", "Open")
        WON = "won", _("Won")
        LOST = "lost", _("Lost")

    number = models.CharField(_("number"), max_length=24, unique=True, editable=False)
    lead = models.OneToOneField(
        Lead, models.PROTECT, null=True, editable=False, related_name="opportunity", verbose_name=_("lead")
    )
    client = models.ForeignKey("service.Client", models.PROTECT, related_name="opportunities", verbose_name=_("client"))
    title = models.CharField(_("title"), max_length=120)
    service_type = models.ForeignKey(
        ServiceType,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="opportunities",
        verbose_name=_("service type"),
    )
    stage = models.ForeignKey(OpportunityStage, models.PROTECT, related_name="opportunities", verbose_name=_("stage"))
    stage_since = models.DateField(_("in this stage since"), editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="opportunities",
        verbose_name=_("employee in charge"),
    )
    expected_amount = models.DecimalField(_("expected amount"), max_digits=14, decimal_places=2, default=ZERO)
    probability = models.PositiveSmallIntegerField(
        _("probability in %"), default=0, validators=[MaxValueValidator(100)]
    )
    expected_on = models.DateField(_("expected signature"), null=True, blank=True)
    competitor = models.CharField(_("competitor"), max_length=120, blank=True, default="")
    next_step = models.CharField(_("next step"), max_length=200, blank=True, default="")
    next_step_on = models.DateField(_("next step on"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.OPEN, editable=False)
    lost_reason = models.ForeignKey(
        LostReason,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="opportunities",
        verbose_name=_("why it was lost"),
    )
    lost_note = models.CharField(_("remark"), max_length=300, blank=True, default="", editable=False)
    closed_on = models.DateField(_("closed on"), null=True, editable=False)
    active_on = models.DateField(_("last activity"), editable=False)

    objects = OwnedQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("opportunity")
        verbose_name_plural = _("opportunities")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(expected_amount__gte=0), name="opportunity_amount_not_negative"),
            models.CheckConstraint(condition=Q(probability__lte=100), name="opportunity_percent"),
            models.CheckConstraint(
                condition=~Q(state="lost") | Q(lost_reason__isnull=False), name="opportunity_lost_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(state="open", closed_on__isnull=True) | (~Q(state="open") & Q(closed_on__isnull=False)),
                name="opportunity_closed_has_day",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "stage", "-id"], name="opportunity_stage"),
            models.Index(fields=["owner", "state", "-id"], name="opportunity_owner"),
        ]

    def __str__(self):
        return f"{self.number} {self.title}"

    def get_absolute_url(self):
        return reverse("business:opportunity-detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Whether somebody still works on it."""
        return self.state == self.State.OPEN

    @property
    def in_pool(self) -> bool:
        """Nobody is in charge of it, though it is open."""
        return self.owner_id is None and self.is_open

    @property
    def weighted_amount(self) -> Decimal:
        """The expected amount by its probability."""
        return quantize(self.expected_amount * self.probability / 100)

    @property
    def days_in_stage(self) -> int:
        """Since it came to its stage, until it was closed."""
        return ((self.closed_on or clock.today()) - self.stage_since).days

    @property
    def step_is_late(self) -> bool:
        """Whether the next step should have been done by now."""
        return self.is_open and self.next_step_on is not None and self.next_step_on < clock.today()

    @property
    def is_stale(self) -> bool:
        """Whether it stands out: its next step is late, or nothing was done for longer than its stage allows."""
        idle = (clock.today() - self.active_on).days
        return self.is_open and (self.step_is_late or idle > self.stage.stale_days)


class Activity(BaseModel):
    """What was done about a lead or an opportunity: a call, a visit, a proposal. It keeps it out of the pool."""

    class Kind(models.TextChoices):
        CALL = "call", _("Telephone")
        VISIT = "visit", _("Visit")
        MEETING = "meeting", _("Meeting")
        MESSAGE = "message", _("Message")
        PROPOSAL = "proposal", _("Proposal")
        CHANGE = "change", _("Change")

    lead = models.ForeignKey(Lead, models.CASCADE, null=True, related_name="activities", verbose_name=_("lead"))
    opportunity = models.ForeignKey(
        Opportunity, models.CASCADE, null=True, related_name="activities", verbose_name=_("opportunity")
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.CALL)
    at = models.DateTimeField(_("when"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who"),
        help_text=_("Empty for what the program does by itself."),
    )
    text = models.TextField(_("what"), max_length=2000)

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(lead__isnull=False, opportunity__isnull=True)
                | Q(lead__isnull=True, opportunity__isnull=False),
                name="activity_of_one_thing",
            )
        ]

    def __str__(self):
        return self.text[:40]
