"""One run of a route over one document: steps, tasks and the log of events."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.approvals.due import SYSTEM, Due
from apps.approvals.models.definition import RouteStep, RouteVersion
from apps.core.models import Named


class Approval(models.Model):
    """The run of a route for one document, from first submission to its end. Corrections start a further round."""

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        APPROVED = "approved", _("Approved")
        RETURNED = "returned", _("Returned")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        ENDED = "ended", _("Ended")

    route_version = models.ForeignKey(RouteVersion, models.PROTECT, related_name="runs")
    applicant = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    department = models.ForeignKey("org.Department", models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, choices=State, default=State.RUNNING)
    round = models.PositiveSmallIntegerField(default=1)
    facts = models.JSONField(default=dict)
    #: whom the applicant or an approver has chosen to decide, by key of the step
    choices = models.JSONField(default=dict)
    returned_from = models.CharField(max_length=40, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    event_count = models.PositiveIntegerField(default=0)
    head_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = _("approval run")
        verbose_name_plural = _("approval runs")
        indexes = [
            models.Index(fields=["route_version", "state"], name="approval_version_state"),
        ]

    def __str__(self):
        return f"{self.route_version} #{self.pk}"

    @property
    def is_running(self) -> bool:
        return self.state == self.State.RUNNING


class Step(Named):
    """A step of one round: rule and order copied from the route at submission, people resolved when it opens.

    ``resolution`` keeps the why: ``{"people": [id], "why": [{"code": …, "params": {…}}], "fallback": bool}``.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("Not yet")
        OPEN = "open", _("In progress")
        APPROVED = "approved", _("Approved")
        AUTO = "auto", _("Passed by rule")
        CARRIED = "carried", _("Approved in an earlier round")
        SKIPPED = "skipped", _("Does not apply")
        RETURNED = "returned", _("Returned")
        REJECTED = "rejected", _("Rejected")
        CANCELLED = "cancelled", _("Not reached")

    #: states that let the run go past the step
    PASSED = (State.APPROVED, State.AUTO, State.CARRIED)

    approval = models.ForeignKey(Approval, models.CASCADE, related_name="steps")
    round = models.PositiveSmallIntegerField()
    order = models.PositiveSmallIntegerField()
    #: the order of the first of the steps that are open at the same time; its own where it stands alone
    stage = models.PositiveSmallIntegerField(default=0)
    key = models.CharField(max_length=40)
    rule = models.JSONField()
    mode = models.CharField(max_length=8, choices=RouteStep.Mode)
    needed = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=12, choices=State, default=State.PENDING)
    resolution = models.JSONField(default=dict)
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("approval step")
        verbose_name_plural = _("approval steps")
        ordering = ["round", "order"]
        constraints = [
            models.UniqueConstraint(fields=["approval", "round", "order"], name="step_order_once"),
            models.UniqueConstraint(
                fields=["approval"], condition=Q(state="open", stage=F("order")), name="step_one_open_stage"
            ),
        ]


class TaskQuerySet(models.QuerySet):
    def open(self):
        return self.filter(state=Task.State.OPEN)

    def waiting_for(self, user):
        """What a person has to decide now, oldest first."""
        return self.open().filter(user=user).order_by("opened_at", "pk")

    def decided_by(self, user):
        """What a person has decided, newest first."""
        return self.filter(user=user, decided_at__isnull=False).order_by("-decided_at", "-pk")


class Task(models.Model):
    """One person's decision in one step."""

    class State(models.TextChoices):
        OPEN = "open", _("To decide")
        WAITING = "waiting", _("Waits for somebody else in this step")
        APPROVED = "approved", _("Approved")
        RETURNED = "returned", _("Returned")
        REJECTED = "rejected", _("Rejected")
        ADVISED = "advised", _("Gave an opinion")
        TAKEN_BACK = "taken_back", _("Taken back")
        CLOSED = "closed", _("Closed without a decision")
        PASSED_ON = "passed_on", _("Passed on without a decision")

    class Origin(models.TextChoices):
        RULE = "rule", _("by the route's rule")
        FALLBACK = "fallback", _("in place of somebody not found")
        HANDOVER = "handover", _("handed over by a leaver")
        TRANSFER = "transfer", _("transferred to them")
        ADDED = "added", _("added by a colleague")
        SUBSTITUTE = "substitute", _("as a substitute")
        ESCALATED = "escalated", _("as the superior, after the deadline")

    class Place(models.TextChoices):
        BEFORE = "before", _("before me: I decide after them")
        BESIDE = "beside", _("beside me: we decide in any order")
        AFTER = "after", _("after me: they decide once I have approved")
        OPINION = "opinion", _("for an opinion: they say what they think, I decide")

    #: states in which somebody still has to decide, now or later
    PENDING = (State.OPEN, State.WAITING)
    #: places of those for whom whoever asked them waits
    FIRST = (Place.BEFORE, Place.OPINION)

    step = models.ForeignKey(Step, models.CASCADE, related_name="tasks")
    approval = models.ForeignKey(Approval, models.CASCADE, related_name="tasks")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="tasks")
    on_behalf_of = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    origin = models.CharField(max_length=12, choices=Origin, default=Origin.RULE)
    #: the task of the person who asked for this one, and in which order the two decide
    added_to = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="added")
    place = models.CharField(max_length=8, choices=Place, blank=True)
    #: the place among the people of the step, where these are asked one after another
    position = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    comment = models.TextField(blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    opened_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    #: by when the person is to have decided, where the step has a deadline
    due_at = models.DateTimeField(null=True)
    #: when the system looks at the task next: to remind in time, then at the deadline; nothing once it has acted
    act_at = models.DateTimeField(null=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("approval task")
        verbose_name_plural = _("approval tasks")
        constraints = [
            models.UniqueConstraint(fields=["step", "user"], condition=Q(state="open"), name="task_open_once"),
            models.CheckConstraint(
                condition=Q(state__in=["open", "waiting", "closed", "passed_on"], decided_at__isnull=True)
                | Q(state__in=["approved", "returned", "rejected", "advised", "taken_back"], decided_at__isnull=False),
                name="task_decided_has_time",
            ),
            models.CheckConstraint(
                condition=Q(added_to__isnull=True, place="") | (Q(added_to__isnull=False) & ~Q(place="")),
                name="task_added_has_place",
            ),
        ]
        indexes = [
            models.Index(fields=["user", "opened_at", "id"], condition=Q(state="open"), name="task_inbox"),
            models.Index(
                fields=["user", "-decided_at", "-id"], condition=Q(decided_at__isnull=False), name="task_decided"
            ),
            models.Index(fields=["act_at"], condition=Q(state="open", act_at__isnull=False), name="task_act"),
        ]

    def __str__(self):
        return f"{self.step} – {self.user}"

    @property
    def due(self) -> "Due | None":
        """How much time is left, in words."""
        return Due.of(self) if self.due_at and self.state == self.State.OPEN else None


class Event(models.Model):
    """What happened, in order. Each row carries the hash of the one before; the database refuses UPDATE and DELETE."""

    class Verb(models.TextChoices):
        SUBMITTED = "submitted", _("submitted")
        RESUBMITTED = "resubmitted", _("submitted again")
        OPENED = "opened", _("step opened")
        SKIPPED = "skipped", _("step does not apply")
        AUTO = "auto", _("passed by rule")
        CARRIED = "carried", _("kept from the earlier round")
        APPROVED = "approved", _("approved")
        RETURNED = "returned", _("returned")
        REJECTED = "rejected", _("rejected")
        WITHDRAWN = "withdrawn", _("withdrawn")
        FINISHED = "finished", _("approved finally")
        REOPENED = "reopened", _("earlier steps asked again")
        EDITED = "edited", _("changed by the approver")
        COMMENTED = "commented", _("commented")
        COPIED = "copied", _("copied to")
        HANDED_OVER = "handed_over", _("handed over")
        TRANSFERRED = "transferred", _("transferred")
        ADDED = "added", _("approvers added")
        CONSULTED = "consulted", _("asked for an opinion")
        ADVISED = "advised", _("gave an opinion")
        REMOVED = "removed", _("added approver removed")
        TAKEN_BACK = "taken_back", _("approval taken back")
        URGED = "urged", _("reminded")
        DUE_SOON = "due_soon", _("reminded before the deadline")
        LATE = "late", _("reminded after the deadline")
        ESCALATED = "escalated", _("passed to the superior after the deadline")
        LATE_APPROVED = "late_approved", _("passed without a decision after the deadline")
        LATE_REJECTED = "late_rejected", _("rejected after the deadline")
        CLOSED = "closed", _("ended with the step beside it")
        CANCELLED = "cancelled", _("cancelled")
        REVOKED = "revoked", _("revoked")
        RECORDED = "recorded", _("recorded")

    approval = models.ForeignKey(Approval, models.PROTECT, related_name="events")
    seq = models.PositiveIntegerField()
    verb = models.CharField(max_length=16, choices=Verb)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    on_behalf_of = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    step = models.ForeignKey(Step, models.PROTECT, null=True, related_name="+")
    payload = models.JSONField(default=dict)
    content_hash = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("approval event")
        verbose_name_plural = _("approval events")
        ordering = ["approval", "seq"]
        constraints = [models.UniqueConstraint(fields=["approval", "seq"], name="event_seq_once")]

    def __str__(self):
        return f"{self.seq} {self.get_verb_display()}"

    @property
    def who(self) -> str:
        """The person; the system where a deadline made it act; empty where a rule of the route did."""
        if self.actor_id:
            return str(self.actor)
        return str(SYSTEM) if self.payload.get("by") == "system" else ""
