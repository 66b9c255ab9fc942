"""False clusters with and without a map of the defects, on simulated sequences of exposures.

    python -m benchmarks.defects

Each detector is drawn from the recipe `general`, with hot lines and hot pixels for certain and
without disturbances of its electronics, which belong to single exposures. From its first exposures
`ccdseg.calibration.defects.find_defects` makes the map; the further ones are segmented without and
with it, and compared with the truth, in which a particle over a hot pixel is one.
"""

from __future__ import annotations

import argparse
import logging
from dataclasses import replace

import numpy as np

from ccdseg import workflows
from ccdseg.calibration.defects import DefectMap, find_defects
from ccdseg.evaluation import ImageScores, score_image
from ccdseg.fits_io import Frame
from ccdseg.segmentation.loading import LazySegmenter
from ccdseg.simulation import RECIPES, SimulatedImage, one_detector, simulate_images
from ccdseg.simulation import components as c

PRIORITY = ("background", "glowing", "hot pixel", "cluster")
SATURATION = 65535.0
DISTURBANCES = (c.Fringes, c.RowOffsets, c.BaselineWaves, c.BaselineSteps, c.TelegraphNoise)


def main() -> None:
    """Print one line per detector, and the sums."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="damic-unet")
    parser.add_argument("--detectors", type=int, default=20)
    parser.add_argument("--exposures", type=int, default=20, help="exposures of the map")
    parser.add_argument("--frames", type=int, default=4, help="further exposures of each detector")
    parser.add_argument("--edge", type=int, default=512, help="edge of a frame (px)")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    model = LazySegmenter(arguments.model)
    recipe = RECIPES["general"].scaled((arguments.edge, arguments.edge))
    recipe = replace(
        recipe,
        priority=PRIORITY,
        components=tuple(
            replace(part, probability=1.0) if isinstance(part, c.HotLines | c.HotPixels) else part
            for part in recipe.components
            if not isinstance(part, DISTURBANCES)
        ),
    )
    logging.getLogger("ccdseg").setLevel(logging.ERROR)
    totals = {"without": None, "with": None}
    print(f"{'detector':>8}  {'false clusters per frame, clusters found / true':<60}")
    for number in range(arguments.detectors):
        rng = np.random.default_rng((arguments.seed, number))
        n_images = arguments.exposures + arguments.frames
        images = list(simulate_images(one_detector(recipe, rng=rng), n_images, rng=rng))
        first = (simulated.image for simulated in images[: arguments.exposures])
        defects = find_defects(first, arguments.exposures, saturation=SATURATION)
        line = []
        for name, known in (("without", None), ("with", defects)):
            scores = [_scores(one, known, model) for one in images[arguments.exposures :]]
            total = sum(scores[1:], scores[0])
            totals[name] = total if totals[name] is None else totals[name] + total
            line.append(f"{name}: {_told(total, arguments.frames)}")
        print(f"{number:>8}  {'   '.join(line)}", flush=True)
    n_frames = arguments.detectors * arguments.frames
    for name, total in totals.items():
        print(f"{name:>8}: {_told(total, n_frames)}, pixel F1 {total.f1:.4f}")


def _scores(
    simulated: SimulatedImage, defects: DefectMap | None, model: LazySegmenter
) -> ImageScores:
    frame = Frame.from_array(simulated.image)
    mask = workflows.segment_frame(frame, model, defects=defects).mask
    return score_image(simulated.mask, mask, ignore=simulated.ambiguous)


def _told(scores: ImageScores, n_frames: int) -> str:
    false = scores.n_false / n_frames
    return f"{false:7.2f} false, {scores.n_found} / {scores.n_true} found"


if __name__ == "__main__":
    main()
