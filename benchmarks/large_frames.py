"""Large frames by the command, beside its bare network: ``python -m benchmarks.large_frames``.

``load_model.py`` runs in a process of its own, start and imports included; masks and events are
written, pictures are not. The bare network segments tiles of the size that the command takes, which
hold the halos too, in the same engine, before and behind each run, so that both see the same
machine.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import numpy as np
from astropy.io import fits

from ccdseg import Segmenter
from ccdseg.detector import DAMIC
from ccdseg.segmentation.memory import keep_freed_memory
from ccdseg.segmentation.tiled import TiledPrediction
from ccdseg.simulation import RECIPES, simulate_image
from ccdseg.simulation import components as c
from ccdseg.simulation.ranges import Uniform

EDGES = (2048, 4096, 8192, 16384)
"""Edges of the frames (px)."""

EDGE, FEW, MANY = 4096, 2, 8
"""Edge of the frames of a run (px), and their numbers in a short and a longer one."""

PATTERN = 1024
"""Edge of the simulated frame that is repeated (px)."""

PARTICLES = 3.0
"""Per 256×256 pixels."""

NOISE = 10.0
"""Noise beside that of the pattern (ADU)."""

SCRIPT = Path(__file__).parents[1] / "scripts" / "load_model.py"


class Cost(NamedTuple):
    """What a process took: time and processor time (s), and greatest memory (GB)."""

    seconds: float
    processor: float
    memory: float


def main() -> None:
    """Print a table of sizes, and the shares of the network in one frame and in a run."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pattern = simulated()
        print(f"{'frame':>14}{'time':>10}{'per Mpixel':>12}{'processor':>12}{'memory':>10}")
        for edge in EDGES:
            path = write_frame(folder / f"{edge}.fits", pattern, edge)
            cost = cost_of([path], folder)
            path.unlink()
            n = edge**2 / 1e6
            print(
                f"{edge:>7}×{edge:<6}{cost.seconds:8.1f} s{cost.seconds / n:10.3f} s"
                f"{cost.processor / n:10.3f} s{cost.memory:7.2f} GB",
                flush=True,
            )
        share_of_network(folder, write_frame(folder / "frame.fits", pattern, EDGE))


def share_of_network(folder: Path, frame: Path) -> None:
    """Print the time of one frame and of each further one beside that of the bare network."""
    paths = []
    for number in range(MANY):
        paths.append(folder / f"frame{number}.fits")
        paths[-1].symlink_to(frame)
    bare = [bare_network()]
    costs = []
    for n_frames in (1, FEW, MANY):
        costs.append(cost_of(paths[:n_frames], folder))
        bare.append(bare_network())
    one, few, many = costs
    further = Cost(*((b - a) / (MANY - FEW) for a, b in zip(few, many, strict=True)))
    network = Cost(*np.mean(bare, axis=0))
    print(f"\n{EDGE}×{EDGE:<12}{'time':>10}{'network':>10}{'processor':>12}{'network':>10}")
    for name, cost in (("bare network", network), ("one, start", one), ("each further", further)):
        shares = [of_network / took for of_network, took in zip(network[:2], cost[:2], strict=True)]
        print(
            f"{name:>17}{cost.seconds:8.2f} s{100 * shares[0]:8.0f} %"
            f"{cost.processor:10.2f} s{100 * shares[1]:8.0f} %"
        )


def simulated() -> np.ndarray:
    """Simulated frame of particles on an even background, which may be repeated without seams."""
    particles = c.Particles(probability=1.0, number=Uniform(PARTICLES, PARTICLES), cut_share=0.0)
    recipe = replace(RECIPES["events"].scaled((PATTERN, PATTERN)), components=(particles,))
    return simulate_image(recipe, detector=DAMIC, rng=np.random.default_rng(1)).image


def write_frame(path: Path, pattern: np.ndarray, edge: int) -> Path:
    """Write a frame, float32, that repeats a pattern, each time with other noise."""
    rng = np.random.default_rng(edge)
    header = fits.PrimaryHDU(np.zeros((1, 1), np.float32)).header
    header["NAXIS1"] = header["NAXIS2"] = edge
    strip = np.tile(pattern.astype(np.float32), (1, edge // PATTERN))
    with fits.StreamingHDU(str(path), header) as hdu:
        for _ in range(edge // PATTERN):
            hdu.write(strip + rng.normal(0, NOISE, strip.shape).astype(np.float32))
    return path


def cost_of(paths: list[Path], folder: Path) -> Cost:
    """Segment files by the command, in a process of its own."""
    with tempfile.TemporaryDirectory(dir=folder) as output:
        options = ["--pictures", "none", "--detector", "damic", "--output", output]
        command = [sys.executable, str(SCRIPT), *map(str, paths), *options]
        start = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - the command is above
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        said = process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        if status:
            sys.exit(said)
    return Cost(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20)


def bare_network() -> Cost:
    """Time of the network alone for a frame of `EDGE`, in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_bare_network).result()


def _bare_network() -> Cost:
    keep_freed_memory()
    segmenter = Segmenter.load("damic-unet")
    classify = segmenter.engine.classifier(segmenter.operating_point, probabilities=False)
    tile = TiledPrediction(segmenter.geometry).tiles((EDGE, EDGE), None)[0]
    shape = [part.stop - part.start for part in tile.read]
    pixels = np.random.default_rng(2).normal(size=(1, *shape, 1)).astype(np.float32)
    per_frame = EDGE**2 / pixels.size
    classify(pixels)
    times = np.array(list(_times(lambda: classify(pixels))))
    return Cost(*(per_frame * np.median(times, axis=0)), 0.0)


def _times(function) -> Iterator[tuple[float, float]]:  # noqa: ANN001
    for _ in range(3):
        start = time.perf_counter(), time.process_time()
        function()
        yield time.perf_counter() - start[0], time.process_time() - start[1]


if __name__ == "__main__":
    main()
