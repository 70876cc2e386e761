"""Pages of plans, of their changes, and of the work on tasks."""
