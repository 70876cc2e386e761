"""Whether this installation can work: the database answers, and its tables are those of this version of the program."""

import logging
from functools import cache

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

logger = logging.getLogger("agencyops.health")


def report() -> dict[str, str]:
    """`{status, database, migrations}` in single words; reasons are logged, never shown. Writes nothing."""
    try:
        applied = MigrationRecorder(connection).applied_migrations()
    except DatabaseError:
        logger.exception("The database does not answer")
        return {"status": "error", "database": "unreachable", "migrations": "unknown"}
    pending = _newest_migrations() - applied.keys()
    if pending:
        logger.warning("Migrations not applied: %s", sorted(pending))
        return {"status": "error", "database": "ok", "migrations": "pending"}
    return {"status": "ok", "database": "ok", "migrations": "ok"}


@cache
def _newest_migrations() -> frozenset[tuple[str, str]]:
    """The last migration of each app as it is on disk, read once per process."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())
