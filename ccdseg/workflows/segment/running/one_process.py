"""Files one after the other in this process; their results are written beside the next file."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from ccdseg.workflows.segment.running.job import FileJob, Outcome, failure
from ccdseg.workflows.segment.running.writer import ResultWriter


def run_here(
    job: FileJob, paths: Sequence[Path], *, progress: bool
) -> Iterator[tuple[Path, Outcome]]:
    """Segment files and write their results; yields each with its outcome.

    Raises
    ------
    InputError
        If the model is damaged.
    """
    bars = len(paths) == 1 and progress
    with ResultWriter(
        job.writing, n_processes=_count_writers(len(paths), job.writing.settings)
    ) as writer:
        for path in paths:
            try:
                frames = job.read(path)
            except Exception as error:  # noqa: BLE001 - no file may end the run
                yield path, failure(path, error)
                continue
            job.load_model()
            try:
                result = job.segment(frames, progress=bars)
            except Exception as error:  # noqa: BLE001 - no file may end the run
                yield path, failure(path, error)
            else:
                yield from writer.write(result)
        yield from writer.finished()


def _count_writers(n_files: int, writing: dict) -> int:
    """Number of processes that write results; 0 where starting one takes longer than it saves."""
    drawing = writing["pictures"] != "none" or writing["find"] is not None
    return min(os.cpu_count() or 1, n_files) if drawing and n_files > 1 else 0
