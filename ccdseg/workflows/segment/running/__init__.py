"""A job run over files: by this process, by several, or by a cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from ccdseg.errors import InputError
from ccdseg.workflows.segment.running.job import FileJob, Outcome, Writing
from ccdseg.workflows.segment.running.one_process import run_here

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["FileJob", "Outcome", "Writing", "run_job"]


def run_job(
    job: FileJob,
    paths: Sequence[Path],
    *,
    workers: int | None = None,
    scheduler: str | Client | None = None,
    progress: bool = True,
) -> Iterator[tuple[Path, Outcome]]:
    """Do a job with each file; yields each with its outcome when it is done.

    Parameters
    ----------
    job : FileJob
        What is done.
    paths : sequence of Path
        Files.
    workers : int, optional
        Number of processes, each with its own copy of the model; by default this process alone, and
        others that write.
    scheduler : str or distributed.Client, optional
        Address or file of the scheduler of a Dask cluster that does it, or a client of one.
    progress : bool
        Whether to show progress bars.

    Raises
    ------
    InputError
        If the model is damaged, or there is no such cluster.
    """
    outcomes = _outcomes(job, paths, workers=workers, scheduler=scheduler, progress=progress)
    hidden = len(paths) < 2 or not progress
    yield from tqdm(outcomes, "Files", total=len(paths), unit="file", disable=hidden)


def _outcomes(
    job: FileJob,
    paths: Sequence[Path],
    *,
    workers: int | None,
    scheduler: str | Client | None,
    progress: bool,
) -> Iterator[tuple[Path, Outcome]]:
    if workers is not None and scheduler is not None:
        raise InputError("Workers are of this machine, a scheduler of a cluster; give one of them.")
    if scheduler is not None:
        from ccdseg.workflows.segment.running.cluster import run_on_cluster

        return run_on_cluster(job, paths, scheduler=scheduler)
    if workers is not None:
        from ccdseg.workflows.segment.running.several_processes import run_in_processes

        return run_in_processes(job, paths, n_workers=min(workers, max(len(paths), 1)))
    return run_here(job, paths, progress=progress)
