"""The tables of client service, gathered for Django; each subject keeps its own."""

from apps.service.clients.models import (
    Client,
    ClientDocument,
    ClientFieldCheck,
    ClientGrade,
    ClientMerge,
    ClientPreference,
    ClientReview,
    ClientSettings,
    ClientSource,
    Contact,
    ContactLog,
    DistinctClients,
    Industry,
)

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
