"""Every change of a document is one of these functions: may they? → engine → document → grants → notify → history.

Each runs in one transaction with the document's row locked and raises subclasses of
`apps.documents.errors.DocumentError`, whose text is fit to show.
"""

from apps.documents.services.choices import choose_approvers, chosen_approvers, missing_choices
from apps.documents.services.decisions import advise, approve, cancel, edit_in_review, reject, return_, submit, withdraw
from apps.documents.services.drafts import delete_draft, save_draft
from apps.documents.services.exports import record_export
from apps.documents.services.reassigning import add_approvers, consult, remove_approver, take_back, transfer, urge
from apps.documents.services.revocations import ask_to_revoke
from apps.documents.services.talk import attach, comment, copy_to, detach, mark_read

__all__ = [
    "add_approvers",
    "advise",
    "approve",
    "ask_to_revoke",
    "attach",
    "cancel",
    "choose_approvers",
    "chosen_approvers",
    "comment",
    "consult",
    "copy_to",
    "delete_draft",
    "detach",
    "edit_in_review",
    "mark_read",
    "missing_choices",
    "record_export",
    "reject",
    "remove_approver",
    "return_",
    "save_draft",
    "submit",
    "take_back",
    "transfer",
    "urge",
    "withdraw",
]
