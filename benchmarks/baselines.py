"""Throughput of ccdseg and of the baselines: ``python -m benchmarks.baselines``.

One frame is empty but for noise, the other as crowded as beside an iron source: some methods take
longer where there is more to find. All are given the same two processor cores and take turns, so
that all see the same machine. The baselines run in an environment of their own, which
``make bench-peers`` makes: what they need takes six gigabytes.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.event_measurement import crowded_frame
from ccdseg.segmentation.loading import import_keras
from ccdseg.segmentation.memory import keep_freed_memory
from ccdseg.version import package_version

N_CORES = 2
N_ROUNDS = 3
SHAPE = (4096, 4096)
SLOW = {"U-Net of the original": 1024, "deepCR": 2048, "cosmic-conn": 1024, "onnxruntime": 2048}
"""Edge of the part of the frame that these are given (px)."""
BASELINES = ("onnxruntime", "deepCR", "cosmic-conn", "astroscrappy")


@dataclass(frozen=True)
class Contender:
    """Frame and masks that are timed.

    Attributes
    ----------
    name, version : str
        What the table calls it.
    shape : tuple of int
        Rows and columns that it is given (px).
    run : callable
        Segments them once and gives the time (s).
    """

    name: str
    version: str
    shape: tuple[int, int]
    run: Callable[[], float]


def main() -> None:
    """Print one line per contender and frame."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--python", default=".venv-peers/bin/python", help="of the baselines")
    python = parser.parse_args().python
    import_keras()
    keep_freed_memory()
    keep_to_cores(N_CORES)
    for name, frame in frames().items():
        with ExitStack() as running:
            contenders = list(our_networks(frame))
            for tool in BASELINES:
                try:
                    contenders.append(running.enter_context(baseline(tool, frame, python)))
                except RuntimeError as error:
                    print(f"{tool} is not measured: {error}")
            seconds = [[contender.run() for contender in contenders] for _ in range(N_ROUNDS)]
        report(name, contenders, np.median(seconds, axis=0))


def frames() -> dict[str, np.ndarray]:
    """Frames (ADU) by their names, float32."""
    empty = np.random.default_rng(1).normal(1000, 5, SHAPE).astype(np.float32)
    crowded = crowded_frame().image.astype(np.float32)
    copies = -(-np.array(SHAPE) // crowded.shape)
    return {"empty": empty, "crowded": np.tile(crowded, copies)[: SHAPE[0], : SHAPE[1]]}


def keep_to_cores(n_cores: int) -> None:
    """Keep this process, and those that it will start, to so many of its cores."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:n_cores])


def our_networks(frame: np.ndarray) -> Iterator[Contender]:
    """The model that ships by two engines, and the original's architecture, untrained."""
    from ccdseg import Segmenter
    from ccdseg.models import unet

    shipped, keras = Segmenter.load(), Segmenter.load(engine="keras")
    original = Segmenter(unet((None, None, 1), 4), normalizer="none", name="U-Net of the original")
    for name, segmenter, probabilities in (
        (f"{shipped.name}, mask alone", shipped, False),
        (shipped.name, shipped, True),
        (f"{shipped.name}, TensorFlow", keras, False),
        (original.name, original, True),
    ):
        part = part_for(segmenter.name, frame)

        def run(
            segmenter: Segmenter = segmenter,
            part: np.ndarray = part,
            probabilities: bool = probabilities,  # noqa: FBT001 - bound, not passed
        ) -> float:
            start = time.perf_counter()
            segmenter.predict(part, probabilities=probabilities)
            return time.perf_counter() - start

        run()
        yield Contender(name, f"ccdseg {package_version()}", part.shape, run)


@contextmanager
def baseline(name: str, frame: np.ndarray, python: str) -> Iterator[Contender]:
    """A baseline, ready in a process of its own.

    Raises
    ------
    RuntimeError
        If it cannot be installed or run here; says why.
    """
    if not shutil.which(python):
        raise RuntimeError(f"there is no {python}; run make bench-peers")
    part = part_for(name, frame)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "frame.npy"
        np.save(path, part)
        command = [python, Path(__file__).with_name("baseline_worker.py"), name, path]
        with subprocess.Popen(  # noqa: S603 - our own script
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:

            def ask() -> dict:
                answer = json.loads(process.stdout.readline() or '{"error": "it ended"}')
                if "error" in answer:
                    raise RuntimeError(answer["error"])
                return answer

            def run() -> float:
                print(file=process.stdin, flush=True)
                return ask()["seconds"]

            yield Contender(name, ask()["version"], part.shape, run)


def part_for(name: str, frame: np.ndarray) -> np.ndarray:
    """The part of the frame that a contender is given, so that all take seconds."""
    edge = SLOW.get(name, max(SHAPE))
    return np.ascontiguousarray(frame[:edge, :edge])


def report(frame: str, contenders: list[Contender], seconds: np.ndarray) -> None:
    """Print the table of a frame; ratios are those of the first to each."""
    speeds = [
        np.prod(contender.shape) / time / 1e6
        for contender, time in zip(contenders, seconds, strict=True)
    ]
    print(f"\n{frame} frame, float32; medians of {N_ROUNDS} turns on {N_CORES} cores")
    print(f"{'':28}{'version':>34}{'pixels':>12}{'Mpixel/s':>11}   {contenders[0].name} is")
    for contender, speed in zip(contenders, speeds, strict=True):
        shape = "×".join(map(str, contender.shape))
        print(
            f"{contender.name:28}{contender.version:>34}{shape:>12}{speed:11.2f}"
            f"{speeds[0] / speed:12.1f}× as fast"
        )


if __name__ == "__main__":
    main()
