"""Processor time and memory of measuring events, by the size of the frame."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
from astropy.table import QTable

from ccdseg.detector import DAMIC_M
from ccdseg.events import find_events
from ccdseg.identification import estimate_depth, identify
from ccdseg.simulation import RECIPES, SimulatedImage, simulate_image
from ccdseg.simulation import components as c
from ccdseg.simulation.ranges import Uniform

FRAMES = {"320×640": (1, 1), "2048×2048": (7, 4), "8192×8192": (26, 13)}
"""Copies of the simulated frame, down and to the right, that make up each."""

PARTICLES = 48.0
"""Per 256×256 pixels: as many as in a DAMIC-M frame with an iron source."""

REPEATS = 3


def main() -> None:
    """Print one line per frame size."""
    frame = crowded_frame()
    print(f"{'frame':>12}{'events':>9}{'measure':>12}{'identify':>12}{'memory':>10}")
    for name, copies in FRAMES.items():
        image, mask = np.tile(frame.image, copies), np.tile(frame.mask, copies)
        events, measuring = timed(partial(find_events, image, mask, detector=DAMIC_M))
        _, identifying = timed(partial(identified_events, events))
        each = [1000 * seconds / len(events) for seconds in (measuring, identifying)]
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(f"{name:>12}{len(events):9d}{each[0]:9.3f} ms{each[1]:9.3f} ms{memory:7.2f} GB")


def crowded_frame() -> SimulatedImage:
    """Simulated 320×640 pixels with 150 particles."""
    particles = c.Particles(probability=1.0, number=Uniform(PARTICLES, PARTICLES), cut_share=0.0)
    recipe = replace(RECIPES["events"].scaled((320, 640)), components=(particles,))
    return simulate_image(recipe, detector=DAMIC_M, rng=np.random.default_rng(1))


def identified_events(events: QTable) -> QTable:
    """Events with their particles and depths."""
    return estimate_depth(identify(events), detector=DAMIC_M)


def timed(function: Callable[[], QTable]) -> tuple[QTable, float]:
    """Result of a function, and the median processor time of its calls (s)."""
    seconds = []
    for _ in range(REPEATS):
        start = time.process_time()
        result = function()
        seconds.append(time.process_time() - start)
    return result, float(np.median(seconds))


if __name__ == "__main__":
    main()
