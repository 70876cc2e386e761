"""ASGI entry point: the `application` a server imports."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agencyops.settings")

application = get_asgi_application()
