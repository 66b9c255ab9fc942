"""Networks for cosmics beside each other: a lean U-Net and DeepLabV3+ at the same training time.

Run as ``python -m benchmarks.cosmics`` (``make study-cosmics``): so many ``--minutes`` of training
for each candidate on ever new images of the recipe ``light``, then scores on images that none was
trained on, and images per second. The table is written to docs/study_cosmics.md.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.study import run_study, time_of_a_step
from ccdseg.evaluation import score_image
from ccdseg.simulation import RECIPES, simulate_images
from ccdseg.training.plan import TrainingPlan
from ccdseg.training.presets import PRESETS, TEST_SEED

if TYPE_CHECKING:
    from ccdseg.segmentation.segmenter import Segmenter

TABLE = Path(__file__).parent.parent / "docs" / "study_cosmics.md"
N_EPOCHS = 5
N_HELD_OUT = 30
LEAN, PAPER = (PRESETS[name] for name in ("cosmics", "cosmics-paper"))
BARE = {"backbone": None, "frozen": False}


@dataclass(frozen=True)
class Candidate:
    """One row of the table."""

    name: str
    plan: TrainingPlan


CANDIDATES = (
    Candidate("lean U-Net, preset cosmics: from damic-unet", LEAN),
    Candidate("the same from random weights", replace(LEAN, weights=None)),
    Candidate("DeepLabV3+ at 512×512, from random weights", replace(PAPER, network=BARE)),
    Candidate(
        "the same, normalised and trained as the preset cosmics, batches of 2",
        replace(
            PAPER,
            network=BARE,
            normalizer=LEAN.normalizer,
            config=replace(LEAN.config, batch_size=2, learning_rate=1e-3),
        ),
    ),
)


def main() -> None:
    """Train and score every candidate, and write the table."""
    run_study(__doc__, TABLE, CANDIDATES, header, row)


def header(minutes: float) -> Iterator[str]:
    """Title and head of the table."""
    yield "# Networks for cosmics at the same training time"
    yield ""
    yield f"Made by `make study-cosmics`: {minutes:g} minutes of training each, validation not"
    yield "counted, on the recipe `light`, the same machine and seed; scores of the pixels, and"
    yield f"number of cosmics, of {N_HELD_OUT} held-out images of 512×512 pixels together."
    yield ""
    columns = ("candidate", "parameters", "images", "F1", "IoU", "number found / true", "images/s")
    yield f"| {' | '.join(columns)} |"
    yield f"| --- {'| ---: ' * (len(columns) - 1)}|"


def row(candidate: Candidate, minutes: float) -> str:
    """Train one candidate for so long, score and time it."""
    from ccdseg.training import SimulatedData, train

    plan = candidate.plan
    shape = plan.input_size or plan.training_recipe().shape
    batch = plan.config.batch_size
    step = time_of_a_step(built(plan), (batch, *shape), repeats=3 if plan.input_size else 15)
    n_images = max(round(60 * minutes / N_EPOCHS / step), 1) * batch
    segmenter = built(plan)
    train(
        segmenter,
        SimulatedData(plan.training_recipe(), n_images, classes=plan.classes),
        config=replace(plan.config, epochs=N_EPOCHS, validation_split=0.1),
        progress=False,
    )
    total, images_per_second = scores(segmenter)
    cells = (
        candidate.name,
        f"{segmenter.network.count_params():,}",
        f"{n_images * N_EPOCHS:,}",
        f"{total.f1:.3f}",
        f"{total.iou:.3f}",
        f"{total.count_ratio:.2f}",
        f"{images_per_second:.1f}",
    )
    return f"| {' | '.join(cells)} |"


def built(plan: TrainingPlan) -> Segmenter:
    """Segmenter of a plan as a training begins with it."""
    from ccdseg.training.building import build_segmenter

    segmenter = build_segmenter(plan, name="candidate")
    segmenter.network.compile(optimizer="adam", loss="categorical_crossentropy")
    return segmenter


def scores(segmenter: Segmenter) -> tuple:
    """Scores of all held-out images together, and images per second (median)."""
    total, times = None, []
    recipe = RECIPES["light"]
    for frame in simulate_images(recipe, N_HELD_OUT, rng=np.random.default_rng(TEST_SEED)):
        start = time.perf_counter()
        mask = segmenter.predict(frame.image, probabilities=False).mask
        times.append(time.perf_counter() - start)
        found = score_image(frame.mask_in(segmenter.classes), mask, classes=segmenter.classes)
        total = found if total is None else total + found
    return total, 1 / statistics.median(times)


if __name__ == "__main__":
    main()
