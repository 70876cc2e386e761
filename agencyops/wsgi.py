"""WSGI entry point, used by `manage.py serve` and any WSGI server.

The server loads the application once and forks its workers: whatever is loaded before shares its memory among them.
So the pages are loaded here, not with each worker's first request, and what is loaded is kept from the garbage
collector, which would write to it and so copy it (`gc.freeze` in Python's documentation).
"""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agencyops.settings")

application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018 (reading it imports every page)
gc.collect()
gc.freeze()
