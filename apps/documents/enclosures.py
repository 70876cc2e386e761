"""The files that go with the decisions and comments of a paper, where they are shown."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from apps.documents.models import Document, Enclosure


@dataclass(frozen=True)
class Enclosed:
    """One file and where it is."""

    name: str
    url: str
    row: Enclosure

    @property
    def is_signature(self) -> bool:
        return self.row.is_signature

    def read(self) -> bytes:
        """The content; a file that is no longer there is empty."""
        try:
            with self.row.file.open("rb") as stored:
                return stored.read()
        except FileNotFoundError:
            return b""


@dataclass
class Enclosures:
    """The files of a paper by what they go with; ``by_hash`` for the events, which name the hash."""

    by_task: dict[int, list[Enclosed]] = field(default_factory=lambda: defaultdict(list))
    by_comment: dict[int, list[Enclosed]] = field(default_factory=lambda: defaultdict(list))
    by_hash: dict[str, Enclosed] = field(default_factory=dict)

    def named(self, files: Iterable[dict[str, str]]) -> list[Enclosed]:
        """The files an event names."""
        return [self.by_hash[file["sha256"]] for file in files if file["sha256"] in self.by_hash]


def enclosures_of(document: Document) -> Enclosures:
    """What goes with the decisions and comments of a paper: one query, none where the page knows there is nothing."""
    found = Enclosures()
    if not getattr(document, "has_enclosures", True):
        return found
    for row in Enclosure.objects.filter(document=document.pk).order_by("pk"):
        shown = Enclosed(row.name, document.url("enclosure", row.pk), row)
        (found.by_task[row.task_id] if row.task_id else found.by_comment[row.comment_id]).append(shown)
        found.by_hash[row.sha256] = shown
    return found
