"""What the services of credit refuse."""

from apps.core.errors import Refused


class CreditError(Refused):
    """A rule of limits, holds, exceptions or scoring models said no; the text says why."""
