"""Who may do what: catalogue."""

#: what a new company gives to its roles
ROLES: dict[str, set[str]] = {}
