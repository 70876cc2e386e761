from apps.documents.grants import Grant
from apps.documents.models.checks import CheckRun
from apps.documents.models.document import Document, DocumentQuerySet
from apps.documents.models.parts import Attachment, ChosenApprover, Comment, Enclosure, Export, Participant
from apps.documents.models.revocation import Revocation

__all__ = [
    "Attachment",
    "CheckRun",
    "ChosenApprover",
    "Comment",
    "Document",
    "DocumentQuerySet",
    "Enclosure",
    "Export",
    "Grant",
    "Participant",
    "Revocation",
]
