"""A file segmented in another process, on this machine or another."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import QueueHandler
from pathlib import Path
from queue import SimpleQueue

from ccdseg.segmentation.memory import keep_freed_memory
from ccdseg.workflows.segment.running.job import FileJob, Outcome

_jobs: dict[str, FileJob] = {}
"""Job of this process, whose model is loaded; it comes anew with each file."""

_one_at_a_time = threading.Lock()
"""A worker of a cluster may have several threads, but one network."""


def run_in_worker(job: FileJob, path: Path) -> tuple[Outcome, list[logging.LogRecord]]:
    """Segment a file and write its results.

    Returns
    -------
    dict or str
        As `FileJob.run`.
    list of logging.LogRecord
        What was logged meanwhile, for the process that shows it.

    Raises
    ------
    InputError
        If the model is damaged.
    """
    with _one_at_a_time, _logged() as queue:
        job = _known(job)
        outcome = job.run(path)
    return outcome, [queue.get() for _ in range(queue.qsize())]


def tell(records: list[logging.LogRecord]) -> None:
    """Log here what was logged in another process."""
    for record in records:
        logging.getLogger(record.name).handle(record)


def _known(job: FileJob) -> FileJob:
    """The job of this key that came first, its model loaded; jobs of earlier runs are dropped."""
    if job.key not in _jobs:
        keep_freed_memory()
        job.load_model()
        _jobs.clear()
        _jobs[job.key] = job
    return _jobs[job.key]


@contextmanager
def _logged() -> Iterator[SimpleQueue]:
    queue = SimpleQueue()
    logger, handler = logging.getLogger("ccdseg"), QueueHandler(queue)
    propagate, level = logger.propagate, logger.level
    logger.addHandler(handler)
    logger.propagate = False
    logger.setLevel(logging.INFO)
    try:
        yield queue
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagate
        logger.setLevel(level)
