"""What the program tells people: one row per person, in that person's language."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core import clock


class NotificationQuerySet(models.QuerySet):
    """The questions asked of notifications."""

    def of(self, user) -> "NotificationQuerySet":
        """What one person has been told, the latest first."""
        return self.filter(recipient=user).order_by("-pk")

    def unread(self) -> "NotificationQuerySet":
        """What has not been opened yet."""
        return self.filter(read_at__isnull=True)

    def mail_due(self, now) -> "NotificationQuerySet":
        """What is to be sent by e-mail at this moment, the oldest first."""
        return self.filter(mail=Notification.Mail.DUE, mail_after__lte=now).order_by("mail_after", "pk")


class Notification(models.Model):
    """One message to one person. `services.notify` alone creates them; `mailer` alone moves the mail columns.

    The row is at the same time the outbox of its e-mail: written in the transaction of what it tells about, it can
    neither be lost nor be sent for something that was rolled back.
    """

    class Mail(models.TextChoices):
        NONE = "none", _("No e-mail")
        DUE = "due", _("To be sent")
        SENT = "sent", _("Sent")
        UNWANTED = "unwanted", _("Not wanted")
        FAILED = "failed", _("Could not be sent")

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications", verbose_name=_("recipient")
    )
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"), blank=True, default="")
    url = models.CharField(_("page"), max_length=500, blank=True, default="")
    key = models.CharField(_("key"), max_length=120, blank=True, default="")
    created_at = models.DateTimeField(_("sent at"), default=clock.now)
    read_at = models.DateTimeField(_("read at"), null=True, blank=True)
    mail = models.CharField(_("e-mail"), max_length=8, choices=Mail, default=Mail.NONE)
    mail_attempts = models.PositiveSmallIntegerField(_("attempts to send"), default=0)
    mail_after = models.DateTimeField(_("send not before"), null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "key"], condition=~Q(key=""), name="notifications_once_per_key"
            )
        ]
        indexes = [
            models.Index(fields=["recipient", "-id"], name="notifications_recipient"),
            models.Index(fields=["recipient", "-id"], condition=Q(read_at=None), name="notifications_unread"),
            models.Index(fields=["mail_after"], condition=Q(mail="due"), name="notifications_mail_due"),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("notifications:open", args=[self.pk])


class NotificationPreference(models.Model):
    """How a person wants to be told besides the bell. No row means: by e-mail at once."""

    class Email(models.TextChoices):
        AT_ONCE = "at_once", _("At once")
        OFF = "off", _("Not at all")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notification_preference", verbose_name=_("person")
    )
    email = models.CharField(_("notify me by e-mail"), max_length=8, choices=Email, default=Email.AT_ONCE)

    class Meta:
        verbose_name = _("notification preference")
        verbose_name_plural = _("notification preferences")

    def __str__(self):
        return f"{self.user}: {self.get_email_display()}"
