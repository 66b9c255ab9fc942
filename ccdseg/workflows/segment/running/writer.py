"""Writing results in other processes, beside the segmentation of the next file."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Future
from pathlib import Path
from types import TracebackType
from typing import Self

from ccdseg.workflows.segment.results import FileResult
from ccdseg.workflows.segment.running.job import Outcome, Writing
from ccdseg.workflows.segment.running.process_pool import ProcessPool


class ResultWriter:
    """Writes the results of files, as many at once as there are processes.

    Parameters
    ----------
    writing : Writing
        What is written, and where.
    n_processes : int
        Number of processes; with 0 everything is written by this one.
    """

    def __init__(self, writing: Writing, *, n_processes: int) -> None:
        self._writing = writing
        self._n_processes = n_processes
        self._pending: dict[Future, FileResult] = {}
        self._pool = ProcessPool(n_processes, divided=False) if n_processes else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.__exit__(kind, _, __)

    def write(self, result: FileResult) -> Iterator[tuple[Path, Outcome]]:
        """Begin to write the results of a file; yields what is finished as `finished` does.

        It waits while there are more results in memory than processes.
        """
        if self._pool is None:
            yield result.path, self._writing.write(result)
            return
        self._pending[self._pool.submit(self._writing.write, result)] = result
        yield from self._collect(at_most=self._n_processes)

    def finished(self) -> Iterator[tuple[Path, Outcome]]:
        """Wait for all results; yields each file with its outcome."""
        yield from self._collect(at_most=0)

    def _collect(self, *, at_most: int) -> Iterator[tuple[Path, Outcome]]:
        """Take what is finished, in the order of the files, until at most so many are left."""
        while self._pending:
            oldest = next(iter(self._pending))
            if len(self._pending) <= at_most and not oldest.done():
                return
            result = self._pending.pop(oldest)
            try:
                outcome = oldest.result()
            except BrokenExecutor:  # the process died; this one writes what it was at
                outcome = self._writing.write(result)
            yield result.path, outcome
