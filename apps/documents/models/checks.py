"""What the nightly checks found: do the logs of the approvals hold, do rights match what is to be done."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class CheckRun(models.Model):
    """One walk through everything. ``findings`` keeps the first of what was found; ``found`` says how much it was."""

    class Check(models.TextChoices):
        EVENTS = "events", _("Log of approvals")
        RIGHTS = "rights", _("Rights and people")

    check_name = models.CharField(_("check"), max_length=8, choices=Check)
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)
    checked = models.PositiveIntegerField(_("checked"), default=0)
    found = models.PositiveIntegerField(_("found"), default=0)
    findings = models.JSONField(_("findings"), default=list)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("asked for by")
    )

    class Meta:
        verbose_name = _("check of the records")
        verbose_name_plural = _("checks of the records")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["check_name", "-id"], name="checkrun_latest")]

    def __str__(self):
        return f"{self.get_check_name_display()} {self.started_at:%Y-%m-%d %H:%M}"
