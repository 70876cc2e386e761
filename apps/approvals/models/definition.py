"""Routes: the approval chains as data, edited in the browser (clauses 1.3, 6.3.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.approvals.models.delegation import Delegation
from apps.core.history import HistoricalRecords
from apps.core.models import BaseModel, Named
from apps.org.models import User


class Route(Named, BaseModel):
    """The approval chain of one kind of document, or the chain by which an approved one is revoked.

    What it says is in its versions.
    """

    class Purpose(models.TextChoices):
        APPROVE = "approve", _("approving")
        REVOKE = "revoke", _("revoking what was approved")

    kind = models.CharField(_("document kind"), max_length=40)
    purpose = models.CharField(_("purpose"), max_length=8, choices=Purpose, default=Purpose.APPROVE, editable=False)
    revocable_days = models.PositiveSmallIntegerField(
        _("may be revoked within days"),
        null=True,
        blank=True,
        help_text=_("After the final approval, by a chain of its own or by this one again. Empty: never."),
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("owner"),
        null=True,
        blank=True,
        related_name="owned_routes",
        help_text=_("Decides where nobody else can be found."),
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("approval route")
        verbose_name_plural = _("approval routes")
        ordering = ["kind", "purpose"]
        constraints = [models.UniqueConstraint(fields=["kind", "purpose"], name="route_kind_purpose_once")]


class RouteVersionQuerySet(models.QuerySet):
    def published_for(self, kind: str) -> RouteVersion | None:
        """The version in force for a kind of document, with its route, and whether anybody is represented today."""
        return self.in_force().filter(route__kind=kind, route__purpose=Route.Purpose.APPROVE).first()

    def published_to_revoke(self, kind: str, *, general: str) -> RouteVersion | None:
        """By which chain an approved paper of a kind is revoked: its own, else the general one, else its own again."""
        purpose = Route.Purpose
        wanted = [(kind, purpose.REVOKE), (general, purpose.APPROVE), (kind, purpose.APPROVE)]
        found = {
            (version.route.kind, version.route.purpose): version
            for version in self.in_force().filter(route__kind__in=[kind, general])
        }
        return next((found[place] for place in wanted if place in found), None)

    def in_force(self):
        """Published versions with their routes."""
        versions = self.filter(state=RouteVersion.State.PUBLISHED).select_related("route")
        return versions.annotate(is_anybody_away=Exists(Delegation.objects.in_force()))


class RouteVersion(BaseModel):
    """One wording of a route. Immutable once published; a run stays on the version it started with.

    `rules` is what publishing froze of the steps, so that a submission reads one row; see `apps.approvals.rules`.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        RETIRED = "retired", _("Retired")

    route = models.ForeignKey(Route, models.PROTECT, related_name="versions", verbose_name=_("route"))
    number = models.PositiveIntegerField(_("version"))
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("published by"),
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    rules = models.JSONField(default=list, editable=False)
    history = HistoricalRecords(excluded_fields=["rules"])

    objects = RouteVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("route version")
        verbose_name_plural = _("route versions")
        ordering = ["route", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["route", "number"], name="routeversion_number_once"),
            models.UniqueConstraint(fields=["route"], condition=Q(state="published"), name="routeversion_one_in_force"),
        ]

    def __str__(self):
        return f"{self.route} v{self.number}"


class RouteStep(Named):
    """One decision of the chain: who decides, how many of them, and when the step applies."""

    class Rule(models.TextChoices):
        LINE_MANAGER = "line_manager", _("the applicant's line manager")
        DEPARTMENT_HEAD = "department_head", _("head of the applicant's department, or levels up")
        MANAGER_LINE = "manager_line", _("the heads of the line, up to a level or a department")
        NAMED_HEAD = "named_head", _("head of a named department")
        ROLE = "role", _("everyone with a role")
        PEOPLE = "people", _("named people")
        FACT = "fact", _("a person named on the document")
        CHOSEN = "chosen", _("whom the applicant chooses")
        CHOSEN_BEFORE = "chosen_before", _("whom the approver of the step before chooses")

    class Mode(models.TextChoices):
        ANY = "any", _("any one of them")
        ALL = "all", _("all of them")
        COUNT = "count", _("a number of them")
        PERCENT = "percent", _("a percentage of them")
        SEQUENCE = "sequence", _("all of them, one after another")

    class Duplicate(models.TextChoices):
        ASK = "ask", _("asked again")
        CONSECUTIVE = "consecutive", _("not asked again right after their own decision")
        ONCE = "once", _("asked once in a round")

    class WhenApplicant(models.TextChoices):
        SKIP = "skip", _("left out")
        MANAGER = "manager", _("replaced by their line manager")
        HEAD = "head", _("replaced, with all the others, by the head of their department")

    class WhenNobody(models.TextChoices):
        UP = "up", _("the next head up the line decides")
        DEPUTY = "deputy", _("a named person decides")
        REFUSE = "refuse", _("the submission is refused")

    class Resubmission(models.TextChoices):
        START = "start", _("from the first step")
        BACK = "back", _("straight back to this step")

    class WhenLate(models.TextChoices):
        REMIND = "remind", _("they are reminded")
        SUPERIOR = "superior", _("it goes to their superior")
        APPROVE = "approve", _("the step passes without them")
        REJECT = "reject", _("the paper is rejected")

    version = models.ForeignKey(RouteVersion, models.CASCADE, related_name="steps", verbose_name=_("route version"))
    order = models.PositiveSmallIntegerField(_("order"))
    key = models.SlugField(_("key"), max_length=40)
    rule = models.CharField(_("who decides"), max_length=20, choices=Rule)
    levels_up = models.PositiveSmallIntegerField(_("levels up"), default=0)
    department = models.ForeignKey(
        "org.Department", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("department")
    )
    role = models.ForeignKey(
        "org.Role", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("role")
    )
    people = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="named_in_steps", verbose_name=_("people")
    )
    choose_many = models.BooleanField(
        _("several may be chosen"), default=False, help_text=_("Where the applicant or an approver chooses.")
    )
    fact = models.CharField(_("fact that names the person"), max_length=40, blank=True)
    mode = models.CharField(_("how many"), max_length=8, choices=Mode, default=Mode.ANY)
    needed = models.PositiveSmallIntegerField(_("number needed"), default=1)
    pass_percent = models.PositiveSmallIntegerField(
        _("passes at (%)"), default=50, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    reject_percent = models.PositiveSmallIntegerField(
        _("rejected at (%)"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    with_previous = models.BooleanField(_("at the same time as the step before"), default=False)
    conditions = models.JSONField(_("conditions"), default=list, blank=True)
    when_duplicate = models.CharField(
        _("who has already decided is"), max_length=12, choices=Duplicate, default=Duplicate.ASK
    )
    when_applicant = models.CharField(
        _("the applicant among them is"), max_length=8, choices=WhenApplicant, default=WhenApplicant.SKIP
    )
    when_nobody = models.CharField(_("where nobody is found"), max_length=8, choices=WhenNobody, default=WhenNobody.UP)
    deputy = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who decides then"),
    )
    resubmission = models.CharField(
        _("a paper returned here is resubmitted"), max_length=8, choices=Resubmission, default=Resubmission.START
    )
    opinion_required = models.BooleanField(
        _("approving needs a written opinion"), default=False, help_text=_("Returning and rejecting always do.")
    )
    hours = models.DecimalField(
        _("deadline in working hours"),
        max_digits=5,
        decimal_places=1,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.5")), MaxValueValidator(2000)],
        help_text=_("Counted by the company's calendar. Without one the step waits as long as it takes."),
    )
    when_late = models.CharField(_("after the deadline"), max_length=8, choices=WhenLate, default=WhenLate.REMIND)
    attachment_required = models.BooleanField(_("approving needs a file"), default=False)
    signature_required = models.BooleanField(_("approving needs a signature drawn by hand"), default=False)
    editable = models.JSONField(_("fields the approver may edit"), default=list, blank=True)
    watches = models.JSONField(
        _("asked again when an approver changes"),
        default=list,
        blank=True,
        help_text=_("What the conditions of the step ask for is watched in any case."),
    )
    hidden = models.JSONField(_("parts hidden from the approver"), default=list, blank=True)
    copy_roles = models.ManyToManyField("org.Role", blank=True, related_name="+", verbose_name=_("copied to roles"))
    copy_people = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+", verbose_name=_("copied to people")
    )

    class Meta:
        verbose_name = _("route step")
        verbose_name_plural = _("route steps")
        ordering = ["version", "order"]
        constraints = [
            models.UniqueConstraint(fields=["version", "order"], name="routestep_order_once"),
            models.UniqueConstraint(fields=["version", "key"], name="routestep_key_once"),
            models.CheckConstraint(condition=Q(needed__gte=1), name="routestep_needs_one"),
            models.CheckConstraint(
                condition=Q(pass_percent__range=(1, 100))
                & (Q(reject_percent__isnull=True) | Q(reject_percent__range=(1, 100))),
                name="routestep_percentages",
            ),
        ]

    @cached_property
    def people_in_order(self) -> list[User]:
        """The named people in the order in which they were named, which is that of asking them one after another."""
        self.read_people([self])
        return self.people_in_order

    @classmethod
    def read_people(cls, steps: Sequence[RouteStep]) -> None:
        """Read at once whom these steps name."""
        named = {step.pk: [] for step in steps}
        rows = cls.people.through.objects.filter(routestep__in=named).select_related("user").order_by("pk")
        for row in rows:
            named[row.routestep_id].append(row.user)
        for step in steps:
            step.people_in_order = named[step.pk]

    def name_people(self, people: Iterable[User]) -> None:
        """Name exactly these people, in this order."""
        through = type(self).people.through
        through.objects.filter(routestep=self).delete()
        through.objects.bulk_create([through(routestep=self, user=person) for person in people])
        self.__dict__.pop("people_in_order", None)
