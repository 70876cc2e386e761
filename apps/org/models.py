"""The organisation of clause 2.1: departments under company management, positions, grades, role groups, people."""

from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, Group, Permission
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.history import HistoricalRecords
from apps.core.models import BaseModel, Named, in_readers_language
from apps.org.calendar.fields import WeekdaysField, validate_hours, validate_weekdays
from apps.org.querysets import DepartmentQuerySet, EmployeeManager
from apps.org.validators import validate_currency, validate_time_zone

_remembered_company: ContextVar["Company | None"] = ContextVar("remembered_company", default=None)


class Company(BaseModel):
    """The one company this installation serves, with the limits the regulation leaves to it."""

    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=120, blank=True, default="")
    uscc = models.CharField(_("Unified Social Credit Code"), max_length=18, blank=True, default="")
    address = models.CharField(_("address"), max_length=200, blank=True, default="")
    phone = models.CharField(_("phone"), max_length=40, blank=True, default="")
    time_zone = models.CharField(
        _("time zone"), max_length=60, default="Asia/Shanghai", validators=[validate_time_zone]
    )
    currency = models.CharField(_("currency"), max_length=3, default="CNY", validators=[validate_currency])
    claim_window_days = models.PositiveSmallIntegerField(
        _("claim window in days"),
        default=90,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text=_("An expense older than this cannot be claimed."),
    )
    max_attachment_mb = models.PositiveSmallIntegerField(
        _("largest attachment in MB"), default=20, validators=[MinValueValidator(1), MaxValueValidator(200)]
    )
    default_language = models.CharField(
        _("default language"), max_length=10, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    working_hours = models.CharField(
        _("working hours"),
        max_length=120,
        default="09:00-12:00, 13:30-18:00",
        validators=[validate_hours],
        help_text=_("Such as 09:00-12:00, 13:30-18:00. Deadlines count these hours of working days."),
    )
    working_weekdays = WeekdaysField(
        _("working days of the week"), max_length=7, default="12345", validators=[validate_weekdays]
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("company settings")
        verbose_name_plural = _("company settings")
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="org_company_only_one")]

    def __str__(self):
        return self.label

    @classmethod
    def current(cls) -> "Company":
        """The company's settings; read once per request, the defaults (unsaved) where nothing is set up yet."""
        return _remembered_company.get() or cls.objects.first() or cls(pk=1, name="AgencyOps")

    @classmethod
    @contextmanager
    def remembered(cls, company: "Company | None" = None):
        """Read the settings once for everything inside the block (a request, a job)."""
        token = _remembered_company.set(company or cls.current())
        try:
            yield
        finally:
            _remembered_company.reset(token)

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return in_readers_language(self.name, self.name_en)


class CalendarDay(Named, BaseModel):
    """A day that differs from its weekday: an official holiday, or a weekend day that is worked on instead (调休).

    The State Council publishes them in autumn for the following year; the company may add its own.
    """

    class Kind(models.TextChoices):
        HOLIDAY = "holiday", _("Holiday")
        WORKING = "working", _("Make-up working day")

    day = models.DateField(
        _("day"), unique=True, error_messages={"unique": _("This day is in the calendar already; change it there.")}
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.HOLIDAY)
    source = models.CharField(
        _("source"), max_length=120, blank=True, default="", help_text=_("Where it was published or decided.")
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("day of the calendar")
        verbose_name_plural = _("company calendar")
        ordering = ["-day"]

    def __str__(self):
        return f"{self.day:%Y-%m-%d} {self.label}"


class JobGrade(Named, BaseModel):
    """A rank of employees; expense standards are set per grade (clause 6.2.2)."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    level = models.PositiveSmallIntegerField(_("level"), default=1, help_text=_("A higher number is a higher rank."))
    active = models.BooleanField(_("in use"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("job grade")
        verbose_name_plural = _("job grades")
        ordering = ["-level", "code"]


class Position(Named, BaseModel):
    """What somebody is employed as."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    grade = models.ForeignKey(
        JobGrade, models.PROTECT, null=True, blank=True, related_name="positions", verbose_name=_("job grade")
    )
    is_managerial = models.BooleanField(_("managerial"), default=False)
    active = models.BooleanField(_("in use"), default=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        ordering = ["code"]


class Department(Named, BaseModel):
    """A department of clause 2.1; company management is the root, every other department hangs below it."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("belongs to")
    )
    head = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="headed_departments",
        verbose_name=_("head"),
    )
    active = models.BooleanField(_("in use"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=0)

    objects = DepartmentQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["order", "code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="org_department_not_own_parent"
            )
        ]

    def clean(self):
        """A department is nobody's own ancestor, and somebody who still works here heads it."""
        errors = {}
        if Department.objects.tree().would_loop(self.pk, self.parent_id):
            errors["parent"] = _("A department cannot belong to itself or to a department below it.")
        if self.head_id and not self.head.is_active:
            errors["head"] = _("%(name)s no longer works here and cannot head a department.") % {"name": self.head}
        if errors:
            raise ValidationError(errors)


class Role(Group):
    """A role group: what its members may do. A child of Django's Group, so that permissions stay Django's own."""

    code = models.SlugField(_("code"), max_length=40, unique=True)
    name_en = models.CharField(_("English name"), max_length=120, blank=True, default="")
    description = models.CharField(_("description"), max_length=300, blank=True, default="")
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)
    offered_permissions = models.JSONField(default=list, blank=True, editable=False)

    history = HistoricalRecords(m2m_fields=["permissions"], excluded_fields=["offered_permissions"])

    class Meta:
        verbose_name = _("role group")
        verbose_name_plural = _("role groups")
        ordering = ["code"]

    def __str__(self):
        return self.label

    @property
    def label(self) -> str:
        """The name in the reader's language."""
        return in_readers_language(self.name, self.name_en)


class User(AbstractUser, BaseModel):
    """An employee, and the account he or she signs in with."""

    class Status(models.TextChoices):
        PROBATION = "probation", _("On probation")
        REGULAR = "regular", _("Regular")
        LEAVING = "leaving", _("Leaving")
        LEFT = "left", _("Left")

    class Theme(models.TextChoices):
        AUTO = "auto", _("As the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    first_name = None
    last_name = None
    name = models.CharField(pgettext_lazy("person", "name"), max_length=80)
    email = models.EmailField(_("e-mail"), blank=True, default="")
    employee_no = models.CharField(_("employee number"), max_length=20, unique=True, null=True, blank=True)
    phone = models.CharField(_("phone"), max_length=40, blank=True, default="")
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="members", verbose_name=_("department")
    )
    position = models.ForeignKey(
        Position, models.PROTECT, null=True, blank=True, related_name="holders", verbose_name=_("position")
    )
    grade = models.ForeignKey(
        JobGrade, models.PROTECT, null=True, blank=True, related_name="holders", verbose_name=_("job grade")
    )
    manager = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="reports", verbose_name=_("line manager")
    )
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.REGULAR)
    hire_date = models.DateField(_("hired on"), null=True, blank=True)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    bank_name = models.CharField(_("bank"), max_length=120, blank=True, default="")
    bank_account = models.CharField(_("bank account"), max_length=40, blank=True, default="")
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, blank=True, default="")
    theme = models.CharField(_("appearance"), max_length=5, choices=Theme, default=Theme.AUTO)

    objects = EmployeeManager()
    history = HistoricalRecords(excluded_fields=["password", "last_login", "language", "theme"], m2m_fields=["groups"])

    REQUIRED_FIELDS = ["name", "email"]

    class Meta:
        verbose_name = _("employee")
        verbose_name_plural = _("employees")
        ordering = ["name", "pk"]
        permissions = [
            ("view_bank_account", _("Can see the bank accounts of employees")),
            ("deactivate_user", _("Can deactivate and reactivate employees")),
        ]
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=~Q(email=""),
                name="org_user_email_unique",
                violation_error_message=_("Another employee already has this e-mail address."),
            ),
            models.CheckConstraint(
                condition=Q(manager__isnull=True) | ~Q(manager=F("id")), name="org_user_not_own_manager"
            ),
        ]

    def __str__(self):
        return self.name or self.username

    def clean(self):
        """Nobody is his own superior, directly or in a circle, and the superior still works here."""
        super().clean()
        self.employee_no = self.employee_no or None
        if not self.manager_id:
            return
        if not self.manager.is_active:
            raise ValidationError({"manager": _("%(name)s no longer works here.") % {"name": self.manager}})
        if self.pk and self.pk in self._superiors():
            raise ValidationError({"manager": _("Nobody can be their own superior, directly or in a circle.")})

    def _superiors(self) -> set[int]:
        """Ids up the line from the manager named here, without following a circle twice."""
        managers = dict(User.objects.filter(manager__isnull=False).values_list("pk", "manager_id"))
        found: set[int] = set()
        current = self.manager_id
        while current is not None and current not in found:
            found.add(current)
            current = None if current == self.pk else managers.get(current)
        return found

    def get_full_name(self) -> str:
        """The name as Django's own parts ask for it."""
        return str(self)

    def get_short_name(self) -> str:
        """The name as Django's own parts ask for it."""
        return str(self)

    @cached_property
    def role_codes(self) -> frozenset[str]:
        """Codes of the role groups this person is in; one query per loaded person."""
        return frozenset(Role.objects.filter(user=self).values_list("code", flat=True))

    def has_role(self, code: str) -> bool:
        """Whether this person works in a role. Being a superuser is not a role."""
        return self.is_active and code in self.role_codes

    def holds(self, permission: str) -> bool:
        """Whether a role, or a right given to this person, allows it.

        Unlike with `has_perm`, being a superuser is not enough: who administers the program moves no money.
        """
        if not self.is_superuser:
            return self.has_perm(permission)
        label, codename = permission.split(".")
        rights = Permission.objects.filter(content_type__app_label=label, codename=codename)
        return self.is_active and rights.filter(Q(group__user=self) | Q(user=self)).exists()

    @property
    def masked_bank_account(self) -> str:
        """The account number as others see it: the last four digits."""
        return f"**** {self.bank_account[-4:]}" if self.bank_account else ""

    @property
    def preferred_language(self) -> str:
        """The language to write to this person in, outside of their own requests."""
        return self.language or Company.current().default_language


class UserSession(models.Model):
    """A device somebody is signed in on: shown on the account page, ended by deleting the session behind it."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="sessions", verbose_name=_("employee")
    )
    session_key = models.CharField(_("session"), max_length=40, unique=True)
    ip = models.GenericIPAddressField(_("network address"), null=True, blank=True)
    user_agent = models.CharField(_("browser"), max_length=300, blank=True, default="")
    created = models.DateTimeField(_("signed in"), auto_now_add=True)
    last_seen = models.DateTimeField(_("last seen"))

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["-last_seen"]
        indexes = [models.Index(fields=["user", "-last_seen"], name="org_usersession_user")]

    def __str__(self):
        return f"{self.user} {self.ip or ''}".strip()
