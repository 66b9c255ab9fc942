"""Time the array code against the plain loops of the original; medians and ratios."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from benchmarks import loops
from ccdseg import CLASSES, DAMIC
from ccdseg.mask import mask_from_bands
from ccdseg.simulation import RECIPES, default_library, simulate_dataset, simulate_image
from ccdseg.tiling import cut, stitch

TRAINING = RECIPES["training"]


def main() -> None:
    """Print one line per benchmark."""
    print(f"{'':28}{'loops':>12}{'ccdseg':>12}{'ratio':>9}   of at least")
    for name, (slow, fast, n_slow, n_fast, goal) in {
        "label 4 images of 256×256": (*labelling(), 3, 200, 100),
        "cut a 4096×4096 frame": (*cutting(), 3, 15, 100),
        "stitch a 4096×4096 frame": (*stitching(), 3, 15, 100),
        "simulate a dense 256×256": (*simulating(), 200, 200, 3),
    }.items():
        slow_time, fast_time = medians(slow, fast, n_slow, n_fast)
        ratio = slow_time / fast_time
        print(f"{name:28}{slow_time:10.2f}ms{fast_time:10.3f}ms{ratio:8.0f}×   {goal}×")


def labelling() -> tuple[Callable, Callable]:
    """Masks by intensity bands."""
    images, _ = simulate_dataset(TRAINING, n_images=4, rng=np.random.default_rng(1))
    bands = TRAINING.intensity_bands()
    return (
        lambda: loops.label(images, bands, len(CLASSES)),
        lambda: mask_from_bands(images, bands),
    )


def cutting() -> tuple[Callable, Callable]:
    """Sections of 256×256."""
    frame = np.random.default_rng(2).random((4096, 4096), dtype=np.float32)
    return lambda: loops.cut(frame, 256), lambda: cut(frame, 256)


def stitching() -> tuple[Callable, Callable]:
    """A mask from its sections."""
    mask = np.random.default_rng(3).integers(0, 4, (4096, 4096), dtype=np.uint8)
    sections, tiles = cut(mask, 256)
    return lambda: loops.stitch(sections, mask.shape), lambda: stitch(sections, tiles, mask.shape)


def simulating() -> tuple[Callable, Callable]:
    """An image of the training recipe; ccdseg makes its truth too."""
    pictures = loops.dense(default_library())
    slow_rng, fast_rng = np.random.default_rng(4), np.random.default_rng(4)
    return (
        lambda: loops.simulate(TRAINING, DAMIC, pictures, slow_rng),
        lambda: simulate_image(TRAINING, rng=fast_rng),
    )


def medians(slow: Callable, fast: Callable, n_slow: int, n_fast: int) -> tuple[float, float]:
    """Median times (ms), the two taking turns so that both see the same machine."""
    slow_times, fast_times = [], []
    fast()
    per_turn = max(n_fast // n_slow, 1)
    for _ in range(n_slow):
        slow_times.append(timed(slow))
        fast_times += [timed(fast) for _ in range(per_turn)]
    return float(np.median(slow_times)), float(np.median(fast_times))


def timed(function: Callable) -> float:
    """Time of one call (ms)."""
    start = time.perf_counter()
    function()
    return 1000 * (time.perf_counter() - start)


if __name__ == "__main__":
    main()
