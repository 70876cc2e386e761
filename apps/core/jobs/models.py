"""Work done in the background, as the person who asked for it sees it."""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.storage import PrivatePath, private_storage


class Job(models.Model):
    """One piece of work somebody asked for. `jobs.services` and `jobs.runner` alone write here."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    name = models.CharField(_("kind of work"), max_length=80)
    title = models.CharField(_("title"), max_length=200)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="jobs", verbose_name=_("requested by")
    )
    params = models.JSONField(_("parameters"), default=dict, blank=True)
    key = models.CharField(_("request key"), max_length=120, unique=True, null=True, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.QUEUED)
    progress = models.PositiveSmallIntegerField(_("progress"), default=0, validators=[MaxValueValidator(100)])
    message = models.CharField(_("message"), max_length=500, blank=True, default="")
    result_file = models.FileField(
        _("file"), storage=private_storage, upload_to=PrivatePath("jobs"), max_length=200, blank=True
    )
    result_name = models.CharField(_("file name"), max_length=200, blank=True, default="")
    result_url = models.CharField(_("page"), max_length=500, blank=True, default="")
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    max_attempts = models.PositiveSmallIntegerField(_("most attempts"), default=3)
    language = models.CharField(_("language"), max_length=10)
    time_zone = models.CharField(_("time zone"), max_length=60)
    worker = models.CharField(_("worker"), max_length=64, blank=True, default="")
    created_at = models.DateTimeField(_("requested at"), auto_now_add=True)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)

    class Meta:
        verbose_name = _("background job")
        verbose_name_plural = _("background jobs")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["requested_by", "-id"], name="core_job_requester"),
            models.Index(fields=["heartbeat_at"], condition=Q(state="running"), name="core_job_running"),
        ]
        constraints = [models.CheckConstraint(condition=Q(progress__lte=100), name="core_job_progress_to_100")]

    def __str__(self):
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("core:job", args=[self.pk])

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.state in {self.State.DONE, self.State.FAILED}

    @property
    def is_expired(self) -> bool:
        """Whether there was a file that has been cleaned away since."""
        return bool(self.result_name) and not self.result_file


class PeriodicWork(models.Model):
    """The last time slot in which a periodic chore was started; this row keeps two workers from starting it twice.

    Beside it, when the chore ended last and whether it failed, for the people who look after the program.
    """

    name = models.CharField(_("chore"), max_length=80, unique=True)
    slot = models.BigIntegerField(_("last slot"), default=-1)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    trouble = models.CharField(_("error"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("periodic work")
        verbose_name_plural = _("periodic work")
        ordering = ["name"]

    def __str__(self):
        return f"{self.name} {self.slot}"
