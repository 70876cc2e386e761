"""How long decisions took, counted by month, so that a page on it reads thousands of rows instead of millions.

`apps.approvals.analysis.gathering` alone writes here, from the log.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class _Waits(models.Model):
    """Decisions of a month and a kind of paper: how many took how long, and how many were late.

    ``histogram``: bucket → number, see `apps.approvals.analysis.buckets`. Taken together, rows are added up.
    """

    month = models.DateField()
    kind = models.CharField(max_length=40)
    histogram = models.JSONField(default=dict)
    late = models.IntegerField(default=0)

    class Meta:
        abstract = True


class StepWaits(_Waits):
    """By step, and by the department of the applicant."""

    step = models.CharField(max_length=40)
    department = models.ForeignKey("org.Department", models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("waiting time of a step")
        verbose_name_plural = _("waiting times of steps")
        permissions = [("view_analysis", _("Reads how long approvals take, and takes the log of events out"))]
        constraints = [models.UniqueConstraint(fields=["month", "kind", "step", "department"], name="stepwaits_once")]

    def __str__(self):
        return f"{self.month:%Y-%m} {self.kind}/{self.step}"


class PersonWaits(_Waits):
    """By the person who decided; beside the kinds of paper, an empty kind stands for all of them."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("waiting time of a person")
        verbose_name_plural = _("waiting times of people")
        constraints = [models.UniqueConstraint(fields=["month", "kind", "person"], name="personwaits_once")]

    def __str__(self):
        return f"{self.month:%Y-%m} {self.kind}/{self.person_id}"


class ReturnedFor(models.Model):
    """How often papers were returned from one step with the same words."""

    month = models.DateField()
    kind = models.CharField(max_length=40)
    step = models.CharField(max_length=40)
    department = models.ForeignKey("org.Department", models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200)
    count = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("reason for returning")
        verbose_name_plural = _("reasons for returning")
        constraints = [
            models.UniqueConstraint(fields=["month", "kind", "step", "department", "reason"], name="returnedfor_once")
        ]

    def __str__(self):
        return f"{self.reason}: {self.count}"


class Gathered(models.Model):
    """How far the log has been counted: one row."""

    event = models.BigIntegerField(default=0)
    at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("state of the count")
        verbose_name_plural = _("state of the count")

    def __str__(self):
        return str(self.event)
