"""Report of a training: scores, stages, text and figures."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from ccdseg.classes import ClassCatalogue
from ccdseg.evaluation import (
    UNAMBIGUOUS,
    FrameScores,
    PixelReport,
    PixelSample,
    Reliability,
    ThresholdScores,
    choose_operating_point,
    measure_reliability,
    score_frame,
)
from ccdseg.mask import IGNORED
from ccdseg.training.data import Pair, TrainingData
from ccdseg.training.plan import TrainingPlan

if TYPE_CHECKING:
    from ccdseg.segmentation.segmenter import Segmenter

Example = tuple[np.ndarray, np.ndarray, np.ndarray]
"""An image (ADU), its mask, and the predicted one."""

TEST_IMAGES = "test images"
"""Name of the set of frames of a training's table of thresholds."""

_N_EXAMPLES = 4
_CHECK_EDGE = 256

logger = logging.getLogger(__name__)


def calibrate(segmenter: Segmenter, frames: Iterable[Pair]) -> tuple[Segmenter, Reliability]:
    """Choose the operating point, and measure the reliability of the probabilities.

    Parameters
    ----------
    segmenter : Segmenter
        Trained.
    frames : iterable of tuple
        Images (ADU) and masks that are neither trained on nor reported on.

    Returns
    -------
    segmenter : Segmenter
        With the operating point that makes the mean F1 of the classes highest.
    reliability : Reliability
    """
    sample, total = PixelSample(classes=segmenter.classes), None
    for image, mask in tqdm(frames, desc="Calibrating", unit="frame"):
        known = mask != IGNORED
        true, probabilities = mask[known], segmenter.predict(image).probabilities[known]
        sample.add(true, probabilities)
        measured = measure_reliability(true, probabilities, classes=segmenter.classes)
        total = measured if total is None else total + measured
    segmenter = segmenter.with_operating_point(choose_operating_point(sample))
    named = zip(segmenter.classes.names, segmenter.operating_point, strict=True)
    logger.info("operating point: %s", ", ".join(f"{name} {value:.3g}" for name, value in named))
    return segmenter, total


def score(
    segmenter: Segmenter, test: TrainingData
) -> tuple[FrameScores, ThresholdScores, list[Example]]:
    """Scores of all test images, also at other operating points, and the first of one shape."""
    total, examples = None, []
    thresholds = ThresholdScores(segmenter.operating_point, classes=segmenter.classes)
    rng = np.random.default_rng(0)
    for index in tqdm(range(len(test)), "Testing", unit="image"):
        image, mask = test.pair(index, rng)
        prediction = segmenter.predict(image)
        true = np.where(mask == IGNORED, 0, mask)
        ignore = _ignore_mask(mask, test.ambiguous(index))
        scores = score_frame(
            true,
            prediction.mask,
            probabilities=prediction.probabilities,
            classes=segmenter.classes,
            ignore=ignore,
        )
        thresholds.add(true, prediction.probabilities, ignore=ignore)
        total = scores if total is None else total + scores
        if len(examples) < _N_EXAMPLES and (not examples or image.shape == examples[0][0].shape):
            examples.append((image, true, prediction.mask))
    return total, thresholds, examples


def _ignore_mask(mask: np.ndarray, ambiguous: np.ndarray | None) -> np.ndarray | None:
    """Pixels that are not decided, or that no method can decide; None where there are none."""
    undecided = mask == IGNORED
    if not undecided.any():
        return ambiguous
    return undecided if ambiguous is None else undecided | ambiguous


def choose_check_image(examples: list[Example]) -> np.ndarray:
    """Corner of the test image that holds the most classes, to check copies of the model with."""
    corner = np.s_[:_CHECK_EDGE, :_CHECK_EDGE]
    image, *_ = max(examples, key=lambda example: np.unique(example[1][corner]).size)
    return image[corner]


def summary(scores: FrameScores, thresholds: ThresholdScores) -> dict:
    """Scores on test images as plain numbers, ready for JSON."""
    return {
        **scores.all_pixels.to_dict(),
        "loss": scores.loss,
        "unambiguous": scores.unambiguous and scores.unambiguous.to_dict(),
        "n_test_images": scores.n_frames,
        "thresholds": {TEST_IMAGES: thresholds.to_dict()},
    }


def training_stage(
    plan: TrainingPlan, *, command: str | None, code: str, history: dict[str, list[float]]
) -> dict:
    """Record of one stage of a training: its settings and its history."""
    detector = plan.find_detector()
    return {
        "command": command,
        "code": code,
        "python": sys.version.split()[0],
        "preset": plan.name,
        "purpose": plan.purpose,
        "known_failures": list(plan.known_failures),
        "licence": None if plan.data else "MIT, as ccdseg; trained on simulated images alone.",
        "network": {"architecture": plan.architecture, **plan.network},
        "labels": plan.labels,
        "data": str(plan.data) if plan.data else f"recipe {plan.recipe.name!r}",
        "images": plan.n_images,
        "new_images_every_epoch": plan.streamed and not (plan.augment or plan.data),
        "augment": plan.augment,
        "weights": plan.weights,
        "recipe": plan.training_recipe().to_dict(),
        "detector": asdict(detector) if detector else "drawn for each image from the recipe",
        "config": asdict(plan.config),
        "history": history,
    }


def write_report(folder: Path, scores: FrameScores, *, command: str | None) -> None:
    """Write `report.txt`; `report.json` is written with the segmenter."""
    parts = [f"Scores on {scores.n_frames} test images, all pixels", str(scores.all_pixels)]
    if scores.unambiguous is not None:
        deposit = "in which the clusters' deposit lies between 0.5 and 3 σ"
        parts += [f"{UNAMBIGUOUS.capitalize()}: those {deposit}", str(scores.unambiguous)]
    parts.append(f"Mean cross-entropy of the probabilities: {scores.loss:.5f}")
    if command:
        parts.append(f"Made by: {command}")
    (folder / "report.txt").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def write_figures(
    folder: Path,
    histories: Sequence[dict[str, list[float]]],
    *,
    classes: ClassCatalogue,
    report: PixelReport,
    examples: list[Example],
    reliability: Reliability,
) -> None:
    """Write the learning curves, panels of test images, confusion matrix and reliability."""
    from ccdseg import plotting

    images, labels, predictions = map(np.stack, zip(*examples, strict=True))
    masks = {"label": labels, "prediction": predictions}
    whole = {name: [x for part in histories for x in part[name]] for name in histories[0]}
    figures = {
        "curves": plotting.show_history(whole),
        "panels": plotting.show_panels(images, masks, classes=classes),
        "confusion": plotting.show_confusion(report),
        "reliability": plotting.show_reliability(reliability, classes=classes),
    }
    for name, figure in figures.items():
        plotting.save_figure(figure, folder / f"{name}.png")
