"""Check codes of printed papers: whether a sheet of paper is genuine, and whether the document has changed since.

The code is the paper's id and an HMAC (75 bits) over its id, number and the head of its event log at the moment of
printing. Nothing is stored: the log remembers every head it ever had, so an older code is recognised and dated.
"""

import hmac
import re
from dataclasses import dataclass, field

from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property

from apps.approvals import events
from apps.approvals.events import Fault
from apps.approvals.models import Approval, Event
from apps.documents.models import Document

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O, U: nothing that is misread on paper
_SIGNS = 15
_LOOKALIKES = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})


@dataclass
class Verdict:
    """A genuine code: its paper, and what has happened to it since it was printed."""

    document: Document
    since: list[Event] = field(default_factory=list)

    @property
    def is_current(self) -> bool:
        return not self.since

    @cached_property
    def faults(self) -> list[Fault]:
        """Where the log of the paper does not hold; nothing where it does."""
        return list(events.verify(Approval.objects.filter(pk=self.document.approval_id)))


def code_of(document: Document) -> str:
    """`4K-7QX2M-9VTR3-BC0DE`; empty for a paper that was never submitted, which there is nothing to vouch for."""
    if not document.number or not document.approval_id:
        return ""
    signs = _sign(document, document.approval.head_hash)
    return "-".join([_in_base32(document.pk), *(signs[start : start + 5] for start in range(0, _SIGNS, 5))])


def verify(code: str, number: str = "") -> Verdict | None:
    """The verdict on a code as somebody typed it, or None when it is not one of ours (or of another number)."""
    typed = re.sub(r"[^0-9A-Z]", "", code.upper()).translate(_LOOKALIKES)[:40]
    prefix, signs = typed[:-_SIGNS], typed[-_SIGNS:]
    pk = _from_base32(prefix)
    if pk is None or len(signs) != _SIGNS:
        return None
    document = Document.objects.select_related("approval", "applicant", "department").filter(pk=pk).first()
    if document is None or not document.approval_id or (number and document.number != number.strip().upper()):
        return None
    log = list(Event.objects.filter(approval=document.approval_id).select_related("actor").order_by("-seq"))
    for position, event in enumerate(log):
        if hmac.compare_digest(_sign(document, event.hash), signs):
            return Verdict(document, log[:position][::-1])
    return None


def _sign(document: Document, head: str) -> str:
    digest = salted_hmac("apps.documents.verification", f"{document.pk}:{document.number}:{head}", algorithm="sha256")
    number = int.from_bytes(digest.digest()[:10]) >> 5
    return _in_base32(number).rjust(_SIGNS, "0")


def _in_base32(number: int) -> str:
    signs = ""
    while True:
        number, rest = divmod(number, 32)
        signs = _ALPHABET[rest] + signs
        if not number:
            return signs


def _from_base32(signs: str) -> int | None:
    if not signs or len(signs) > 12 or any(sign not in _ALPHABET for sign in signs):
        return None
    number = 0
    for sign in signs:
        number = number * 32 + _ALPHABET.index(sign)
    return number
