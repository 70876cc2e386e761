"""What a new company gives to its roles in client service."""

from apps.service.clients import permissions as clients

ROLES = clients.ROLES
