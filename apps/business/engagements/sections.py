"""Where engagements hang on other parts of the program, and where subjects above hang on the page of an engagement."""

from apps.business.contracts import hooks
from apps.business.engagements import services
from apps.business.engagements.services import owners
from apps.core import registry
from apps.core.registry import PageSection

#: parts of an engagement's page that plans, settlements and others add; `context(engagement, viewer)`
page_sections: list[PageSection] = []


def register_section(section: PageSection) -> None:
    """Add a part to the overview of an engagement; the same key again replaces it."""
    others = [known for known in page_sections if known.key != section.key]
    page_sections[:] = sorted([*others, section], key=lambda known: (known.order, known.key))


def register() -> None:
    """Called once at the start."""
    hooks.register_after_signing(services.begin)
    hooks.register_after_termination(services.end_with_contract)
    hooks.register_after_submitting_supplement(open_supplement)
    registry.register_handover(owners.hand_over, describe=owners.describe)
    registry.register_client_merge(owners.merge_clients)


def open_supplement(supplement, *, by) -> None:
    """The team reads what supplements its contract."""
    engagement = getattr(supplement.contract, "engagement", None)
    if engagement is not None:
        services.open_to_team(engagement, supplement)
