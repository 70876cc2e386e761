"""Who may do what: leads."""

#: what a new company gives to its roles
ROLES: dict[str, set[str]] = {}
