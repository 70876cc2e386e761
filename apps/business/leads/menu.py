"""What business adds to the navigation: leads."""

from apps.core.navigation import Item

ITEMS: list[Item] = []
