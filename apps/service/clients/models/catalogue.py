"""What Client Service decides beforehand: how clients are classified, and how often their files are reviewed."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.history import HistoricalRecords
from apps.core.models import BaseModel, Named


class Classification(Named, BaseModel):
    """The base of the lists a client is classified by."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    active = models.BooleanField(_("in use"), default=True)

    class Meta:
        abstract = True


class Industry(Classification):
    """What a client does for a living."""

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("industry")
        verbose_name_plural = _("industries")
        ordering = ["order", "code"]


class ClientSource(Classification):
    """How the company came to know a client."""

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("client source")
        verbose_name_plural = _("client sources")
        ordering = ["order", "code"]


class ClientGrade(Classification):
    """How important a client is; the grade says how often somebody has to be in touch (clause 4.2.1)."""

    contact_days = models.PositiveSmallIntegerField(
        _("contact every … days"),
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text=_("After so many days without contact a client is on the list of those to contact."),
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("client grade")
        verbose_name_plural = _("client grades")
        ordering = ["order", "code"]


class ClientSettings(BaseModel):
    """The one row of settings of the client file."""

    review_days = models.PositiveSmallIntegerField(
        _("review every … days"),
        default=180,
        validators=[MinValueValidator(7), MaxValueValidator(1500)],
        help_text=_("A client's file is due for review so many days after the last one (clause 4.1.3)."),
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("client file settings")
        verbose_name_plural = _("client file settings")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="service_clientsettings_only_one")]

    def __str__(self):
        return str(_("client file settings"))

    @classmethod
    def current(cls) -> "ClientSettings":
        """The settings; the defaults (unsaved) where nobody has changed any."""
        return cls.objects.first() or cls(pk=1)
