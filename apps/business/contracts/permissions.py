"""Who may do what: contracts."""

#: what a new company gives to its roles
ROLES: dict[str, set[str]] = {}
