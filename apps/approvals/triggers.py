"""The database itself refuses to change or remove events, on SQLite and on PostgreSQL."""

TABLE = "approvals_event"
REFUSAL = "events are append-only"

_SQLITE = {
    "no_update": f"BEFORE UPDATE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    "no_delete": f"BEFORE DELETE ON {TABLE} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
    # INSERT OR REPLACE deletes without asking the trigger above
    "no_replace": f"BEFORE INSERT ON {TABLE} WHEN EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id) "  # noqa: S608
    f"OR EXISTS (SELECT 1 FROM {TABLE} WHERE approval_id = NEW.approval_id AND seq = NEW.seq) "
    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END",
}
_POSTGRES = {
    "append_only": f"BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {TABLE}_refuse()",
    "no_truncate": f"BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT EXECUTE FUNCTION {TABLE}_refuse()",
}
_POSTGRES_FUNCTION = (
    f"CREATE OR REPLACE FUNCTION {TABLE}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
)


def install(connection) -> None:
    """Put the triggers on the events table."""
    on_postgres = connection.vendor == "postgresql"
    triggers = _POSTGRES if on_postgres else _SQLITE
    statements = [f"CREATE TRIGGER {TABLE}_{name} {text}" for name, text in triggers.items()]
    _run(connection, [_POSTGRES_FUNCTION, *statements] if on_postgres else statements)


def remove(connection) -> None:
    """Take the triggers off: for the migration's way back and for emptying a test database."""
    if connection.vendor == "postgresql":
        _run(connection, [f"DROP TRIGGER IF EXISTS {TABLE}_{name} ON {TABLE}" for name in _POSTGRES])
    else:
        _run(connection, [f"DROP TRIGGER IF EXISTS {TABLE}_{name}" for name in _SQLITE])


def _run(connection, statements) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
