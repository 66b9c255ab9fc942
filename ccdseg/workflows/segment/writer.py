"""Writing results in other processes, beside the segmentation of the next file."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType
from typing import Self

from ccdseg.workflows.segment.results import FileResult, write_results


class ResultWriter:
    """Writes the results of files, as many at once as there are processes.

    Parameters
    ----------
    folder : Path
        Folder for the results.
    n_processes : int
        Number of processes; with 0 everything is written by this one.
    **settings
        As `ccdseg.workflows.segment.results.write_results`.
    """

    def __init__(self, folder: Path, *, n_processes: int, **settings: object) -> None:
        self._folder = folder
        self._settings = settings
        self._n_processes = n_processes
        self._pending: dict[Future, Path] = {}
        self._pool = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=kind is None, kill_workers=kind is not None)

    def write(self, result: FileResult) -> Iterator[tuple[Path, dict | Exception]]:
        """Begin to write the results of a file; yields what is finished as `finished` does.

        It waits while there are more results in memory than processes.
        """
        future = self._submit(result)
        self._pending[future] = result.path
        yield from self._collect(at_most=self._n_processes)

    def finished(self) -> Iterator[tuple[Path, dict | Exception]]:
        """Wait for all results; yields each file with its summary, or why it was not written."""
        yield from self._collect(at_most=0)

    def _submit(self, result: FileResult) -> Future:
        if self._n_processes:
            return self._running_pool().submit(
                write_results, result, self._folder, **self._settings
            )
        future = Future()
        try:
            future.set_result(write_results(result, self._folder, **self._settings))
        except Exception as error:  # noqa: BLE001 - named by whoever asks for the result
            future.set_exception(error)
        return future

    def _running_pool(self):  # noqa: ANN202 - of a library that is loaded where it is used
        """The pool, a new one where a process of the earlier one died.

        Loky starts processes without running the user's script again, as the standard library
        does.
        """
        from joblib.externals.loky import ProcessPoolExecutor

        if self._pool is None or self._pool._flags.broken is not None:  # noqa: SLF001
            self._pool = ProcessPoolExecutor(max_workers=self._n_processes)
        return self._pool

    def _collect(self, *, at_most: int) -> Iterator[tuple[Path, dict | Exception]]:
        """Take what is finished, in the order of the files, until at most so many are left."""
        while self._pending:
            oldest = next(iter(self._pending))
            if len(self._pending) <= at_most and not oldest.done():
                return
            error = oldest.exception()
            yield self._pending.pop(oldest), oldest.result() if error is None else error
