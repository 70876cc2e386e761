"""The department tree in memory: one query loads it, everything else is arithmetic on ids."""

from collections import defaultdict
from collections.abc import Iterable, Iterator


class DepartmentTree:
    """Answers questions about parents and children; built from all departments, in the order they are shown."""

    def __init__(self, departments: Iterable):
        self.by_id = {department.pk: department for department in departments}
        self._children: defaultdict[int | None, list[int]] = defaultdict(list)
        for department in self.by_id.values():
            self._children[department.parent_id].append(department.pk)

    def get(self, pk: int | None):
        """The department itself, or None."""
        return self.by_id.get(pk)

    def children(self, pk: int | None) -> list[int]:
        """Ids one level below; `None` gives the roots."""
        return list(self._children[pk])

    def ancestors(self, pk: int) -> list[int]:
        """Ids above, the nearest first, without the department itself. A damaged tree does not loop."""
        found: list[int] = []
        department = self.by_id.get(pk)
        while department is not None and department.parent_id is not None:
            if department.parent_id in found or department.parent_id == pk:
                break
            found.append(department.parent_id)
            department = self.by_id.get(department.parent_id)
        return found

    def descendants(self, pk: int) -> set[int]:
        """Ids below at any depth, with the department itself."""
        found: set[int] = set()
        waiting = [pk]
        while waiting:
            current = waiting.pop()
            if current not in found:
                found.add(current)
                waiting.extend(self._children[current])
        return found

    def headed_by(self, user_id: int) -> set[int]:
        """Ids of the departments this person heads, with everything below them."""
        found: set[int] = set()
        for department in self.by_id.values():
            if department.head_id == user_id and department.pk not in found:
                found |= self.descendants(department.pk)
        return found

    def would_loop(self, pk: int | None, parent_id: int | None) -> bool:
        """Whether giving `pk` this parent would close a circle."""
        return pk is not None and parent_id is not None and parent_id in self.descendants(pk)

    def walk(self) -> Iterator[tuple[object, int]]:
        """Departments from the top, each followed by those below it, with their depth."""
        waiting = [(pk, 0) for pk in reversed(self._children[None])]
        while waiting:
            pk, depth = waiting.pop()
            yield self.by_id[pk], depth
            waiting.extend((child, depth + 1) for child in reversed(self._children[pk]))
