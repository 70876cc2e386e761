"""People named in a comment as @name: found in what was typed, and told (approvals.md, "mentions")."""

import re
from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext as _

from apps.documents import visibility
from apps.documents.errors import DocumentError
from apps.documents.models import Document
from apps.documents.permissions import Access
from apps.org.models import User

#: the longest name that is looked for after an @
LONGEST = 40
MOST = 20


def mentioned_in(text: str, document: Document, *, picked: Iterable[User] = ()) -> list[User]:
    """Everybody a comment names, those who were picked and those whose name or user name stands after an @.

    Of several people of one name those who see the paper are meant; where that leaves several, the writer has to pick.
    """
    found = {person.pk: person for person in picked if person.is_active}
    runs = re.findall(rf"@([^\n@]{{1,{LONGEST}}})", text)[:MOST]
    prefixes = {run[:length].strip() for run in runs for length in range(1, len(run) + 1)} - {""}
    if not prefixes:
        return list(found.values())
    called: dict[str, list[User]] = {}
    people = User.objects.filter(Q(name__in=prefixes) | Q(username__in=prefixes), is_active=True).order_by("pk")
    for person in people:
        for name in {person.name, person.username}:
            called.setdefault(name, []).append(person)
    for run in runs:
        if name := _longest(run, called):
            person = _meant(name, called[name], found, document)
            found[person.pk] = person
    return list(found.values())


def strangers(people: Iterable[User], document: Document) -> list[User]:
    """Those of these people who may not see the paper."""
    people = list(people)
    readers = set(
        visibility.readers_of(document).filter(pk__in=[person.pk for person in people]).values_list("pk", flat=True)
    )
    return [person for person in people if person.pk not in readers]


def refuse_strangers(people: list[User], access: Access) -> None:
    """Whom a paper is not open to is named in it only by somebody who may open it to them."""
    if people and not access.may("copy"):
        text = _("%(names)s may not see this paper. The applicant or whoever decides can open it to them.")
        text = text % {"names": _(", ").join(str(person) for person in people)}
        raise DocumentError(text, fields={"text": [text]})


def _longest(run: str, called: dict[str, list[User]]) -> str:
    """The longest known name at the beginning; `@annabel` does not name ann."""
    for length in range(len(run), 0, -1):
        name, rest = run[:length], run[length:]
        if name in called and not (
            name[-1].isascii() and name[-1].isalnum() and rest[:1].isascii() and rest[:1].isalnum()
        ):
            return name
    return ""


def _meant(name: str, people: list[User], picked: dict[int, User], document: Document) -> User:
    several = [person for person in people if person.pk in picked] or people
    if len(several) > 1:
        away = {person.pk for person in strangers(several, document)}
        several = [person for person in several if person.pk not in away] or several
    if len(several) > 1:
        text = _("Several people are called %(name)s: choose the one you mean from the list.") % {"name": name}
        raise DocumentError(text, fields={"text": [text]})
    return several[0]
