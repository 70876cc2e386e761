"""The execution plan (執行計劃), its tasks with quality checkpoints, and its changes (clauses 3.2.2–3.2.4)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.business.engagements.models import Engagement
from apps.business.plans import changing, following
from apps.core.history import HistoricalRecords
from apps.core.models import BaseModel
from apps.documents.models import Document


class ExecutionPlan(Document):
    """Schedule and quality control of an engagement. Approved it is the baseline; only an approved change alters it."""

    KIND = "executionplan"
    PREFIX = "ZXJH"
    CLAUSES = ("3.2.2", "3.2.3")
    HIDEABLE = {**Document.HIDEABLE, "goal": _("goal"), "quality_measures": _("quality measures")}
    CONTENT = ("engagement_id", "goal", "quality_measures")
    FACTS = {"department": _("department"), "tasks": _("number of tasks"), "days": _("days from start to end")}

    engagement = models.OneToOneField(
        Engagement, models.PROTECT, null=True, related_name="plan", verbose_name=_("engagement")
    )
    #: the engagement that a rejected or cancelled plan was for, which may then be planned anew
    released_from = models.ForeignKey(
        Engagement,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="ended_plans",
        verbose_name=_("was planned for"),
    )
    goal = models.TextField(_("goal and deliverables"), max_length=4000, blank=True, default="")
    quality_measures = models.TextField(_("quality-control measures"), max_length=4000, blank=True, default="")
    #: number of the version in force; 0 before the first approval
    version = models.PositiveSmallIntegerField(_("version"), default=0, editable=False)

    class Meta:
        verbose_name = _("execution plan")
        verbose_name_plural = _("execution plans")
        ordering = ["-pk"]
        permissions = [("view_all_executionplan", _("Sees every execution plan"))]

    @property
    def work(self) -> Engagement | None:
        """The engagement that is planned, or that an ended plan was for."""
        return self.engagement or self.released_from

    @cached_property
    def ordered_tasks(self) -> list[PlanTask]:
        """The tasks in order, read once per loaded plan; services drop this when they write tasks."""
        return list(self.tasks.select_related("owner", "checker")) if self.pk else []

    def forget_tasks(self) -> None:
        """Read the tasks anew at the next question."""
        self.__dict__.pop("ordered_tasks", None)

    @property
    def standing(self):
        return following.standing(self)

    def facts(self):
        return following.facts(self)

    def content(self):
        return {**super().content(), "tasks": [task.content() for task in self.ordered_tasks]}

    def check_submission(self, by):
        return following.problems(self, by)

    def on_submitted(self, by):
        following.submitted(self, by)

    def on_approved(self, by):
        following.approved(self, by)

    def on_reopened(self, by):
        following.released(self, by)

    def on_closed(self, by):
        following.released(self, by)

    def cancel_refusal(self):
        return following.cancel_refusal(self)


class PlannedTask(BaseModel):
    """What a line of a plan says. `predecessors` names the `wbs` of tasks that must be finished before, by commas.

    A quality checkpoint is a criterion and a checker, who is never the owner.
    """

    wbs = models.CharField(_("no."), max_length=20)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    title = models.CharField(_("task"), max_length=200)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=pgettext_lazy("task", "owner"),
    )
    start = models.DateField(_("start"), null=True)
    finish = models.DateField(_("finish"), null=True)
    deliverable = models.CharField(_("deliverable"), max_length=200, blank=True, default="")
    predecessors = models.CharField(_("after"), max_length=100, blank=True, default="")
    criterion = models.CharField(_("quality checkpoint"), max_length=300, blank=True, default="")
    checker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("checker")
    )

    #: what a plan decides, and a change may change
    PLANNED = (
        "wbs",
        "title",
        "owner_id",
        "start",
        "finish",
        "deliverable",
        "predecessors",
        "criterion",
        "checker_id",
    )

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.wbs} {self.title}"

    def content(self) -> dict:
        """What an approver decides on, in this line."""
        return {name: getattr(self, name) for name in self.PLANNED}


class PlanTask(PlannedTask):
    """A task of the plan in force, with how far it is and what the quality check found."""

    class Check(models.TextChoices):
        PENDING = "pending", _("Not checked")
        PASSED = "passed", _("Passed")
        FAILED = "failed", _("Not passed")
        WAIVED = "waived", _("Waived")

    plan = models.ForeignKey(ExecutionPlan, models.CASCADE, related_name="tasks", verbose_name=_("execution plan"))
    progress = models.PositiveSmallIntegerField(_("done in %"), default=0)
    started_on = models.DateField(_("started on"), null=True, editable=False)
    finished_on = models.DateField(_("finished on"), null=True, editable=False)
    forecast = models.DateField(_("expected finish"), null=True, editable=False)
    check_result = models.CharField(
        _("quality check"), max_length=8, choices=Check, default=Check.PENDING, editable=False
    )
    check_note = models.CharField(_("finding"), max_length=300, blank=True, default="", editable=False)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("checked by"),
    )
    checked_at = models.DateTimeField(_("checked at"), null=True, editable=False)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ["plan", "order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(start__isnull=True) | Q(finish__isnull=True) | Q(finish__gte=F("start")),
                name="plantask_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | Q(owner__isnull=True) | ~Q(checker=F("owner")),
                name="plantask_checker_is_not_owner",
            ),
            models.CheckConstraint(condition=Q(progress__lte=100), name="plantask_percent"),
            models.CheckConstraint(
                condition=Q(check_result="pending") | Q(checked_by__isnull=False), name="plantask_checked_by_somebody"
            ),
        ]
        indexes = [models.Index(fields=["owner", "finish"], name="plantask_owner")]

    @property
    def is_done(self) -> bool:
        """The owner says it is finished."""
        return self.progress == 100

    @property
    def is_started(self) -> bool:
        """Work on it has been recorded."""
        return self.started_on is not None

    @property
    def expected(self):
        """When it was finished, or is expected to be."""
        return self.finished_on or self.forecast or self.finish

    @property
    def needs_check(self) -> bool:
        """A quality checkpoint that is neither passed nor waived keeps the engagement from being settled."""
        return bool(self.criterion) and self.check_result not in (self.Check.PASSED, self.Check.WAIVED)


class PlanChange(Document):
    """A change to an approved plan (計劃調整): the plan as it should be, with what differs shown (clause 3.2.4)."""

    KIND = "planchange"
    PREFIX = "JHBG"
    CLAUSES = ("3.2.4",)
    CONTENT = ("plan_id", "cause", "reason", "impact_cost", "based_on")
    FACTS = {
        "department": _("department"),
        "cause": _("cause"),
        "impact_days": _("days the end moves"),
        "impact_cost": _("additional cost"),
    }

    class Cause(models.TextChoices):
        PROBLEM = "problem", _("Problem")
        CLIENT = "client", _("Client's request")
        RESOURCE = "resource", _("Resources")

    plan = models.ForeignKey(
        ExecutionPlan, models.PROTECT, null=True, related_name="changes", verbose_name=_("execution plan")
    )
    cause = models.CharField(_("cause"), max_length=10, choices=Cause, default=Cause.PROBLEM)
    reason = models.TextField(_("reason"), max_length=4000, blank=True, default="")
    impact_cost = models.DecimalField(_("additional cost"), max_digits=14, decimal_places=2, default=0)
    #: version of the plan the change was written against
    based_on = models.PositiveSmallIntegerField(_("based on version"), default=0, editable=False)

    class Meta:
        verbose_name = _("plan change")
        verbose_name_plural = _("plan changes")
        ordering = ["-pk"]
        permissions = [("view_all_planchange", _("Sees every plan change"))]

    @property
    def work(self) -> Engagement | None:
        """The engagement whose plan is changed."""
        return self.plan.work if self.plan else None

    @cached_property
    def ordered_tasks(self) -> list[ProposedTask]:
        """The tasks as they should be, in order, read once per loaded paper; services drop this when they write."""
        return list(self.tasks.select_related("owner", "checker", "task")) if self.pk else []

    def forget_tasks(self) -> None:
        """Read the tasks anew at the next question."""
        self.__dict__.pop("ordered_tasks", None)

    @property
    def standing(self):
        return changing.standing(self)

    def facts(self):
        return changing.facts(self)

    def content(self):
        return {**super().content(), "tasks": [[task.task_id, task.content()] for task in self.ordered_tasks]}

    def check_submission(self, by):
        return changing.problems(self, by)

    def on_submitted(self, by):
        changing.submitted(self, by)

    def on_approved(self, by):
        changing.approved(self, by)

    def on_reopened(self, by):
        changing.released(self, by)

    def on_closed(self, by):
        changing.released(self, by)

    def cancel_refusal(self):
        return changing.cancel_refusal(self)


class ProposedTask(PlannedTask):
    """A task as a change would have it; `task` is the one it alters, None a new one. Tasks left out are removed."""

    change = models.ForeignKey(PlanChange, models.CASCADE, related_name="tasks", verbose_name=_("plan change"))
    task = models.ForeignKey(
        PlanTask, models.SET_NULL, null=True, blank=True, related_name="proposals", verbose_name=_("task")
    )

    class Meta:
        verbose_name = _("proposed task")
        verbose_name_plural = _("proposed tasks")
        ordering = ["change", "order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(start__isnull=True) | Q(finish__isnull=True) | Q(finish__gte=F("start")),
                name="proposedtask_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(checker__isnull=True) | Q(owner__isnull=True) | ~Q(checker=F("owner")),
                name="proposedtask_checker_is_not_owner",
            ),
        ]


class PlanVersion(BaseModel):
    """The plan as it was approved: the baseline (1), and after each approved change."""

    plan = models.ForeignKey(ExecutionPlan, models.CASCADE, related_name="versions", verbose_name=_("execution plan"))
    number = models.PositiveSmallIntegerField(_("version"))
    change = models.OneToOneField(
        PlanChange, models.PROTECT, null=True, related_name="made", verbose_name=_("plan change")
    )
    made_at = models.DateTimeField(_("made at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    #: [{"id": task, **content}]
    tasks = models.JSONField(_("tasks"), default=list)

    class Meta:
        verbose_name = _("version of a plan")
        verbose_name_plural = _("versions of plans")
        ordering = ["plan", "-number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="planversion_number_once")]

    def __str__(self):
        return f"{self.plan} v{self.number}"
