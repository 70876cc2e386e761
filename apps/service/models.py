"""The tables of client service, gathered for Django; each subject keeps its own."""

from apps.service.clients.models import (
    Client,
    ClientFieldCheck,
    ClientGrade,
    ClientMerge,
    ClientPreference,
    ClientReview,
    ClientSettings,
    ClientSource,
    Contact,
    ContactLog,
    Industry,
)

__all__ = [
    "Client",
    "ClientFieldCheck",
    "ClientGrade",
    "ClientMerge",
    "ClientPreference",
    "ClientReview",
    "ClientSettings",
    "ClientSource",
    "Contact",
    "ContactLog",
    "Industry",
]
