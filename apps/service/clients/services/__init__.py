"""Every change of a client's file."""

from apps.service.clients.services.contacts import (
    log_contact,
    remove_preference,
    save_contact,
    save_log,
    save_preference,
)
from apps.service.clients.services.distinct import mark_distinct, undo_distinct
from apps.service.clients.services.documents import add_document, remove_document, save_document
from apps.service.clients.services.files import release, save_client, take
from apps.service.clients.services.merging import merge
from apps.service.clients.services.reviews import remind_of_reviews, review

__all__ = [
    "add_document",
    "log_contact",
    "mark_distinct",
    "merge",
    "release",
    "remind_of_reviews",
    "remove_document",
    "remove_preference",
    "review",
    "save_client",
    "save_contact",
    "save_document",
    "save_log",
    "save_preference",
    "take",
    "undo_distinct",
]
