"""Whether an engagement may be settled: its file is complete and its quality checkpoints are passed (clause 3.3.1)."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from apps.business.engagements.models import DossierEntry, Engagement
from apps.business.engagements.services import missing_documents
from apps.business.plans.models import PlanTask
from apps.business.plans.services import open_checkpoints


@dataclass(frozen=True)
class Readiness:
    """What keeps an engagement from being settled. Whatever was waived with a reason is not in it."""

    documents: list[DossierEntry] = field(default_factory=list)
    checkpoints: list[PlanTask] = field(default_factory=list)

    def __bool__(self) -> bool:
        return not self.documents and not self.checkpoints

    def sentences(self) -> list[str]:
        """What is missing, in words."""
        said = []
        if self.documents:
            names = _(", ").join(str(entry) for entry in self.documents)
            said.append(_("The file of the engagement lacks: %(documents)s.") % {"documents": names})
        if self.checkpoints:
            names = _(", ").join(str(task) for task in self.checkpoints)
            said.append(_("Quality checkpoints that are not passed: %(checkpoints)s.") % {"checkpoints": names})
        return said


def readiness(engagement: Engagement, *, missing: list[DossierEntry] | None = None) -> Readiness:
    """Missing documents of the file, and quality checkpoints that are neither passed nor waived.

    A page that has read what is missing hands it in.
    """
    documents = missing_documents(engagement) if missing is None else missing
    return Readiness(documents, list(open_checkpoints(engagement)))
