"""What a new company gives to its roles in risk."""

from apps.risk.credit import permissions as credit

ROLES = credit.ROLES
