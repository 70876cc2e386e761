"""WSGI entry point: the `application` a server imports."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agencyops.settings")

application = get_wsgi_application()
