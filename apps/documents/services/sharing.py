"""Opening papers to people for a reason that an app above keeps, such as the team of an engagement.

The reason says who may take the right away again: ending it takes exactly what it gave, whatever else a person holds.
"""

from collections.abc import Iterable

from apps.documents import grants


def open_to(documents: Iterable[int], users: Iterable[int], *, reason: str) -> None:
    """Let these people read these papers (ids of both); twice for one reason changes nothing."""
    people = sorted(set(users))
    grants.give((user, grants.VIEW, document, reason) for document in documents for user in people)


def close_for(users: Iterable[int], *, reason: str) -> None:
    """Take away what this reason gave to these people, on every paper."""
    grants.take_everywhere(reason, users=users)
