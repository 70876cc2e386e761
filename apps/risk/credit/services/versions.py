"""Scoring models: drafts are edited, one version is in force, published ones are never changed."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from apps.core import clock
from apps.org.services import with_reason
from apps.risk.credit import permissions
from apps.risk.credit.errors import CreditError
from apps.risk.credit.models import CreditBand, FactorOption, ScoringFactor, ScoringModel

State = ScoringModel.State
Rows = Sequence[Mapping[str, Any]]


@transaction.atomic
def start_draft(*, by) -> ScoringModel:
    """A new version to be edited: a copy of the one in force. One draft at a time."""
    permissions.require(by, "edit_model")
    models = {model.state: model for model in ScoringModel.objects.select_for_update(of=("self",)).order_by("version")}
    if draft := models.get(State.DRAFT):
        raise CreditError(_("%(model)s is a draft already; finish that one.") % {"model": draft})
    former = models.get(State.PUBLISHED)
    last = ScoringModel.objects.aggregate(last=Max("version"))["last"] or 0
    draft = ScoringModel(version=last + 1, name=former.name if former else "信用评分", name_en="Credit score")
    if former:
        draft.name_en = former.name_en
    with_reason(draft, by=by, reason="draft started").save()
    if former:
        _copy(former, draft, by=by)
    return draft


def _copy(former: ScoringModel, draft: ScoringModel, *, by) -> None:
    reason = f"copied from version {former.version}"
    for factor in former.factors.prefetch_related("options"):
        names = {name: getattr(factor, name) for name in ("name", "name_en", "code", "weight", "order")}
        copied = ScoringFactor(model=draft, **names)
        with_reason(copied, by=by, reason=reason).save()
        for option in factor.options.all():
            names = {name: getattr(option, name) for name in ("name", "name_en", "points", "order")}
            with_reason(FactorOption(factor=copied, **names), by=by, reason=reason).save()
    for band in former.bands.all():
        names = {name: getattr(band, name) for name in ("minimum", "grade", "limit", "term_days")}
        with_reason(CreditBand(model=draft, **names), by=by, reason=reason).save()


@transaction.atomic
def save_model(model: ScoringModel, *, by, name: str, name_en: str, note: str) -> ScoringModel:
    """What a draft is called, and what is new in it."""
    model = _draft(model, by)
    model.name, model.name_en, model.note = name, name_en, note
    with_reason(model, by=by, reason="draft saved").save()
    return model


@transaction.atomic
def save_factor(model: ScoringModel, factor: ScoringFactor, *, by, options: Rows) -> ScoringFactor:
    """A question of a draft with its answers, in the order given; answers that do not come back are removed."""
    model = _draft(model, by)
    factor.model = model
    if not factor.order:
        factor.order = (model.factors.aggregate(last=Max("order"))["last"] or 0) + 10
    _refuse_taken_code(model, factor)
    with_reason(factor, by=by, reason="draft saved").save()
    known = {option.pk: option for option in factor.options.all()}
    for order, row in enumerate(options, start=1):
        option = known.pop(row.get("id"), None) or FactorOption(factor=factor)
        option.name, option.name_en, option.points = row["name"], row.get("name_en", ""), row["points"]
        option.order = order
        with_reason(option, by=by, reason="draft saved").save()
    for option in known.values():
        with_reason(option, by=by, reason="removed").delete()
    return factor


def _refuse_taken_code(model: ScoringModel, factor: ScoringFactor) -> None:
    if model.factors.filter(code=factor.code).exclude(pk=factor.pk).exists():
        text = _("Another question of this model has this code.")
        raise CreditError(text, fields={"code": text})


@transaction.atomic
def remove_factor(factor: ScoringFactor, *, by) -> None:
    """Take a question out of a draft."""
    _draft(factor.model, by)
    with_reason(factor, by=by, reason="removed").delete()


@transaction.atomic
def save_bands(model: ScoringModel, *, by, bands: Rows) -> ScoringModel:
    """What the scores are worth, instead of what a draft said so far."""
    model = _draft(model, by)
    minimums = [row["minimum"] for row in bands]
    if len(set(minimums)) != len(minimums):
        raise CreditError(_("Two bands begin at the same score."))
    known = {band.minimum: band for band in model.bands.all()}
    for row in bands:
        band = known.pop(row["minimum"], None) or CreditBand(model=model, minimum=row["minimum"])
        band.grade, band.limit, band.term_days = row["grade"], row["limit"], row["term_days"]
        with_reason(band, by=by, reason="draft saved").save()
    for band in known.values():
        with_reason(band, by=by, reason="removed").delete()
    return model


@transaction.atomic
def delete_draft_model(model: ScoringModel, *, by) -> None:
    """Throw a draft away."""
    with_reason(_draft(model, by), by=by, reason="draft deleted").delete()


@transaction.atomic
def publish_model(model: ScoringModel, *, by) -> ScoringModel:
    """From now on clients are assessed by this version; the one before it is retired."""
    model = _draft(model, by)
    missing = missing_in(model)
    if missing:
        raise CreditError(_("Not published: %(why)s") % {"why": " ".join(missing)})
    for former in ScoringModel.objects.select_for_update(of=("self",)).filter(state=State.PUBLISHED):
        former.state = State.RETIRED
        with_reason(former, by=by, reason=f"followed by version {model.version}").save()
    model.state, model.published_at, model.published_by = State.PUBLISHED, clock.now(), by
    with_reason(model, by=by, reason="published").save()
    return model


def missing_in(model: ScoringModel) -> list[str]:
    """What a draft lacks before it can be published, in whole sentences."""
    found = []
    factors = list(model.factors.prefetch_related("options"))
    if not factors:
        found.append(_("It asks no questions."))
    for factor in factors:
        if len({option.points for option in factor.options.all()}) < 2:
            text = _("“%(question)s” needs at least two answers that are worth different points.")
            found.append(text % {"question": factor.label})
    bands = sorted(model.bands.all(), key=lambda band: band.minimum)
    if not bands or bands[0].minimum != 0:
        found.append(_("A band has to begin at 0 points, so that every score is worth something."))
    for lower, higher in itertools.pairwise(bands):
        if higher.limit < lower.limit:
            text = _("Band %(higher)s gives less than band %(lower)s below it.")
            found.append(text % {"higher": higher.grade, "lower": lower.grade})
    return found


def _draft(model: ScoringModel, by) -> ScoringModel:
    """The draft, freshly read and locked, for somebody who may change it."""
    model = ScoringModel.objects.select_for_update(of=("self",)).get(pk=model.pk)
    permissions.require(by, "edit_model", model)
    return model
