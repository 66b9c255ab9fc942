"""Report of results for the browser: a page per frame, and an index of a run."""

from ccdseg.workflows.segment.report.index import check_report, write_index
from ccdseg.workflows.segment.report.pages import write_pages

__all__ = ["check_report", "write_index", "write_pages"]
