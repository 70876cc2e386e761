"""People, departments, positions and role groups: who belongs where, and who may do what."""
