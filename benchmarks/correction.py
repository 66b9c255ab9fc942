"""Five corrected frames of a detector with a defect, and what the model makes of them.

    python -m benchmarks.correction

The frames hold marks of dried drops, closed lines of raised dark charge, which no training of
`damic-unet` had: it takes them for tracks of particles. Five frames are segmented and their masks
replaced by the truth, as a person would correct them, left undecided where particles deposit
between 0.5 and 3 standard deviations; they go through the files that `ccdseg correct` writes. Then
the command `ccdseg train --data SET --weights MODEL` goes on. F1 is that of all pixels that are not
ambiguous, on further frames with marks and on those of the recipe `general`, before and after.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import dataclass, replace
from functools import reduce
from operator import add
from pathlib import Path

import numpy as np
from astropy.io import fits

from ccdseg import CLASSES, Segmenter, workflows
from ccdseg.detector import DAMIC_M
from ccdseg.evaluation import pixel_report
from ccdseg.mask import IGNORED
from ccdseg.simulation import RECIPES, Recipe, SimulatedImage, simulate_images
from ccdseg.simulation import components as c
from ccdseg.simulation.components.component import Component
from ccdseg.simulation.detector_sources import FixedDetector
from ccdseg.simulation.ranges import LogUniform, Range, Uniform, whole
from ccdseg.simulation.scene import Scene
from ccdseg.training.fine_tuning import fine_tuning_plan

DEFECT = "hot pixel"
"""Class of the marks."""

EDGE = 256


@dataclass(frozen=True)
class DropMarks(Component):
    """Rings of raised dark charge where drops dried on the CCD.

    No citable form: every number is a choice.

    Parameters
    ----------
    number : Range
        Marks per 256×256 pixels.
    radius : Range
        Radius (px).
    width : float
        Standard deviation of the line across (px).
    level : Range
        Signal in standard deviations of the noise.
    """

    number: Range = Uniform(4.0, 8.0)
    radius: Range = Uniform(6.0, 25.0)
    width: float = 0.8
    level: Range = LogUniform(8.0, 60.0)

    def _add_to(self, scene: Scene, rng: np.random.Generator) -> None:
        rows, columns = np.ogrid[: scene.shape[0], : scene.shape[1]]
        charge = np.zeros(scene.shape, dtype=np.float32)
        for _ in range(whole(self.number.draw(rng) * scene.area, rng)):
            middle = [rng.uniform(0, length) for length in scene.shape]
            distance = np.hypot(rows - middle[0], columns - middle[1]) - self.radius.draw(rng)
            line = np.exp(-0.5 * (distance / self.width) ** 2)
            np.maximum(charge, line * self.level.draw(rng) * scene.sigma, out=charge)
        scene.add(DEFECT, charge, fluctuates=True)


MARKED = Recipe(
    name="drop marks",
    shape=(EDGE, EDGE),
    detector=FixedDetector(DAMIC_M),
    components=(
        c.DarkCharge(level=Uniform(0.05, 0.3)),
        DropMarks(),
        c.Particles(number=Uniform(10.0, 25.0)),
        c.HotLines(probability=0.5),
        c.Digitisation(),
    ),
)


def main() -> None:
    """Print one line per step and the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="damic-unet")
    parser.add_argument("--frames", type=int, default=5, help="frames that are corrected")
    parser.add_argument("--tested", type=int, default=20, help="frames of each set to test")
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--own", type=int, default=200, help="pieces of one's own per epoch")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    sets = {
        recipe.name: list(
            simulate_images(recipe, arguments.tested, rng=np.random.default_rng((1, 1)))
        )
        for recipe in (MARKED, RECIPES["general"])
    }
    before = Segmenter.load(arguments.model)
    scores = {"before": {name: _f1(before, images) for name, images in sets.items()}}
    print(scores, flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rng = np.random.default_rng(arguments.seed)
        for number, image in enumerate(simulate_images(MARKED, arguments.frames, rng=rng)):
            _correct(image, folder, f"frame{number}", before)
        plan = fine_tuning_plan(arguments.model, folder / "set").with_config(
            epochs=arguments.epochs, seed=arguments.seed
        )
        started = time.perf_counter()
        trained = workflows.train(replace(plan, least_own=arguments.own), folder / "model")
        seconds = time.perf_counter() - started
        print(f"fine-tuned and scored in {seconds:.0f} s", flush=True)
        scores["after"] = {name: _f1(trained.segmenter, images) for name, images in sets.items()}
    print(f"\n{'frames':<12}{'class':<12}{'before':>8}{'after':>8}")
    for name in sets:
        for row, value in scores["before"][name].items():
            print(f"{name:<12}{row:<12}{value:8.3f}{scores['after'][name][row]:8.3f}")


def _correct(image: SimulatedImage, folder: Path, name: str, model: Segmenter) -> None:
    """Segment a frame, correct its mask to the truth, and add both to the training set."""
    path = folder / f"{name}.fits"
    fits.writeto(path, image.image)
    workflows.segment_file(path, model).write(folder / "results", pictures="none")
    correction = workflows.open_correction(path, folder / "results")
    (corrected,) = correction.images
    corrected.take(np.where(image.ambiguous, IGNORED, image.mask))
    workflows.save_correction(correction)
    workflows.add_to_training_set(correction, folder / "set")
    print(f"{name}: {corrected.n_changed} px corrected", flush=True)


def _f1(segmenter: Segmenter, images: list[SimulatedImage]) -> dict[str, float]:
    """F1 of each class but the background, of the pixels that are not ambiguous."""
    reports = (
        pixel_report(image.mask, segmenter.predict(image.image).mask, ignore=image.ambiguous)
        for image in images
    )
    f1 = reduce(add, reports).f1
    return {row.name: float(f1[row.index]) for row in tuple(CLASSES)[1:]}


if __name__ == "__main__":
    main()
