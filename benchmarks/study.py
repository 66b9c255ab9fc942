"""Accuracy against throughput: networks, normalisations and losses at the same training time.

Run as ``python -m benchmarks.study`` (``make study``): so many ``--minutes`` of training for each
candidate on ever new images of the recipe ``general``, then scores on images that none was trained
on, and the throughput of the network. The table is written to docs/study.md.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ccdseg.evaluation import pixel_report
from ccdseg.files import atomic_path
from ccdseg.segmentation.loading import import_keras
from ccdseg.segmentation.memory import keep_freed_memory
from ccdseg.simulation import RECIPES, simulate_dataset
from ccdseg.training.presets import PRESETS, TEST_SEED

TABLE = Path(__file__).parent.parent / "docs" / "study.md"
PILOT_IMAGES = 40
N_EPOCHS = 10
N_HELD_OUT = 150
ROBUST = PRESETS["general"].normalizer
BARE = {"dropout": 0.0, "l2": 0.0, "scale": 1, "activation": "leaky_relu"}


@dataclass(frozen=True)
class Candidate:
    """One row of the table: what differs from the shipped model."""

    name: str
    architecture: str = "lean_unet"
    network: dict = field(default_factory=dict)
    normalizer: dict = field(default_factory=lambda: ROBUST)
    changes: dict = field(default_factory=dict)


CANDIDATES = (
    Candidate("lean U-Net (16, 16, 32, 64, 128): shipped"),
    Candidate("lean U-Net (8, 16, 32, 64, 128)", network={"filters": (8, 16, 32, 64, 128)}),
    Candidate("lean U-Net (16, 16, 32, 64)", network={"filters": (16, 16, 32, 64)}),
    Candidate("lean U-Net, separable below", network={"separable": True}),
    Candidate("U-Net, 8 filters, 4 levels", "unet", {"filters": 8, "levels": 4, **BARE}),
    Candidate("U-Net of the original, 32 filters, 4 levels", "unet", {**BARE, "activation": "elu"}),
    Candidate("loss: weighted cross-entropy", changes={"loss": "weighted_crossentropy"}),
    Candidate("loss: focal with Dice", changes={"loss": "focal_dice"}),
    Candidate("robust, softening 30", normalizer=ROBUST | {"softening": 30.0}),
    Candidate("clip", normalizer={"name": "clip"}),
    Candidate("linear", normalizer={"name": "linear"}),
    Candidate("max255", normalizer={"name": "max255"}),
)


def main() -> None:
    """Train and score every candidate, and write the table."""
    run_study(__doc__, TABLE, CANDIDATES, header, row)


def run_study(
    description: str,
    table: Path,
    candidates: Sequence,
    header: Callable[[float], Iterable[str]],
    row: Callable[[object, float], str],
) -> None:
    """Print the head and a row per candidate, and write them where no candidate is left out."""
    import_keras()
    keep_freed_memory()
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=5.0, help="training of each (default: 5)")
    parser.add_argument(
        "--only", help="candidates whose name contains this; prints, writes nothing"
    )
    arguments = parser.parse_args()
    chosen = [c for c in candidates if not arguments.only or arguments.only in c.name]
    lines = list(header(arguments.minutes))
    print("\n".join(lines))
    for candidate in chosen:
        lines.append(row(candidate, arguments.minutes))
        print(lines[-1], flush=True)
    if not arguments.only:
        with atomic_path(table) as path:
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def header(minutes: float) -> Iterator[str]:
    """Title and head of the table."""
    yield "# Networks, losses and normalisations at the same training time"
    yield ""
    yield f"Made by `make study`: {minutes:g} minutes of training each on the recipe `general`, the"
    yield f"same machine and seed; F1 on {N_HELD_OUT} held-out frames of it (unambiguous: without"
    yield "what no method can decide) and on 42 sparse images in the style of the original;"
    yield "throughput of `Segmenter.predict`, the mask alone, on 2048×2048 pixels."
    yield ""
    columns = ("candidate", "parameters", "images", "cluster F1", "unambiguous", "hot pixel")
    columns += ("glowing", "sparse: cluster unambiguous", "Mpixel/s")
    yield f"| {' | '.join(columns)} |"
    yield f"| --- {'| ---: ' * (len(columns) - 1)}|"


def row(candidate: Candidate, minutes: float) -> str:
    """Train one candidate for so long, score and time it."""
    from ccdseg.models import NETWORKS
    from ccdseg.segmentation.segmenter import Segmenter
    from ccdseg.training import SimulatedData, train

    preset = PRESETS["general"]

    def trained(n_images: int, epochs: int) -> Segmenter:
        network = NETWORKS[candidate.architecture]((None, None, 1), 4, **candidate.network)
        segmenter = Segmenter(network, normalizer=candidate.normalizer)
        config = replace(preset.config, epochs=epochs, **candidate.changes)
        train(
            segmenter,
            SimulatedData(preset.training_recipe(), n_images),
            config=config,
            progress=False,
        )
        return segmenter

    batch_size = preset.config.batch_size
    step = time_of_a_step(trained(PILOT_IMAGES, 1), (batch_size, *preset.training_recipe().shape))
    n_images = int(60 * minutes / N_EPOCHS / step * batch_size)
    segmenter = trained(n_images, N_EPOCHS)
    general, sparse = (
        scores(segmenter, name, n) for name, n in (("general", N_HELD_OUT), ("test", 42))
    )
    cells = (
        candidate.name,
        f"{segmenter.network.count_params():,}",
        f"{n_images * N_EPOCHS:,}",
        *(f"{value:.3f}" for value in (general[0], general[1], general[2], general[3], sparse[1])),
        f"{throughput(segmenter):.1f}",
    )
    return f"| {' | '.join(cells)} |"


def time_of_a_step(segmenter, shape: tuple[int, int, int], *, repeats: int = 15) -> float:  # noqa: ANN001
    """Median time (s) of a step of training on a batch of images of this shape."""
    rng = np.random.default_rng(0)
    n_classes = len(segmenter.classes)
    images = rng.standard_normal((*shape, 1), dtype=np.float32)
    truth = np.eye(n_classes, dtype=np.float32)[rng.integers(n_classes, size=shape)]
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        segmenter.network.train_on_batch(images, truth)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def scores(segmenter, recipe: str, n_images: int) -> tuple[float, float, float, float]:  # noqa: ANN001
    """F1 of clusters (all pixels, and ambiguous ones left out), of hot pixels and of glow."""
    rng = np.random.default_rng(TEST_SEED)
    held_out = simulate_dataset(RECIPES[recipe], n_images=n_images, rng=rng)
    masks = np.stack(
        [segmenter.predict(image, probabilities=False).mask for image in held_out.images]
    )
    all_pixels = pixel_report(held_out.masks, masks).f1
    unambiguous = pixel_report(held_out.masks, masks, ignore=held_out.ambiguous).f1
    return all_pixels[3], unambiguous[3], all_pixels[2], all_pixels[1]


def throughput(segmenter) -> float:  # noqa: ANN001
    """Median Mpixel/s on a frame of noise."""
    image = np.random.default_rng(0).standard_normal((2048, 2048), dtype=np.float32)
    segmenter.predict(image, probabilities=False)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        segmenter.predict(image, probabilities=False)
        times.append(time.perf_counter() - start)
    return image.size / 1e6 / statistics.median(times)


if __name__ == "__main__":
    main()
