"""Pages of the client file."""
