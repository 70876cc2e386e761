"""Two files of the same client: suggested while one is typed, and listed for Client Service.

They are found by normalised name, telephone number (the client's or a contact's) and Unified Social Credit Code.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.core.uscc import normalise_uscc
from apps.service.clients.keys import name_key, phone_key
from apps.service.clients.models import Client, Contact, DistinctClients

NAME, PHONE, USCC = "name", "phone", "uscc"
REASONS: dict[str, str | Promise] = {
    NAME: _("same name"),
    PHONE: _("same telephone number"),
    USCC: _("same Unified Social Credit Code"),
}
MOST = 5
MOST_GROUPS = 100
_SIMILAR_FROM = 4


@dataclass(frozen=True)
class Suspect:
    """A client that may be the one being typed. `client` is None where the person may not see it."""

    client: Client | None
    reasons: tuple[str, ...]

    @property
    def words(self) -> list[str]:
        """Why, in words."""
        return [str(REASONS[reason]) for reason in self.reasons]


@dataclass
class Group:
    """Files that look like one client."""

    clients: list[Client]
    reasons: set[str] = field(default_factory=set)
    different: set[frozenset[int]] = field(default_factory=set)

    @property
    def words(self) -> list[str]:
        """Why, in words."""
        return [str(words) for reason, words in REASONS.items() if reason in self.reasons]

    def rows(self) -> Iterator[tuple[Client, Client | None]]:
        """Each file with the one of the group it may be the same as; the first one is what others are compared to."""
        first, *others = self.clients
        yield first, None
        for client in others:
            alike = (other for other in self.clients if other is not client and not self._are_different(client, other))
            yield client, next(alike)

    def _are_different(self, one: Client, other: Client) -> bool:
        return frozenset((one.pk, other.pk)) in self.different


def suspects(
    *, viewer, name: str = "", phones: Iterable[str] = (), uscc: str = "", but: int | None = None
) -> list[Suspect]:
    """Up to five clients that share name, number or code with what was typed, the strongest reason first.

    Files the viewer may not see are counted, not shown: the reader learns that somebody keeps the client.
    """
    key = name_key(name)
    numbers = {number for number in map(phone_key, phones) if number}
    code = normalise_uscc(uscc)
    found: dict[int, set[str]] = defaultdict(set)
    everybody = Client.objects.live().exclude(pk=but)
    if code:
        _note(found, USCC, everybody.filter(uscc=code).values_list("pk", flat=True))
    if len(key) >= 2:
        alike = Q(name_key=key) | (Q(name_key__contains=key) if len(key) >= _SIMILAR_FROM else Q(pk=None))
        _note(found, NAME, everybody.filter(alike).order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if numbers:
        of_contacts = Contact.objects.filter(Q(phone_key__in=numbers) | Q(mobile_key__in=numbers)).values("client")
        same = everybody.filter(Q(phone_key__in=numbers) | Q(pk__in=of_contacts))
        _note(found, PHONE, same.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if but is not None:
        _forget_different(found, but)
    return _shown(found, viewer)


def _forget_different(found: dict[int, set[str]], but: int) -> None:
    """Leave out those of which somebody said that they are another client."""
    for pair in _different([*found, but]):
        if but in pair:
            (other,) = pair - {but}
            found.pop(other, None)


def _different(pks: Iterable[int]) -> set[frozenset[int]]:
    """Pairs of these clients that are marked as different, and neither has changed since."""
    known = set(pks)
    marks = DistinctClients.objects.filter(undone_at=None, first__in=known, second__in=known)
    rows = marks.select_related("first", "second")
    return {frozenset((mark.first_id, mark.second_id)) for mark in rows if mark.holds(mark.first, mark.second)}


def _note(found: dict[int, set[str]], reason: str, pks: Iterable[int]) -> None:
    for pk in pks:
        found[pk].add(reason)


def _shown(found: dict[int, set[str]], viewer) -> list[Suspect]:
    visible = {client.pk: client for client in Client.objects.visible_to(viewer).filter(pk__in=found)}
    order = sorted(found, key=lambda pk: (USCC not in found[pk], -len(found[pk]), pk))
    return [
        Suspect(visible.get(pk), tuple(reason for reason in (USCC, NAME, PHONE) if reason in found[pk]))
        for pk in order[:MOST]
    ]


def groups(clients: QuerySet) -> list[Group]:
    """The files of this queryset that look like one client, for the page on which they are merged."""
    live = clients.live()
    found: dict[frozenset[int], set[str]] = defaultdict(set)
    for reason, column in ((USCC, "uscc"), (NAME, "name_key"), (PHONE, "phone_key")):
        for pks in _sharing(live, column):
            found[pks].add(reason)
    for pks in _sharing_contact_numbers(live):
        found[pks].add(PHONE)
    pks = list(found)[:MOST_GROUPS]
    rows = {row.pk: row for row in live.filter(pk__in=set().union(*pks)).select_related("owner", "industry", "grade")}
    different = _different(rows)
    return [
        Group([rows[pk] for pk in sorted(part)], found[members], different)
        for members in pks
        for part in _parts(members, different)
    ]


def _parts(members: frozenset[int], different: set[frozenset[int]]) -> list[set[int]]:
    """The files of a group that hang together when marked pairs are taken out of it."""
    parts: list[set[int]] = [{pk} for pk in sorted(members)]
    for pair in combinations(sorted(members), 2):
        if frozenset(pair) not in different:
            joined = [part for part in parts if part & set(pair)]
            parts = [part for part in parts if not part & set(pair)] + [set().union(*joined)]
    return sorted((part for part in parts if len(part) > 1), key=min)


def _sharing(live: QuerySet, column: str) -> list[frozenset[int]]:
    filled = live.exclude(**{column: ""}).order_by()
    shared = filled.values(column).annotate(number=Count("pk")).filter(number__gt=1).order_by(column)
    values = [row[column] for row in shared[:MOST_GROUPS]]
    members: dict[str, set[int]] = defaultdict(set)
    for pk, value in filled.filter(**{f"{column}__in": values}).values_list("pk", column):
        members[value].add(pk)
    return [frozenset(members[value]) for value in values]


def _sharing_contact_numbers(live: QuerySet) -> list[frozenset[int]]:
    """Mobile numbers that contacts of several clients have."""
    contacts = Contact.objects.filter(client__in=live.order_by()).exclude(mobile_key="")
    shared = contacts.order_by().values("mobile_key").annotate(number=Count("client", distinct=True))
    values = [row["mobile_key"] for row in shared.filter(number__gt=1).order_by("mobile_key")[:MOST_GROUPS]]
    members: dict[str, set[int]] = defaultdict(set)
    for pk, value in contacts.filter(mobile_key__in=values).values_list("client_id", "mobile_key"):
        members[value].add(pk)
    return [frozenset(members[value]) for value in values]
