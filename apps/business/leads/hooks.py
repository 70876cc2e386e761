"""Where subjects above leads add their part to the page of an opportunity: its assessments, its applications."""

from apps.core.registry import PageSection

#: parts of the page of an opportunity, in their order; `context(opportunity, viewer)` answers None for nothing to see
sections: list[PageSection] = []


def register_section(section: PageSection) -> None:
    """Add a part; the same key again replaces it. Templates get `opportunity`, `section` and `part`."""
    others = [known for known in sections if known.key != section.key]
    sections[:] = sorted([*others, section], key=lambda known: (known.order, known.key))
