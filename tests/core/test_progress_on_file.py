"""Background work on the embedded database, as it is served: a file that other connections write to meanwhile."""

import os
import subprocess
import sys

from django.conf import settings

SCRIPT = """
import sqlite3
import django
django.setup()
from django.db import connection
from apps.core.jobs import Job
from apps.core.jobs.runner import Progress
connection.disable_constraint_checking()
with connection.schema_editor() as editor:
    editor.create_model(Job)
working = {"name": "export", "title": "Export", "state": Job.State.RUNNING, "worker": "w", "requested_by_id": 1}
connection.disable_constraint_checking()
for number in range(3):
    job = Job.objects.create(**working)
connection.disable_constraint_checking()
rows = Job.objects.values_list("pk").iterator(chunk_size=1)
next(rows)
other = sqlite3.connect(connection.settings_dict["NAME"])
other.execute("UPDATE core_job SET message = 'somebody else is at work'")
other.commit()
Progress(job)(1, 2)
print(len(list(rows)))
"""


def test_a_stream_goes_on_when_somebody_else_wrote_meanwhile(tmp_path):
    """SQLite lets nobody write who still reads what was there before; a bar is not worth a failure."""
    path = tmp_path / "jobs.sqlite3"
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{path}", "DJANGO_SETTINGS_MODULE": "agencyops.settings"}
    command = [sys.executable, "-c", SCRIPT]
    ran = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert (ran.stdout.strip(), ran.returncode) == ("2", 0), ran.stderr
