"""What the services of documents raise. All are `DocumentError`; the text is fit to show.

`DocumentError` is another name of `apps.core.errors.Refused`, so that one ``except`` also catches the engine's refusals
(`apps.approvals.errors`), which pass through the services unchanged.
"""

from django.utils.translation import gettext as _

from apps.core.errors import Forbidden, Refused

DocumentError = Refused


class NotFound(DocumentError):
    """The document does not exist for this person."""

    status = 404

    def __init__(self):
        super().__init__(_("This document does not exist, or you may not see it."))


class NotAllowed(Forbidden):
    """The person sees the document but may not do this; the text says why."""


class Incomplete(DocumentError):
    """What was typed can't be submitted; `fields` carries the messages by field."""

    status = 422

    def __init__(self, fields: dict[str, list[str]]):
        super().__init__(_("Please correct what is marked below."), fields=fields)


class Stale(DocumentError):
    """Somebody saved the document after this form was opened."""

    def __init__(self):
        super().__init__(
            _(
                "This document was changed in another window after you opened it. "
                "Your text is kept below; compare and save again."
            )
        )


class BadFile(DocumentError):
    """A file that is not accepted."""

    status = 422

    def __init__(self, message):
        super().__init__(message, fields={"attachments": [message]})
