"""Processor time of the pictures of a frame: ``python -m benchmarks.pictures``.

Each is drawn and written as ``load_model.py`` does; medians, the first of each kind, which loads
fonts, left out.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from ccdseg import plotting
from ccdseg.detector import DAMIC_M
from ccdseg.events import find_events
from ccdseg.simulation import RECIPES, simulate_image

SHAPES = ((320, 640), (1024, 1024), (4096, 4096))
N_TURNS = 5


def main() -> None:
    """Print one line per size of the frame."""
    kinds = ("segmentation", "overlay", "events", "spectrum")
    print(f"{'frame':>12}{'events':>9}" + "".join(f"{kind:>14}" for kind in kinds) + "  per image")
    for shape in SHAPES:
        image = simulate_image(
            RECIPES["events"].scaled(shape), detector=DAMIC_M, rng=np.random.default_rng(1)
        )
        events = find_events(image.image, image.mask, detector=DAMIC_M)
        draw = {
            "segmentation": lambda image=image: plotting.show_frame(image.image, image.mask),
            "overlay": lambda image=image: plotting.show_overlay(image.image, image.mask),
            "events": lambda image=image, events=events: plotting.show_events(
                image.image, image.mask, events=events
            ),
            "spectrum": lambda events=events: plotting.show_spectrum(events),
        }
        with tempfile.TemporaryDirectory() as folder:
            times = [
                [_timed(draw[kind], Path(folder) / f"{kind}.png") for kind in kinds]
                for _ in range(N_TURNS + 1)
            ][1:]
        seconds = np.median(times, axis=0)
        columns = "".join(f"{second:12.2f} s" for second in seconds)
        name = "×".join(map(str, shape))
        print(f"{name:>12}{len(events):9d}{columns}{seconds.sum():9.2f} s", flush=True)


def _timed(draw: Callable[[], Figure], path: Path) -> float:
    start = time.process_time()
    plotting.save_figure(draw(), path, overwrite=True)
    return time.process_time() - start


if __name__ == "__main__":
    main()
