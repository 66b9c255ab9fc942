"""Files segmented by several processes of this machine, each with its own copy of the model."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Future, wait
from pathlib import Path

from ccdseg.workflows.segment.running.job import FileJob, Outcome
from ccdseg.workflows.segment.running.process_pool import ProcessPool
from ccdseg.workflows.segment.running.worker import run_in_worker, tell

MOST_DEATHS = 3
"""Deaths of its worker after which a file is given up."""


def run_in_processes(
    job: FileJob, paths: Sequence[Path], *, n_workers: int
) -> Iterator[tuple[Path, Outcome]]:
    """Segment files and write their results; yields each with its outcome when it is done.

    Where a process dies, killed or out of memory, new ones begin. The files that were not finished
    are done again one by one, so that one that kills its process takes no other with it.

    Raises
    ------
    InputError
        If the model is damaged.
    """
    waiting, again, deaths = deque(paths), deque(), Counter()
    pending: dict[Future, Path] = {}
    with ProcessPool(n_workers, divided=True) as pool:
        while waiting or again or pending:
            # one more than there are processes, so that none waits for its next file
            while waiting and not again and len(pending) <= n_workers:
                _submit(pool, job, waiting.popleft(), pending)
            if again and not pending:
                _submit(pool, job, again.popleft(), pending)
            for future in wait(pending, return_when=FIRST_COMPLETED).done:
                path = pending.pop(future)
                try:
                    outcome, records = future.result()
                except BrokenExecutor:
                    deaths[path] += 1
                    if deaths[path] < MOST_DEATHS:
                        again.append(path)
                    else:
                        yield path, death(path)
                else:
                    tell(records)
                    yield path, outcome


def death(path: Path) -> str:
    """One line about a file that is given up."""
    return (
        f"{path} cannot be segmented: its process died {MOST_DEATHS} times (out of memory, or "
        "killed)"
    )


def _submit(pool: ProcessPool, job: FileJob, path: Path, pending: dict[Future, Path]) -> None:
    pending[pool.submit(run_in_worker, job, path)] = path
