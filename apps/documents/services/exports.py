"""The log of exports: who took which list out of the house, when, under which filter."""

from apps.core import clock
from apps.documents.models import Export


def record_export(*, by, list_name: str, filters: str, query: str, file_format: str, rows: int) -> Export:
    """Note an export in the moment its file is written."""
    return Export.objects.create(
        user=by,
        list_name=list_name[:80],
        filters=filters,
        query=query,
        file_format=file_format,
        rows=rows,
        at=clock.now(),
    )
