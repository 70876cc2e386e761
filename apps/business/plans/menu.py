"""What business adds to the navigation: plans."""

from apps.core.navigation import Item

ITEMS: list[Item] = []
