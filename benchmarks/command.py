"""Time of the whole command, from typing it to its last result: ``python -m benchmarks.command``.

Frames are of DAMIC-M's size, 320×640 pixels, three in a file, with as many particles as beside an
iron source. What the time is compared with is that of the bare network in the same engine. Beside
the time stands the processor time of all processes, which tells more where other work runs, too.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
from astropy.io import fits

from benchmarks.event_measurement import crowded_frame
from ccdseg import Segmenter

COMMAND = "import sys; from ccdseg.cli import main; sys.exit(main())"
"""What the command ``ccdseg`` runs, by the interpreter of this benchmark."""

_IMAGES = 3


class Cost(NamedTuple):
    """Time, and processor time (s)."""

    seconds: float
    processor: float


def main() -> None:
    """Print one line per way of the command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=20, help="files (default: 20)")
    n_files = parser.parse_args().files
    image = crowded_frame().image.astype(np.float32)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        one = _write(folder / "one", image, n_files=1, n_images=1)
        many = _write(folder / "many", image, n_files=n_files, n_images=_IMAGES)
        print(f"{'':34}{'images':>8}{'time':>10}{'per image':>12}{'processor':>12}")
        _show("the bare network", n_files * _IMAGES, _network(image, n_files * _IMAGES))
        _show("--help", 0, _run("--help"))
        _show("one image, from typing", 1, _command(one, "--pictures", "none"))
        for options in ("", "--workers 2"):
            for pictures in ("none", "all"):
                cost = _command(many, "--pictures", pictures, *options.split())
                _show(f"--pictures {pictures} {options}", n_files * _IMAGES, cost)


def _write(folder: Path, image: np.ndarray, *, n_files: int, n_images: int) -> Path:
    """Files of the same number of images, each shifted by some rows."""
    folder.mkdir()
    for number in range(n_files):
        shifted = (np.roll(image, 17 * (number + 50 * n), axis=0) for n in range(n_images))
        hdus = [fits.ImageHDU(one, name=f"CCD_{n}") for n, one in enumerate(shifted)]
        fits.HDUList([fits.PrimaryHDU(), *hdus]).writeto(folder / f"frame{number:03d}.fits")
    return folder


def _network(image: np.ndarray, n_images: int) -> Cost:
    """What the model that ships takes to predict so many images."""
    segmenter = Segmenter.load()
    segmenter.predict(image, probabilities=False)
    start = time.perf_counter(), time.process_time()
    for _ in range(n_images):
        segmenter.predict(image, probabilities=False)
    return Cost(time.perf_counter() - start[0], time.process_time() - start[1])


def _command(images: Path, *options: str) -> Cost:
    """What ``ccdseg predict`` takes with a detector, events and all."""
    with tempfile.TemporaryDirectory() as output:
        return _run("predict", str(images), "--detector", "damic-m", "--output", output, *options)


def _run(*arguments: str) -> Cost:
    """What the command takes, its other processes included."""
    before, start = _processor_time(), time.perf_counter()
    subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", COMMAND, *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return Cost(time.perf_counter() - start, _processor_time() - before)


def _processor_time() -> float:
    """Processor time of all child processes that have ended (s)."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _show(name: str, n_images: int, cost: Cost) -> None:
    each = f"{cost.seconds / n_images:10.2f} s" if n_images else f"{'':12}"
    images = n_images or ""
    print(f"{name:34}{images:>8}{cost.seconds:8.2f} s{each}{cost.processor:10.2f} s", flush=True)


if __name__ == "__main__":
    main()
