"""Where files live that only a permission check may hand out: below PRIVATE_ROOT, under names nobody can guess."""

import uuid
from pathlib import Path

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.utils import timezone
from django.utils.deconstruct import deconstructible


@deconstructible
class PrivateStorage(FileSystemStorage):
    """Files without a public address, readable by the program's own account alone."""

    def __init__(self) -> None:
        super().__init__(file_permissions_mode=0o600, directory_permissions_mode=0o700)

    @property
    def base_location(self) -> Path:
        """Read from the settings each time, so that tests and commands can write elsewhere."""
        return settings.PRIVATE_ROOT

    @property
    def location(self) -> str:
        """The same as an absolute path."""
        return str(Path(settings.PRIVATE_ROOT).resolve())

    def url(self, name: str | None) -> str:
        """There is none: a view serves the file after asking for permission."""
        raise ValueError("Private files have no address; serve them through core.files.serve_file.")


@deconstructible
class PrivatePath:
    """`PrivatePath("attachments")` gives attachments/2026/11/<random>; the original file name stays in the database."""

    def __init__(self, folder: str) -> None:
        self.folder = folder

    def __call__(self, instance, filename: str) -> str:
        return f"{self.folder}/{timezone.now():%Y/%m}/{uuid.uuid4().hex}"

    def __eq__(self, other) -> bool:
        return isinstance(other, PrivatePath) and other.folder == self.folder

    def __hash__(self) -> int:
        return hash(self.folder)


_storage = PrivateStorage()


def private_storage() -> PrivateStorage:
    """The storage of private files, in the form a FileField wants it."""
    return _storage
