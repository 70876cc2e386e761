"""What the program tells people: one row per person, in that person's language."""

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.history import HistoricalRecords
from apps.core.models import BaseModel


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

    def digest_due(self, now) -> "NotificationQuerySet":
        """What is to go into a person's daily e-mail at this moment."""
        return self.filter(mail=Notification.Mail.DIGEST, mail_after__lte=now).order_by("recipient", "pk")

    def to_announce(self) -> "NotificationQuerySet":
        """What the chat channels have not been told yet, the oldest first."""
        return self.exclude(announcement="").order_by("pk")


class Topic(models.TextChoices):
    """What a notification is about, so that a chat channel carries some kinds and not others."""

    TURN = "turn", _("A paper waits for somebody's decision")
    REMINDER = "reminder", _("Somebody is reminded, or late")
    RESULT = "result", _("A paper was approved, returned, rejected or cancelled")
    COMMENT = "comment", _("A comment or an opinion was written")
    COPY = "copy", _("A paper was copied to somebody")
    OTHER = "other", _("Everything else: payments, contracts, clients, projects")


class Notification(models.Model):
    """One message to one person. `services.notify` alone creates them; `mailer` alone moves the mail columns.

    The row is at the same time the outbox of its e-mail: written in the transaction of what it tells about, it can
    neither be lost nor be sent for something that was rolled back.
    """

    class Mail(models.TextChoices):
        NONE = "none", _("No e-mail")
        DUE = "due", _("To be sent")
        DIGEST = "digest", _("Waits for the daily e-mail")
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
    topic = models.CharField(_("about"), max_length=8, choices=Topic, default=Topic.OTHER)
    #: the paper it is about, by its id, so that whoever knows papers can put it away when it asks for nothing any more
    paper = models.PositiveBigIntegerField(null=True, editable=False)
    #: what the chat channels are to be told, in the company's language; empty once it is handed to them
    announcement = models.CharField(max_length=400, blank=True, default="", editable=False)
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
            models.Index(fields=["mail_after"], condition=Q(mail="digest"), name="notifications_digest_due"),
            models.Index(fields=["id"], condition=~Q(announcement=""), name="notifications_to_announce"),
            models.Index(
                fields=["paper"], condition=Q(read_at=None, topic__in=["turn", "reminder"]), name="notifications_asking"
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("notifications:open", args=[self.pk])


class NotificationPreference(models.Model):
    """How a person wants to be told besides the bell. No row means: by e-mail at once."""

    class Email(models.TextChoices):
        AT_ONCE = "at_once", _("At once")
        DAILY = "daily", _("Once a day, all in one e-mail")
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


class NotificationSettings(BaseModel):
    """When the daily e-mails leave: one row, edited in the browser."""

    digest_hour = models.PositiveSmallIntegerField(
        _("hour of the daily e-mail"),
        default=8,
        validators=[MaxValueValidator(23)],
        help_text=_("0 to 23, in the company's time zone."),
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("notification settings")
        verbose_name_plural = _("notification settings")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="notifications_settings_one")]

    def __str__(self):
        return str(_("Notification settings"))

    @classmethod
    def current(cls) -> "NotificationSettings":
        """The settings; the defaults where nobody has changed them."""
        return cls.objects.first() or cls(pk=1)


class TopicsField(models.JSONField):
    """Some of the topics, as a list."""

    def in_words(self, value: list[str]) -> str:
        """For the history."""
        labels = dict(Topic.choices)
        return str(_("; ")).join(str(labels.get(topic, topic)) for topic in value)


def default_topics() -> list[str]:
    """What a new channel carries: the matters of papers, without comments."""
    return [Topic.TURN, Topic.REMINDER, Topic.RESULT]


class ChatChannel(BaseModel):
    """A group chat that is told what happens, through the custom bot its members have added to it."""

    class Format(models.TextChoices):
        DINGTALK = "dingtalk", _("DingTalk")
        FEISHU = "feishu", _("Feishu (Lark)")
        WECOM = "wecom", _("WeCom")

    name = models.CharField(_("name"), max_length=80, unique=True)
    format = models.CharField(_("chat program"), max_length=10, choices=Format)
    url = models.CharField(_("webhook address"), max_length=500)
    secret = models.CharField(_("signing secret"), max_length=200, blank=True, default="")
    topics = TopicsField(_("what it is told"), default=default_topics)
    active = models.BooleanField(_("in use"), default=True)
    #: address and secret let anybody write to the group, therefore no history keeps them
    history = HistoricalRecords(excluded_fields=["url", "secret"])

    class Meta:
        verbose_name = _("chat channel")
        verbose_name_plural = _("chat channels")
        ordering = ["name"]

    def __str__(self):
        return self.name


class ChatMessage(models.Model):
    """One line for one channel. `chat.outbox` alone writes here; the row waits until the chat program has taken it."""

    class State(models.TextChoices):
        DUE = "due", _("To be sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Could not be sent")

    channel = models.ForeignKey(ChatChannel, models.CASCADE, related_name="messages", verbose_name=_("chat channel"))
    text = models.CharField(_("text"), max_length=400)
    url = models.CharField(_("page"), max_length=500, blank=True, default="")
    state = models.CharField(_("state"), max_length=6, choices=State, default=State.DUE)
    attempts = models.PositiveSmallIntegerField(_("attempts to send"), default=0)
    send_after = models.DateTimeField(_("send not before"))
    answer = models.CharField(_("last answer"), max_length=300, blank=True, default="")
    created_at = models.DateTimeField(_("written at"))
    sent_at = models.DateTimeField(_("sent at"), null=True)

    class Meta:
        verbose_name = _("chat message")
        verbose_name_plural = _("chat messages")
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["channel", "send_after"], condition=Q(state="due"), name="chatmessage_due"),
            models.Index(fields=["channel"], condition=Q(state="failed"), name="chatmessage_failed"),
        ]

    def __str__(self):
        return self.text
