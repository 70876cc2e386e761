"""The tables of the client file."""

from apps.service.clients.models.catalogue import ClientGrade, ClientSettings, ClientSource, Industry
from apps.service.clients.models.client import Client, ClientFieldCheck, ClientPreference
from apps.service.clients.models.contact import Contact, ContactLog
from apps.service.clients.models.document import ClientDocument
from apps.service.clients.models.record import ClientMerge, ClientReview, DistinctClients

__all__ = [
    "Client",
    "ClientDocument",
    "ClientFieldCheck",
    "ClientGrade",
    "ClientMerge",
    "ClientPreference",
    "ClientReview",
    "ClientSettings",
    "ClientSource",
    "Contact",
    "ContactLog",
    "DistinctClients",
    "Industry",
]
