from apps.documents.grants import Grant
from apps.documents.models.checks import CheckRun
from apps.documents.models.document import Document, DocumentQuerySet
from apps.documents.models.parts import Attachment, Comment, Enclosure, Export, Participant

__all__ = [
    "Attachment",
    "CheckRun",
    "Comment",
    "Document",
    "DocumentQuerySet",
    "Enclosure",
    "Export",
    "Grant",
    "Participant",
]
