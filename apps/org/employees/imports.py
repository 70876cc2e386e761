"""The two steps of an import: the file waits in private storage between preview and confirmation."""

import uuid
from typing import IO

from django.core.signing import BadSignature, TimestampSigner
from django.http import Http404
from django.utils.translation import gettext as _

from apps.core.jobs import Job, enqueue
from apps.core.storage import private_storage
from apps.org.employees.importing import ImportRefused, Outcome, import_employees
from apps.org.models import User

FOLDER = "imports/employees"
BACKGROUND_FROM = 500
VALID_SECONDS = 24 * 3600

_signer = TimestampSigner(salt="org.employees.imports")


def keep(upload: IO[bytes], *, by: User) -> str:
    """Store a checked file; answers the token under which this person may confirm it within a day."""
    upload.seek(0)
    name = private_storage().save(f"{FOLDER}/{uuid.uuid4().hex}.xlsx", upload)
    return _signer.sign_object([by.pk, name])


def confirm(token: str, *, by: User) -> Outcome | Job:
    """Import the kept file: at once when it is small, in the background when it is large, once in either case."""
    owner, name = _opened(token)
    storage = private_storage()
    if owner != by.pk:
        raise Http404
    if not storage.exists(name):
        raise ImportRefused(_("This workbook has been imported already."))
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


def _opened(token: str) -> tuple[int, str]:
    try:
        owner, name = _signer.unsign_object(token, max_age=VALID_SECONDS)
    except BadSignature as error:
        raise Http404 from error
    return owner, name
