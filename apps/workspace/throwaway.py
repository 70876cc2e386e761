"""A database that is made for one command and dropped after it, on whichever engine the site uses."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.management import call_command
from django.db import connection


@contextmanager
def throwaway_database(suffix: str) -> Iterator[str]:
    """Everything inside reads and writes an empty, migrated database of its own; yields the engine's name.

    The company's data is never touched. On SQLite the database is a file (WAL, as in service), on PostgreSQL a database
    beside the site's own. Files that are stored go to a folder that is dropped as well.
    """
    served, served_root = connection.settings_dict["NAME"], settings.PRIVATE_ROOT
    with TemporaryDirectory(prefix="agencyops-") as folder:
        settings.PRIVATE_ROOT = Path(folder) / "private"
        connection.close()
        if connection.vendor == "sqlite":
            connection.settings_dict["NAME"] = str(Path(folder) / f"{suffix}.sqlite3")
            call_command("migrate", verbosity=0, interactive=False)
        else:
            connection.settings_dict["TEST"]["NAME"] = f"{served}_{suffix}"
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            yield connection.vendor
        finally:
            connection.close()
            if connection.vendor == "sqlite":
                connection.settings_dict["NAME"] = served
            else:
                connection.creation.destroy_test_db(served, verbosity=0)
            settings.PRIVATE_ROOT = served_root
