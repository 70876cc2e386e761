import os
from ctypes.util import find_library

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from apps.core.serve import Supervisor, children_for, port_is_free

PANGO_HINT = (
    "Pango is not installed, printed forms use the plain layout. For the richer one:\n"
    "  apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
)


class Command(BaseCommand):
    help = "Runs the web server and the background worker together; no further server is needed."

    def add_arguments(self, parser):
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"))
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")))
        parser.add_argument("--workers", type=int, default=2)
        parser.add_argument("--threads", type=int, default=4)

    def handle(self, *, host, port, workers, threads, **options):
        self._check_ready(host, port)
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        children = children_for(directory=settings.BASE_DIR, address=address, workers=workers, threads=threads)
        status = Supervisor(children, on_started=lambda: self._greet(address)).run()
        self.stdout.write("Stopped.")
        if status:
            raise CommandError("A process could not be kept alive; its own messages are above.", returncode=status)

    def _check_ready(self, host, port):
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CommandError("The database is not up to date: run `python manage.py prepare` first.")
        connection.close()
        if not port_is_free(host, port):
            raise CommandError(f"Port {port} is in use: stop what runs there or choose another, PORT={port + 1}.")

    def _greet(self, address):
        self.stdout.write(f"AgencyOps is at http://{address}/ (Ctrl-C stops it)")
        if not (find_library("pango-1.0") and find_library("pangoft2-1.0")):
            self.stdout.write(PANGO_HINT)
        self.stdout.flush()
