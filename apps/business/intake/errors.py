"""What the services of intake refuse."""

from apps.core.errors import Refused


class IntakeError(Refused):
    """A step from the opportunity to the decision that the rules do not allow; the text says why."""
