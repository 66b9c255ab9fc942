"""Files segmented by this process: one by the network while others are read, measured, written."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Lock

from ccdseg.workflows.segment.results import FileResult
from ccdseg.workflows.segment.running.job import FileJob, Outcome, failure
from ccdseg.workflows.segment.running.writer import ResultWriter

_AT_ONCE = 2
"""Files in work at the same time."""

_LOADING = Lock()


def run_here(
    job: FileJob, paths: Sequence[Path], *, progress: bool
) -> Iterator[tuple[Path, Outcome]]:
    """Segment files and write their results; yields each with its outcome.

    Raises
    ------
    InputError
        If the model is damaged.
    """
    with ResultWriter(
        job.writing, n_processes=_count_writers(len(paths), job.writing.settings)
    ) as writer:
        for path, result in _segmented(job, paths, progress=progress):
            if isinstance(result, FileResult):
                yield from writer.write(result)
            else:
                yield path, result
        yield from writer.finished()


def _segmented(
    job: FileJob, paths: Sequence[Path], *, progress: bool
) -> Iterator[tuple[Path, FileResult | str]]:
    """Results of files, or why there are none, in the order of the files.

    Of several files two are in work: while the network segments one, the other is read or measured.
    One at a time where each has a time limit, which is surest in the main thread.
    """
    if len(paths) < 2 or job.writing.time_limit:
        bars = len(paths) == 1 and progress
        yield from ((path, _segment(job, path, progress=bars)) for path in paths)
        return
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="ccdseg") as pool:
        waiting: deque[tuple[Path, Future]] = deque()
        try:
            for path in paths:
                waiting.append((path, pool.submit(_segment, job, path)))
                if len(waiting) == _AT_ONCE:
                    yield _next(waiting)
            while waiting:
                yield _next(waiting)
        finally:
            pool.shutdown(cancel_futures=True)


def _next(waiting: deque[tuple[Path, Future]]) -> tuple[Path, FileResult | str]:
    path, future = waiting.popleft()
    return path, future.result()


def _segment(job: FileJob, path: Path, *, progress: bool = False) -> FileResult | str:
    """Result of a file, or why there is none; only a damaged model raises an error."""
    try:
        frames = job.read(path)
    except Exception as error:  # noqa: BLE001 - no file may end the run
        return failure(path, error)
    with _LOADING:
        job.load_model()
    try:
        return job.segment(frames, progress=progress)
    except Exception as error:  # noqa: BLE001 - no file may end the run
        return failure(path, error)


def _count_writers(n_files: int, writing: dict) -> int:
    """Number of processes that write results; 0 where starting one takes longer than it saves."""
    drawing = writing["pictures"] != "none" or writing["find"] is not None or writing["report"]
    return min(os.cpu_count() or 1, n_files) if drawing and n_files > 1 else 0
