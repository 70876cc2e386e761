"""What business adds to the navigation: reports."""

from apps.core.navigation import Item

ITEMS: list[Item] = []
