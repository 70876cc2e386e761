"""Who may do what: reports."""

#: what a new company gives to its roles
ROLES: dict[str, set[str]] = {}
