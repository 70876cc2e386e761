"""Background work: what takes too long for a page, or must happen after it.

Two things run in the background, both on django-tasks' database queue, which nothing outside this package touches:

* a **job** is work a person asked for and waits for. It has a row, a page with a progress bar, often a file to fetch:

      @job("export-list", title=_("Export of a list"))
      def export_list(job, progress):
          for done, row in enumerate(rows): progress(done, total)
          return Result(file=stream, name="claims.xlsx")

      enqueue("export-list", by=request.user, params={"query": "state=approved"}, key=f"export-{token}")

* a **chore** is work nobody waits for (sending mails, cleaning up). It has no row of its own and must not mind being
  run twice:

      @chore("notifications.send-mails", every=timedelta(minutes=5))
      def send_mails(): ...

      do_soon("notifications.send-mails")

An app declares both in its `jobs.py`, which is imported at start. Enqueuing belongs to the transaction around it: what
is rolled back never runs. A job whose worker is killed is put back by another one (`care`), and every attempt is
fenced: an attempt that was given up can no longer write a result. A function that raises `core.errors.Refused` fails
with that sentence at once; any other error is logged with its traceback and tried again, later each time.
"""

from apps.core.jobs.models import Job
from apps.core.jobs.registry import Result, chore, job, on_finished
from apps.core.jobs.services import do_soon, enqueue, retry

__all__ = ["Job", "Result", "chore", "do_soon", "enqueue", "job", "on_finished", "retry"]
