"""What business adds to the navigation: settlements."""

from apps.core.navigation import Item

ITEMS: list[Item] = []
