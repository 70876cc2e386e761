"""How long approvals take: counted every night from the log, read as medians and shares."""
