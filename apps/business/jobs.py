"""What business does by itself every night, gathered for the worker; each subject keeps its own."""

from apps.business.contracts import jobs as contracts  # noqa: F401
from apps.business.engagements import jobs as engagements  # noqa: F401
from apps.business.intake import jobs as intake  # noqa: F401
from apps.business.leads import jobs as leads  # noqa: F401
