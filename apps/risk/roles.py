"""What a new company gives to its roles in risk."""

ROLES: dict[str, set[str]] = {}
