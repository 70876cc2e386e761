"""Client credit: assessment, limit and term, what was asked of them, and who allowed an exception (clause 8.2.3)."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.core.history import HistoricalRecords
from apps.core.models import BaseModel, Named
from apps.documents.models import Document
from apps.risk.credit import assessing, wording

ZERO = Decimal("0.00")


class CreditPolicy(BaseModel):
    """One row: what holds for clients nobody has assessed, and when the gate closes. Demo values."""

    default_limit = models.DecimalField(
        _("limit of clients without an assessment"), max_digits=14, decimal_places=2, default=Decimal("100000.00")
    )
    default_term_days = models.PositiveSmallIntegerField(_("term of clients without an assessment"), default=30)
    inclusion_rate = models.DecimalField(
        _("part of unsettled contracts that counts"),
        max_digits=5,
        decimal_places=4,
        default=Decimal("0.5000"),
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("1 counts the whole rest of each contract in force, 0 nothing of it."),
    )
    grace_days = models.PositiveSmallIntegerField(_("days overdue that are overlooked"), default=7)
    overdue_threshold = models.DecimalField(
        _("overdue amount that is overlooked"), max_digits=14, decimal_places=2, default=Decimal("1000.00")
    )
    waiver_days = models.PositiveSmallIntegerField(_("days an exception is valid"), default=90)
    valid_months = models.PositiveSmallIntegerField(_("months an assessment is valid"), default=12)
    is_demo_value = models.BooleanField(_("demo value"), default=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("credit policy")
        verbose_name_plural = _("credit policy")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="creditpolicy_only_one"),
            models.CheckConstraint(
                condition=Q(inclusion_rate__gte=0, inclusion_rate__lte=1), name="creditpolicy_inclusion_is_a_part"
            ),
        ]

    def __str__(self):
        return str(_("credit policy"))

    @classmethod
    def current(cls) -> "CreditPolicy":
        """The policy; the defaults (unsaved) where nobody has changed any."""
        return cls.objects.first() or cls(pk=1)

    @property
    def inclusion_percent(self) -> str:
        """The part of unsettled contracts that counts, in per cent: 50, 33.3."""
        return f"{(self.inclusion_rate * 100).normalize():f}"


class ScoringModel(Named, BaseModel):
    """One version of the questions a client is scored by. Immutable once published; assessments stay on theirs."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")
        RETIRED = "retired", _("Retired")

    version = models.PositiveSmallIntegerField(_("version"), unique=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT)
    published_at = models.DateTimeField(_("published at"), null=True, editable=False)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    note = models.CharField(_("note"), max_length=200, blank=True, default="")
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("scoring model")
        verbose_name_plural = _("scoring models")
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="published"), name="scoringmodel_one_in_force")
        ]

    def __str__(self):
        return f"{self.label} v{self.version}"


class ScoringFactor(Named, BaseModel):
    """One question of a scoring model. Score of a client = Σ weight × points ÷ Σ weight."""

    model = models.ForeignKey(ScoringModel, models.CASCADE, related_name="factors", verbose_name=_("scoring model"))
    code = models.SlugField(_("code"), max_length=30)
    weight = models.PositiveSmallIntegerField(_("weight"), validators=[MinValueValidator(1)])
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("scoring factor")
        verbose_name_plural = _("scoring factors")
        ordering = ["model", "order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["model", "code"], name="scoringfactor_code_once"),
            models.CheckConstraint(condition=Q(weight__gte=1), name="scoringfactor_weight_positive"),
        ]


class FactorOption(Named, BaseModel):
    """One answer to a question, worth 0 to 100 points."""

    factor = models.ForeignKey(ScoringFactor, models.CASCADE, related_name="options", verbose_name=_("factor"))
    points = models.PositiveSmallIntegerField(_("points"), validators=[MaxValueValidator(100)])
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        ordering = ["factor", "order", "pk"]
        constraints = [models.CheckConstraint(condition=Q(points__lte=100), name="factoroption_at_most_100")]


class CreditBand(BaseModel):
    """What a score is worth: grade, limit and term proposed from `minimum` points on."""

    model = models.ForeignKey(ScoringModel, models.CASCADE, related_name="bands", verbose_name=_("scoring model"))
    minimum = models.PositiveSmallIntegerField(_("from … points"), validators=[MaxValueValidator(100)])
    grade = models.CharField(_("grade"), max_length=10)
    limit = models.DecimalField(pgettext_lazy("credit", "limit"), max_digits=14, decimal_places=2)
    term_days = models.PositiveSmallIntegerField(_("term in days"))
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("credit band")
        verbose_name_plural = _("credit bands")
        ordering = ["model", "-minimum"]
        constraints = [
            models.UniqueConstraint(fields=["model", "minimum"], name="creditband_minimum_once"),
            models.CheckConstraint(condition=Q(minimum__lte=100, limit__gte=0), name="creditband_sensible"),
        ]

    def __str__(self):
        return f"{self.grade} ≥ {self.minimum}"


class CreditAssessment(Document):
    """The assessment of one client by the scoring model, and the limit and term proposed. `amount` is the limit."""

    KIND = "creditassessment"
    PREFIX = "XYPG"
    CLAUSES = ("8.2.3",)
    HIDEABLE = {**Document.HIDEABLE, "reason": _("reason")}
    CONTENT = ("client_id", "model_id", "score", "grade", "term_days", "valid_until", "reason")
    FACTS = {
        "amount": _("proposed limit"),
        "term_days": _("proposed term in days"),
        "score": _("score"),
        "above_band": _("above what the score is worth"),
    }

    client = models.ForeignKey(
        "service.Client", models.PROTECT, null=True, related_name="credit_assessments", verbose_name=_("client")
    )
    model = models.ForeignKey(
        ScoringModel,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="assessments",
        verbose_name=_("scoring model"),
    )
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=2, null=True, editable=False)
    grade = models.CharField(_("grade"), max_length=10, blank=True, default="", editable=False)
    band_limit = models.DecimalField(
        _("limit by the score"), max_digits=14, decimal_places=2, null=True, editable=False
    )
    band_term_days = models.PositiveSmallIntegerField(_("term by the score"), null=True, editable=False)
    term_days = models.PositiveSmallIntegerField(_("proposed term in days"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    reason = models.TextField(_("reason"), max_length=2000, blank=True, default="")

    class Meta:
        verbose_name = _("credit assessment")
        verbose_name_plural = _("credit assessments")
        ordering = ["-pk"]
        permissions = [
            ("view_all_creditassessment", _("Sees every credit assessment")),
            ("view_credit", _("Sees limits, exposure and exceptions of every client")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=0, score__lte=100), name="creditassessment_score"
            )
        ]

    def facts(self):
        return assessing.facts(self)

    def content(self):
        answers = self.answers.values_list("factor_id", "option_id", "note").order_by("factor_id")
        return {**super().content(), "answers": [list(row) for row in answers]}

    def check_submission(self, by):
        return assessing.problems(self, by)

    def on_approved(self, by):
        assessing.approved(self, by)

    def on_closed(self, by):
        assessing.closed(self, by)


class AssessmentAnswer(BaseModel):
    """The answer to one question in one assessment."""

    assessment = models.ForeignKey(CreditAssessment, models.CASCADE, related_name="answers")
    factor = models.ForeignKey(ScoringFactor, models.PROTECT, related_name="+", verbose_name=_("factor"))
    option = models.ForeignKey(FactorOption, models.PROTECT, null=True, related_name="+", verbose_name=_("answer"))
    note = models.CharField(_("evidence"), max_length=200, blank=True, default="")

    class Meta:
        verbose_name = _("answer of an assessment")
        verbose_name_plural = _("answers of an assessment")
        ordering = ["factor__order", "factor_id"]
        constraints = [models.UniqueConstraint(fields=["assessment", "factor"], name="assessmentanswer_once")]

    def __str__(self):
        return f"{self.factor}: {self.option}"


class CreditLimit(BaseModel):
    """Limit and payment term of a client, from an approved assessment, for a time."""

    client = models.ForeignKey("service.Client", models.PROTECT, related_name="credit_limits", verbose_name=_("client"))
    amount = models.DecimalField(pgettext_lazy("credit", "limit"), max_digits=14, decimal_places=2)
    term_days = models.PositiveSmallIntegerField(_("term in days"))
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"))
    assessment = models.OneToOneField(
        CreditAssessment, models.PROTECT, null=True, related_name="limit", verbose_name=_("assessment")
    )
    ended_on = models.DateField(_("ended on"), null=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("credit limit")
        verbose_name_plural = _("credit limits")
        ordering = ["-valid_from", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="creditlimit_not_negative"),
            models.CheckConstraint(condition=Q(valid_until__gte=F("valid_from")), name="creditlimit_ends_after_start"),
            models.UniqueConstraint(
                fields=["client"], condition=Q(ended_on__isnull=True), name="creditlimit_one_in_force"
            ),
        ]

    def __str__(self):
        return f"{self.client}: {self.amount}"


class CreditHold(BaseModel):
    """No new business with a client until the hold is lifted."""

    client = models.ForeignKey("service.Client", models.PROTECT, related_name="credit_holds", verbose_name=_("client"))
    reason = models.CharField(_("reason"), max_length=200)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("set by"))
    set_at = models.DateTimeField(_("set at"))
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("lifted by")
    )
    lifted_at = models.DateTimeField(_("lifted at"), null=True)
    lift_reason = models.CharField(_("why it was lifted"), max_length=200, blank=True, default="")
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("credit hold")
        verbose_name_plural = _("credit holds")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["client"], condition=Q(lifted_at__isnull=True), name="credithold_one_open")
        ]

    def __str__(self):
        return f"{self.client}: {self.reason}"


class CreditWaiver(BaseModel):
    """Somebody with the right to do so let one paper through a closed gate, with a reason, for a time."""

    document = models.ForeignKey(
        "documents.Document", models.PROTECT, related_name="credit_waivers", verbose_name=_("document")
    )
    client = models.ForeignKey(
        "service.Client", models.PROTECT, related_name="credit_waivers", verbose_name=_("client")
    )
    amount = models.DecimalField(_("amount let through"), max_digits=14, decimal_places=2)
    term_days = models.PositiveSmallIntegerField(_("term let through"))
    reason = models.TextField(_("reason"), max_length=2000)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("granted by")
    )
    granted_at = models.DateTimeField(_("granted at"))
    expires_on = models.DateField(_("expires on"))
    revoked_on = models.DateField(_("revoked on"), null=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("credit exception")
        verbose_name_plural = _("credit exceptions")
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="creditwaiver_has_reason")]
        indexes = [models.Index(fields=["client", "expires_on"], name="creditwaiver_client")]

    def __str__(self):
        return f"{self.document}: {self.amount}"


class CreditCheck(BaseModel):
    """What the gate answered for a paper, with everything it looked at. Written once, never changed."""

    class Stage(models.TextChoices):
        INTAKE = "intake", _("Intake")
        CONTRACT = "contract", _("Contract")
        SUPPLEMENT = "supplement", _("Supplement")
        SETTLEMENT = "settlement", _("Settlement")
        REOPENED = "reopened", _("Reopened")

    document = models.ForeignKey(
        "documents.Document", models.CASCADE, related_name="credit_checks", verbose_name=_("document")
    )
    client = models.ForeignKey("service.Client", models.PROTECT, related_name="credit_checks", verbose_name=_("client"))
    stage = models.CharField(_("asked at"), max_length=12, choices=Stage)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by"))
    passed = models.BooleanField(_("passed"))
    requested = models.DecimalField(_("asked for"), max_digits=14, decimal_places=2)
    term_days = models.PositiveSmallIntegerField(_("term asked for"))
    limit = models.DecimalField(pgettext_lazy("credit", "limit"), max_digits=14, decimal_places=2)
    term_allowed = models.PositiveSmallIntegerField(_("term allowed"))
    exposure = models.DecimalField(_("exposure"), max_digits=14, decimal_places=2)
    overdue = models.DecimalField(_("overdue"), max_digits=14, decimal_places=2)
    overdue_days = models.PositiveIntegerField(_("days overdue"), default=0)
    #: codes of `wording.REASONS` that closed it
    reasons = models.JSONField(_("reasons"), default=list)
    waiver = models.ForeignKey(
        CreditWaiver, models.PROTECT, null=True, related_name="checks", verbose_name=_("passed by exception")
    )

    class Meta:
        verbose_name = _("credit check")
        verbose_name_plural = _("credit checks")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["document", "-id"], name="creditcheck_document")]

    def __str__(self):
        return f"{self.document} {self.get_stage_display()}"

    @property
    def sentences(self) -> list[str]:
        """Why the gate was closed, in whole sentences with the figures of that moment."""
        figures = {
            "exposure": self.exposure,
            "asked": self.requested,
            "limit": self.limit,
            "term": self.term_days,
            "allowed": self.term_allowed,
            "overdue": self.overdue,
            "days": self.overdue_days,
            "why": self._hold() if wording.HOLD in self.reasons else "",
        }
        return wording.sentences(self.reasons, figures)

    @property
    def available_after(self) -> Decimal:
        """What would have been left of the limit."""
        return self.limit - self.exposure - self.requested

    @property
    def exception(self) -> "CreditWaiver | None":
        """The exception that was made for the paper after this check, where the gate was closed."""
        if self.passed:
            return None
        return CreditWaiver.objects.filter(document=self.document_id, created_at__gte=self.at).first()

    def _hold(self) -> str:
        """The reason of the hold that was on the client then."""
        holds = (hold for hold in self.client.credit_holds.all() if hold.set_at <= self.at)
        return next((hold.reason for hold in holds if hold.lifted_at is None or hold.lifted_at > self.at), "")
