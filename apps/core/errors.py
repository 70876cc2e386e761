"""The one error that says a rule refused something."""


class Refused(Exception):
    """A business rule refused an action.

    ``str(error)`` is a whole sentence in the current language, fit to be shown to the person who asked.
    Every service of the program raises a subclass of this and nothing else for a refusal, so pages, commands and
    background work can all treat refusals alike. Nothing has been written when it is raised: services run in one
    transaction.
    """

    status = 409

    def __init__(self, message, *, fields: dict | None = None):
        super().__init__(message)
        self.message = message
        #: messages per form field (or ``lines-0-amount``), where the refusal is about what was typed
        self.fields = fields or {}

    def __str__(self) -> str:
        return str(self.message)


class Forbidden(Refused):
    """The person may see the thing but may not do this to it; the text says why."""

    status = 403
