"""The base of every business table, and the few tables that belong to no department."""

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Func, When
from django.db.models.functions import Round
from django.db.models.lookups import Exact
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.jobs.models import Job, PeriodicWork

__all__ = ["BaseModel", "Job", "Named", "NumberSequence", "PeriodicWork", "SavedView", "in_cents"]


class MomentField(models.DateTimeField):
    """A time stamp by the clock that business rules go by; to the database and to migrations a plain date and time."""

    def pre_save(self, model_instance, add):
        value = super().pre_save(model_instance, add)
        if self.auto_now or (self.auto_now_add and add):
            value = clock.now()
            setattr(model_instance, self.attname, value)
        return value

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.DateTimeField", args, kwargs


def in_cents(expression) -> Round:
    """What the database reckons with money, in whole cents. SQLite adds with binary fractions: to it 0.1 + 0.2 is not
    0.3 unless the sum is rounded before it is compared or stored; to PostgreSQL this changes nothing."""
    return Round(expression, precision=2)


class BaseModel(models.Model):
    """Every business row knows when it came and when it last changed; its history goes by the same clock."""

    created_at = MomentField(_("created at"), auto_now_add=True, editable=False)
    updated_at = MomentField(_("updated at"), auto_now=True, editable=False)

    class Meta:
        abstract = True

    @property
    def _history_date(self):
        """The moment that django-simple-history writes on the rows of the history."""
        return clock.now()


def in_readers_language(name: str, name_en: str) -> str:
    """The English name where there is one and the reader reads English, else the name."""
    return name_en if name_en and (get_language() or "en").startswith("en") else name


def order_in_readers_language(path: str = "") -> Case:
    """The same for the database, to put rows in the order of what the reader sees; the names may be at a `path`."""
    if (get_language() or "en").startswith("en"):
        return english_name(path)
    return Case(default=F(f"{path}name"))


def english_name(path: str = "") -> Case:
    """The English name, the name where there is none; what a table indexes that is read in this order."""
    # the empty text is written out, not passed along: only so is this the expression of the index
    empty = Func(template="''", output_field=models.CharField())
    name, name_en = F(f"{path}name"), F(f"{path}name_en")
    return Case(When(Exact(name_en, empty), then=name), default=name_en)


class Named(models.Model):
    """Something a company names itself: the name as the company writes it, and an English one where it has one."""

    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=120, blank=True, default="")

    class Meta:
        abstract = True

    def __str__(self):
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return in_readers_language(self.name, self.name_en)


class NumberSequence(models.Model):
    """The last number given per prefix and year; `core.numbering` alone writes here, under a lock."""

    prefix = models.CharField(_("prefix"), max_length=12)
    year = models.PositiveSmallIntegerField(_("year"))
    last = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("number sequence")
        verbose_name_plural = _("number sequences")
        ordering = ["prefix", "-year"]
        constraints = [models.UniqueConstraint(fields=["prefix", "year"], name="core_numbersequence_prefix_year")]

    def __str__(self):
        return f"{self.prefix}-{self.year}: {self.last}"


class SavedView(BaseModel):
    """A person's own name for a set of filters and an order of one list."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views", verbose_name=_("user")
    )
    list_name = models.CharField(_("list"), max_length=80)
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("query"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "list_name", "name"], name="core_savedview_name")]

    def __str__(self):
        return self.name
