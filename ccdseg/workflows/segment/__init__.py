"""From images to masks, events and results: a frame, a file, or many files."""

from ccdseg.workflows.segment.frame_result import FrameResult
from ccdseg.workflows.segment.one_frame import segment_frame
from ccdseg.workflows.segment.results import FileResult
from ccdseg.workflows.segment.run import RunResult, segment_file, segment_files

__all__ = [
    "FileResult",
    "FrameResult",
    "RunResult",
    "segment_file",
    "segment_files",
    "segment_frame",
]
