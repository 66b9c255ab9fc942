"""Processes that work for this one."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Self


class ProcessPool:
    """Processes, new ones after the death of one, which takes the others with it.

    They are joblib's, which do not run the user's script again, as those of the standard library
    do.

    Parameters
    ----------
    n_processes : int
        Number of processes.
    divided : bool
        Whether the cores are divided among them; otherwise each takes as many as it likes.
    """

    def __init__(self, n_processes: int, *, divided: bool) -> None:
        self._n_processes = n_processes
        self._divided = divided
        self._pool = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=kind is None, kill_workers=kind is not None)

    def submit(self, function: Callable, *arguments: object) -> Future:
        """Let a process call a function; its death raises `BrokenExecutor` where it is asked for.

        Results of all other calls that were not finished are lost with it.
        """
        from joblib.externals.loky import ProcessPoolExecutor

        if self._pool is None or self._pool._flags.broken is not None:  # noqa: SLF001
            limits = _thread_limits(self._n_processes) if self._divided else None
            self._pool = ProcessPoolExecutor(max_workers=self._n_processes, env=limits)
        return self._pool.submit(function, *arguments)


def _thread_limits(n_processes: int) -> dict[str, str]:
    """Environment of processes whose libraries divide the cores among them."""
    from joblib import cpu_count

    n_threads = max(cpu_count() // n_processes, 1)
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")
    return dict.fromkeys(names, str(n_threads))
