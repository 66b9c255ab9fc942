"""Report of results for the browser: a page per frame, and an index of a run."""

from ccdseg.workflows.segment.report.frame_pages import write_pages
from ccdseg.workflows.segment.report.run_index import check_report, write_index

__all__ = ["check_report", "write_index", "write_pages"]
