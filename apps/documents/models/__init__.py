from apps.documents.grants import Grant
from apps.documents.models.checks import CheckRun
from apps.documents.models.document import Document, DocumentQuerySet
from apps.documents.models.parts import Attachment, Comment, Export, Participant

__all__ = ["Attachment", "CheckRun", "Comment", "Document", "DocumentQuerySet", "Export", "Grant", "Participant"]
