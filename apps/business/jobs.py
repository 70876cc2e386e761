"""What business does by itself every night, gathered for the worker; each subject keeps its own."""

from apps.business.leads import jobs as leads  # noqa: F401
