"""Files segmented by the workers of a Dask cluster, which see the same file system."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ccdseg.errors import InputError
from ccdseg.workflows.segment.running.job import FileJob, Outcome, failure
from ccdseg.workflows.segment.running.worker import run_in_worker, tell

if TYPE_CHECKING:
    from distributed import Client

_PATIENCE = 10
"""Time in which a scheduler answers (s)."""

logger = logging.getLogger(__name__)


def run_on_cluster(
    job: FileJob, paths: Sequence[Path], *, scheduler: str | Client
) -> Iterator[tuple[Path, Outcome]]:
    """Segment files and write their results; yields each with its outcome when it is done.

    A file whose worker dies goes to another one; Dask gives up one that kills several.

    Raises
    ------
    InputError
        If the package is missing, no scheduler answers, or the model is damaged.
    """
    with _connected(scheduler) as client:
        from distributed import as_completed

        logger.info("Dask cluster %s: %s", client.scheduler.address, _workers(client))
        there = replace(job, writing=replace(job.writing, output=job.writing.output.resolve()))
        futures = {
            client.submit(run_in_worker, there, path.resolve(), pure=False): path for path in paths
        }
        try:
            for future in as_completed(list(futures), loop=client.loop):
                path = futures.pop(future)
                yield path, _outcome(path, future)
        finally:
            client.cancel(list(futures))


def _outcome(path: Path, future: object) -> Outcome:
    from distributed import KilledWorker

    try:
        outcome, records = future.result()
    except KilledWorker as error:
        return failure(path, error)
    tell(records)
    return outcome


@contextmanager
def _connected(scheduler: str | Client) -> Iterator[Client]:
    """Client of a scheduler; one that was given stays open."""
    try:
        from distributed import Client
    except ImportError:
        raise InputError(
            "A Dask cluster needs the package distributed; install ccdseg[cluster]."
        ) from None
    if isinstance(scheduler, Client):
        yield scheduler
        return
    address = _address_in(scheduler)
    try:
        _knock(address)
        client = Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError(
            f"No Dask scheduler answers at {address} ({error}); start one by 'dask scheduler', and "
            "workers by 'dask worker'."
        ) from None
    with client:
        yield client


def _address_in(scheduler: str) -> str:
    """Address of a scheduler, itself or in its file."""
    if scheduler.endswith(".json"):
        try:
            scheduler = json.loads(Path(scheduler).read_text(encoding="utf-8"))["address"]
        except (OSError, ValueError, KeyError, TypeError):
            raise InputError(
                f"{scheduler} is no scheduler file; 'dask scheduler --scheduler-file' writes one."
            ) from None
    return scheduler if "://" in scheduler else f"tcp://{scheduler}"


def _knock(address: str) -> None:
    """Raise `OSError` or `ValueError` where nothing answers; a client would go on trying."""
    from distributed.comm import get_address_host_port

    if not address.startswith("inproc://"):
        with socket.create_connection(get_address_host_port(address), timeout=_PATIENCE):
            return


def _workers(client: Client) -> str:
    number = len(client.scheduler_info(n_workers=-1)["workers"])
    return {0: "no worker yet", 1: "1 worker"}.get(number, f"{number} workers")
