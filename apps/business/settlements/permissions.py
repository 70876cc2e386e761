"""Who may do what: settlements."""

#: what a new company gives to its roles
ROLES: dict[str, set[str]] = {}
