"""The two steps of an import: the file waits in private storage between preview and confirmation."""

from apps.core.importing import KeptWorkbooks, Outcome
from apps.core.jobs import Job, enqueue
from apps.core.storage import private_storage
from apps.org.employees.importing import import_employees
from apps.org.models import User

BACKGROUND_FROM = 500

kept = KeptWorkbooks("employees")


def confirm(token: str, *, by: User) -> Outcome | Job:
    """Import the kept file: at once when it is small, in the background when it is large, once in either case."""
    name = kept.name_of(token, by=by)
    storage = private_storage()
    with storage.open(name) as stream:
        outcome = import_employees(stream, by=by, write=False)
    if outcome.errors:
        return outcome
    if len(outcome.rows) > BACKGROUND_FROM:
        return enqueue("org.import-employees", by=by, params={"file": name}, key=f"org.import-employees:{name}")
    with storage.open(name) as stream:
        outcome = import_employees(stream, by=by, write=True)
    if outcome.written:
        storage.delete(name)
    return outcome
