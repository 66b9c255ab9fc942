"""What a run does with each of its files: read, segment, write."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from ccdseg.errors import InputError
from ccdseg.fits_io import Frame
from ccdseg.images_io import check_writable, is_picture, read_images
from ccdseg.segmentation.loading import LazySegmenter
from ccdseg.workflows.segment.one_frame import apply_steps
from ccdseg.workflows.segment.results import FileResult, write_results
from ccdseg.workflows.segment.steps import Steps
from ccdseg.workflows.segment.time_limit import time_limit

if TYPE_CHECKING:
    from ccdseg.segmentation.segmenter import Segmenter

Outcome = dict | str
"""Summary of a file whose results are written, or one line that says why there are none."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Writing:
    """How the results of a file are written.

    Attributes
    ----------
    output : Path
        Folder for the results.
    settings : dict
        As `ccdseg.workflows.segment.results.write_results`.
    time_limit : float or None
        Time after which a file is given up (s).
    """

    output: Path
    settings: dict
    time_limit: float | None = None

    def write(self, result: FileResult) -> Outcome:
        """Write the results of a file; whatever that raises becomes a line."""
        try:
            with time_limit(self.time_limit):
                return write_results(result, self.output, **self.settings)
        except Exception as error:  # noqa: BLE001 - no file may end the run
            return failure(result.path, error)


@dataclass(frozen=True, eq=False)
class FileJob:
    """What is done with each file; it can be sent to other processes and machines.

    Attributes
    ----------
    segmenter : Segmenter or LazySegmenter
        Model.
    steps : Steps
        Steps before and after the prediction.
    reading : dict
        As `ccdseg.images_io.read_images`.
    writing : Writing
        How the results are written.
    key : str
        What tells this job from others in a process that lives longer.
    """

    segmenter: Segmenter | LazySegmenter
    steps: Steps
    reading: dict
    writing: Writing
    key: str = field(default_factory=lambda: uuid4().hex)

    def read(self, path: Path) -> Sequence[Frame]:
        """Frames of a file; where it is to be written back, refused where it cannot be."""
        with time_limit(self.writing.time_limit):
            frames = read_images(path, **self.reading)
            if self.writing.settings["clean"] and is_picture(path):
                check_writable(path)
        return frames

    def load_model(self) -> None:
        """Load the network, which is not done before it is needed.

        Raises
        ------
        InputError
            If the model is damaged.
        """
        if isinstance(self.segmenter, LazySegmenter):
            self.segmenter.segmenter  # noqa: B018 - loaded once, and kept

    def segment(self, frames: Sequence[Frame], *, progress: bool = False) -> FileResult:
        """Results of the frames of a file."""
        with time_limit(self.writing.time_limit):
            results = (
                apply_steps(frame, self.segmenter, self.steps, progress=progress)
                for frame in frames
            )
            return FileResult(tuple(results))

    def run(self, path: Path) -> Outcome:
        """Read, segment and write; whatever that raises becomes a line."""
        try:
            result = self.segment(self.read(path))
        except Exception as error:  # noqa: BLE001 - no file may end the run
            return failure(path, error)
        return self.writing.write(result)


def failure(path: Path, error: Exception) -> str:
    """One line that says why a file failed."""
    logger.debug("%s failed", path, exc_info=error)
    if isinstance(error, InputError):
        return str(error)
    lines = str(error).splitlines()
    reason = f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
    return f"{path} cannot be segmented: {reason}"
