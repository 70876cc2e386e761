"""A worker for tests."""

from unittest.mock import patch

from django.core.management import call_command
from django_tasks_db.management.commands import db_worker

from apps.core.jobs import worker


def run_worker() -> None:
    """Do what waits in the queue (settings.TASKS must name the database backend), as the worker process would.

    Connections stay open, as they do under Django's test client: closing one would end the transaction of the test.
    """
    with patch.object(worker, "close_old_connections"), patch.object(db_worker, "close_old_connections"):
        call_command("worker", once=True)
