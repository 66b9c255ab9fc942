"""Runs whose workers are killed: all results are there, and those of a run that is left alone.

  python -m benchmarks.kills --n 200

The same small frames are segmented by one process, by two of which one is killed (SIGKILL)
half-way, and by the two workers of a Dask cluster, of which one is killed likewise. Then
`--skip-existing` takes up the run, which has nothing left to do.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
from astropy.io import fits
from astropy.table import QTable

from benchmarks.command import COMMAND
from ccdseg.files import LOCK
from ccdseg.simulation import RECIPES, simulate_images

_SHAPE = (96, 96)
_DATED = {"DATE", "SEGDATE", "CHECKSUM", "DATASUM"}
_TIMES = {"date", "seconds"}


@dataclass(frozen=True)
class Run:
    """A run over the frames.

    Attributes
    ----------
    name : str
        What the table calls it.
    seconds, seconds_again : float
        Time that it took, and that it took with ``--skip-existing`` once all was there (s).
    n_killed : int
        Number of workers that were killed.
    n_frames : int
        Number of frames with results.
    different : list of str
        Results that are not those of one process.
    """

    name: str
    seconds: float
    seconds_again: float
    n_killed: int
    n_frames: int
    different: list[str]


def main() -> int:
    """Print one line per run; returns 1 where a result is missing or different."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=200, help="frames (default: 200)")
    n_frames = parser.parse_args().n
    print(f"{'':26}{'frames':>8}{'killed':>8}{'different':>11}{'time':>9}{'again':>9}")
    good = True
    for run in prove(n_frames):
        print(
            f"{run.name:26}{run.n_frames:8d}{run.n_killed:8d}{len(run.different):11d}"
            f"{run.seconds:7.1f} s{run.seconds_again:7.1f} s",
            flush=True,
        )
        if run.different:
            print(f"different: {', '.join(run.different)}")
        good &= run.n_frames == n_frames and not run.different
    return 0 if good else 1


def prove(n_frames: int) -> Iterator[Run]:
    """Segment so many frames by one process, by two, and by a cluster of two."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_frames(folder / "frames", n_frames)
        yield _run(folder, "one process", [], None)
        yield _run(folder, "two, one killed", ["--workers", "2"], _child_workers)
        with _cluster() as (address, workers):
            yield _run(folder, "Dask, one of two killed", ["--scheduler", address], workers)


def _write_frames(folder: Path, n_frames: int) -> None:
    folder.mkdir()
    recipe = RECIPES["test"].scaled(_SHAPE)
    images = simulate_images(recipe, n_images=n_frames, rng=np.random.default_rng(1))
    for number, image in enumerate(images):
        fits.PrimaryHDU(image.image).writeto(folder / f"frame{number:05d}.fits")


def _run(
    folder: Path, name: str, options: list[str], workers: Callable[[int], list[int]] | None
) -> Run:
    """Segment the frames; where `workers` tells their processes, one is killed half-way."""
    output, frames = folder / name, folder / "frames"
    n_frames = len(list(frames.iterdir()))
    command = [sys.executable, "-c", COMMAND, "predict", frames, "--output", output]
    command += ["--pictures", "none", *options]
    start = time.perf_counter()
    n_killed = 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:  # noqa: S603
        while process.poll() is None:
            done = len(list(output.glob("*_summary.json")))
            if workers is not None and not n_killed and done >= n_frames // 2:
                os.kill(workers(process.pid)[0], signal.SIGKILL)
                n_killed = 1
            time.sleep(0.02)
    seconds = time.perf_counter() - start
    changed = different(folder / "one process", output)
    start = time.perf_counter()
    subprocess.run(  # noqa: S603
        [*command, "--skip-existing"],
        check=process.returncode == 0,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    again = time.perf_counter() - start
    return Run(name, seconds, again, n_killed, len(list(output.glob("*_summary.json"))), changed)


def _child_workers(parent: int) -> list[int]:
    """Processes of a run that segment."""
    children = psutil.Process(parent).children(recursive=True)
    return [child.pid for child in children if "LokyProcess" in " ".join(child.cmdline())]


@contextmanager
def _cluster() -> Iterator[tuple[str, Callable[[int], list[int]]]]:
    """Address of a cluster of two workers, and what tells their processes."""
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
    ) as cluster:
        yield (
            cluster.scheduler_address,
            lambda _: [worker.pid for worker in cluster.workers.values()],
        )


def different(one: Path, other: Path) -> list[str]:
    """Results that are in one folder alone, or not alike but for dates and times."""
    names = {path.name for folder in (one, other) for path in folder.iterdir()} - {LOCK}
    return sorted(name for name in names if _content(one / name) != _content(other / name))


def _content(path: Path) -> object:
    """What a result holds, dates and times left out; None where there is none."""
    if not path.exists():
        return None
    if path.suffix == ".json":
        summary = json.loads(path.read_text())
        return {**summary, "date": None, "hdus": [h | {"seconds": None} for h in summary["hdus"]]}
    if path.suffix == ".fits":
        with fits.open(path) as hdus:
            return [
                ([card for card in hdu.header.items() if card[0] not in _DATED], bytes(hdu.data))
                for hdu in hdus
                if hdu.data is not None
            ]
    if path.name == "run.ecsv":
        table = QTable.read(path)
        return table[[name for name in table.colnames if name not in _TIMES]].pformat()
    return path.read_bytes()


if __name__ == "__main__":
    sys.exit(main())
