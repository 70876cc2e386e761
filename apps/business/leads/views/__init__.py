"""Pages of leads and opportunities."""
