"""Who may do what to an engagement. Which exist for somebody is `visible_to`; here is the rest.

The manager runs it, with whoever heads the department; the team reports and files; everybody else reads.
"""

from __future__ import annotations

from collections.abc import Callable

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from apps.business.engagements.models import Engagement
from apps.core.errors import Forbidden
from apps.documents.permissions import YES, Answer, never, no
from apps.documents.visibility import headed_by

REPORT = "business.report_progress"
WAIVE = "business.waive_dossier"

#: what a new company gives to its roles
ROLES: dict[str, set[str]] = {
    "service_staff": {REPORT},
    "executive": {WAIVE},
}

Phase = Engagement.Phase
ENDED = (Phase.CLOSED, Phase.TERMINATED)


class Access:
    """One person, who sees it, before one engagement; what several rules ask is read once."""

    def __init__(self, user, engagement: Engagement):
        self.user = user
        self.engagement = engagement

    @property
    def is_manager(self) -> bool:
        return self.engagement.manager_id == self.user.pk

    @cached_property
    def is_head(self) -> bool:
        """Heads the department of the engagement, or one above it."""
        return self.engagement.department_id in headed_by(self.user)

    @cached_property
    def is_member(self) -> bool:
        """Is in the team now."""
        return self.engagement.members.filter(user=self.user, until=None).exists()

    @property
    def runs_it(self) -> bool:
        return self.is_manager or self.is_head

    @property
    def phase(self) -> str:
        return self.engagement.phase

    def may(self, action: str) -> Answer:
        """May this person do this? The answer carries its reason."""
        return _RULES[action](self)


def may(user, action: str, engagement: Engagement) -> Answer:
    """May this person, who sees the engagement, do this to it? The answer carries its reason."""
    return Access(user, engagement).may(action)


def may_all(user, engagement: Engagement) -> dict[str, Answer]:
    """Every action with its answer, for the buttons of a page."""
    access = Access(user, engagement)
    return {action: access.may(action) for action in ACTIONS}


def require(user, action: str, engagement: Engagement) -> None:
    """Refuse with the reason unless this person may."""
    answer = may(user, action, engagement)
    if not answer:
        raise Forbidden(answer.reason)


def _unless_ended(access: Access) -> Answer:
    """Nothing is done to an engagement that has ended."""
    if access.phase in ENDED:
        return never(_("This engagement has ended (%(phase)s).") % {"phase": access.engagement.get_phase_display()})
    return YES


def _run(access: Access) -> Answer:
    """The manager, and who heads the department, as long as it has not ended."""
    if not access.runs_it:
        return never(_("Only the manager of the engagement and the head of the department do this."))
    return _unless_ended(access)


def _hand_on(access: Access) -> Answer:
    """Another manager is named by who heads the department."""
    if not access.is_head:
        return never(_("Only the head of the department names another manager."))
    return _unless_ended(access)


def _in_phase(*phases: str) -> Callable[[Access], Answer]:
    """What only makes sense in some phases; elsewhere the button is not there."""

    def rule(access: Access) -> Answer:
        answer = _run(access)
        if answer and access.phase not in phases:
            words = {"phase": access.engagement.get_phase_display()}
            return never(_("This engagement is “%(phase)s”; this can't be done now.") % words)
        return answer

    return rule


def _report(access: Access) -> Answer:
    """The manager, the team, the head, and Client Service (clause 2.2.3)."""
    if access.runs_it or access.user.has_perm(REPORT) or access.is_member:
        return _unless_ended(access)
    return never(_("Only the team of the engagement and Client Service report progress to the client."))


def _file(access: Access) -> Answer:
    """Whoever works on it collects the documents; a suspended one is filed too."""
    if access.runs_it or access.is_member:
        return _unless_ended(access)
    return never(_("Only the team of the engagement keeps its file."))


def _waive(access: Access) -> Answer:
    """Never the manager of the engagement itself, unless the permission says so."""
    if access.user.has_perm(WAIVE) or (access.is_head and not access.is_manager):
        return _unless_ended(access)
    if access.is_manager:
        return no(
            _("A missing document is waived by the head of the department, not by the manager of the engagement.")
        )
    return never(_("Only the head of the department waives a missing document."))


_RULES: dict[str, Callable[[Access], Answer]] = {
    "change": _run,
    "team": _run,
    "hand_on": _hand_on,
    "report": _report,
    "file": _file,
    "waive": _waive,
    "deliver": _in_phase(Phase.EXECUTING),
    "settle": _in_phase(Phase.DELIVERED),
    "close": _in_phase(Phase.DELIVERED, Phase.SETTLING),
    "suspend": _in_phase(Phase.PREPARING, Phase.PLANNING, Phase.EXECUTING, Phase.DELIVERED, Phase.SETTLING),
    "resume": _in_phase(Phase.SUSPENDED),
    "terminate": _run,
}

ACTIONS = tuple(_RULES)
