"""What a training leaves behind beside the network: scores, provenance, report and figures."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from ccdseg.classes import ClassCatalogue
from ccdseg.cli.training_data import Frame
from ccdseg.detector import Detector
from ccdseg.evaluation import (
    UNAMBIGUOUS,
    FrameScores,
    PixelReport,
    Reliability,
    score_frame,
)
from ccdseg.segmentation.store import find_model, read_training
from ccdseg.training.presets import Preset

if TYPE_CHECKING:
    from ccdseg.segmentation.segmenter import Segmenter

Example = tuple[np.ndarray, np.ndarray, np.ndarray]
"""An image (ADU), its mask, and the predicted one."""

_N_EXAMPLES = 4
_CHECK_EDGE = 256


def score(
    segmenter: Segmenter, frames: Iterable[Frame], n_frames: int
) -> tuple[FrameScores, list[Example]]:
    """Scores of all test frames, and the first frames of one shape."""
    total, examples = None, []
    for image, mask, ambiguous in tqdm(frames, "Testing", total=n_frames, unit="image"):
        prediction = segmenter.predict(image)
        scores = score_frame(
            mask,
            prediction.mask,
            probabilities=prediction.probabilities,
            classes=segmenter.classes,
            ignore=ambiguous,
        )
        total = scores if total is None else total + scores
        if len(examples) < _N_EXAMPLES and (not examples or image.shape == examples[0][0].shape):
            examples.append((image, mask, prediction.mask))
    return total, examples


def choose_check_image(examples: list[Example]) -> np.ndarray:
    """Corner of the test image that holds the most classes, to check copies of the model with."""
    corner = np.s_[:_CHECK_EDGE, :_CHECK_EDGE]
    image, *_ = max(examples, key=lambda example: np.unique(example[1][corner]).size)
    return image[corner]


def training_stage(
    arguments: argparse.Namespace,
    preset: Preset,
    detector: Detector | None,
    *,
    code: str,
    history: dict[str, list[float]],
) -> dict:
    """What makes the training again, and how it went."""
    return {
        "command": arguments.command_line,
        "code": code,
        "python": sys.version.split()[0],
        "preset": preset.name,
        "purpose": preset.purpose,
        "known_failures": list(preset.known_failures),
        "licence": None if arguments.data else "MIT, as ccdseg; trained on simulated images alone.",
        "network": {"architecture": preset.architecture, **preset.network},
        "labels": preset.labels,
        "data": str(arguments.data) if arguments.data else f"recipe {preset.recipe.name!r}",
        "images": preset.n_images,
        "new_images_every_epoch": preset.streamed,
        "augment": arguments.augment,
        "weights": preset.weights,
        "recipe": preset.recipe.to_dict(),
        "detector": asdict(detector) if detector else "drawn for each image from the recipe",
        "config": asdict(preset.config),
        "history": history,
    }


def earlier_stages(weights: str | None) -> list[dict]:
    """How the model was trained whose weights are the start; empty where it is none."""
    if weights is None or Path(weights).is_file():
        return []
    return read_training(find_model(weights))


def summary(scores: FrameScores) -> dict:
    """Scores on test images as plain numbers, ready for JSON."""
    return {
        **scores.all_pixels.to_dict(),
        "loss": scores.loss,
        "unambiguous": scores.unambiguous and scores.unambiguous.to_dict(),
        "n_test_images": scores.n_frames,
    }


def write_report(folder: Path, scores: FrameScores, *, command: str) -> None:
    """Write `report.txt`; `report.json` is written with the segmenter."""
    parts = [f"Scores on {scores.n_frames} test images, all pixels", str(scores.all_pixels)]
    if scores.unambiguous is not None:
        deposit = "in which the clusters' deposit lies between 0.5 and 3 σ"
        parts += [f"{UNAMBIGUOUS.capitalize()}: those {deposit}", str(scores.unambiguous)]
    parts.append(f"Mean cross-entropy of the probabilities: {scores.loss:.5f}")
    parts.append(f"Made by: {command}")
    (folder / "report.txt").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def write_figures(
    folder: Path,
    history: dict[str, list[float]],
    *,
    classes: ClassCatalogue,
    report: PixelReport,
    examples: list[Example],
    reliability: Reliability,
) -> None:
    """Write the learning curves, panels of test images, confusion matrix and reliability."""
    from ccdseg import plotting

    images, labels, predictions = map(np.stack, zip(*examples, strict=True))
    masks = {"truth": labels, "prediction": predictions}
    figures = {
        "curves": plotting.show_history(history),
        "panels": plotting.show_panels(images, masks, classes=classes),
        "confusion": plotting.show_confusion(report),
        "reliability": plotting.show_reliability(reliability, classes=classes),
    }
    for name, figure in figures.items():
        plotting.save_figure(figure, folder / f"{name}.png")
