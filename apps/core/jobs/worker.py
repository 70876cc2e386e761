"""The worker process: django-tasks' own loop, and beside it a thread that takes care of the queue."""

import logging
import threading

from django.db import close_old_connections, connection
from django_tasks_db.management.commands.db_worker import Worker

from apps.core.jobs import care
from apps.core.jobs.liveness import WorkerLock

logger = logging.getLogger("agencyops.jobs")

CARE_SECONDS = 5


class Caretaker(threading.Thread):
    """Reaps and schedules every few seconds while the main thread works."""

    def __init__(self) -> None:
        super().__init__(name="caretaker", daemon=True)
        self.over = threading.Event()
        self._known: dict[str, int] = {}

    def run(self) -> None:
        while not self.over.wait(CARE_SECONDS):
            self.look_after()
        connection.close()

    def look_after(self) -> None:
        """One round; trouble is logged, and the next round tries again."""
        close_old_connections()
        try:
            care.reap()
            care.schedule(known=self._known)
        except Exception:
            logger.exception("The caretaker stumbled")


def work(*, interval: float = 1.0, once: bool = False) -> None:
    """Work until told to stop (SIGTERM finishes the running job first), or with `once` until nothing is left to do."""
    lock = WorkerLock()
    worker = Worker(
        queue_names=["*"],
        interval=interval,
        batch=once,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=lock.worker_id,
        excluded_queue_names=[],
    )
    caretaker = Caretaker()
    caretaker.look_after()
    if not once:
        worker.configure_signals()
        caretaker.start()
    try:
        worker.run()
    finally:
        caretaker.over.set()
        lock.release()
