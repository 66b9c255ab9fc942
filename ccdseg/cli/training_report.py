"""What a training leaves behind beside the network: scores, provenance, report and figures."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from ccdseg.dataset import ArraySet
from ccdseg.detector import Detector
from ccdseg.evaluation import PixelReport, Reliability, cross_entropy, pixel_report
from ccdseg.presets import Preset

if TYPE_CHECKING:
    from ccdseg.inference import Prediction, Segmenter


def score(
    segmenter: Segmenter, test: ArraySet, prediction: Prediction
) -> tuple[PixelReport, PixelReport | None]:
    """Scores on all pixels, and without those that no method can decide."""
    strict = pixel_report(test.masks, prediction.mask, classes=segmenter.classes)
    clear = None
    if test.unclear is not None:
        clear = pixel_report(
            test.masks, prediction.mask, classes=segmenter.classes, ignore=test.unclear
        )
    loss = cross_entropy(test.masks, prediction.probabilities)
    segmenter.report = {
        **strict.to_dict(),
        "loss": loss,
        "clear": clear and clear.to_dict(),
        "n_test_images": len(test),
    }
    return strict, clear


def record_training(
    segmenter: Segmenter,
    arguments: argparse.Namespace,
    preset: Preset,
    detector: Detector | None,
    *,
    code: str,
) -> None:
    """Write down what makes the training again."""
    segmenter.training |= {
        "command": arguments.command_line,
        "code": code,
        "python": sys.version.split()[0],
        "preset": preset.name,
        "network": {"architecture": preset.architecture, **preset.network},
        "labels": preset.labels,
        "data": str(arguments.data) if arguments.data else f"recipe {preset.recipe.name!r}",
        "images": preset.n_images,
        "new_images_every_epoch": preset.streamed,
        "augment": arguments.augment,
        "weights": arguments.weights,
        "earlier_training": _earlier_training(arguments.weights),
        "recipe": preset.recipe.to_dict(),
        "detector": asdict(detector) if detector else "drawn for each image from the recipe",
    }


def _earlier_training(weights: str | None) -> dict | None:
    """How the model was trained whose weights are the start; None where it is none."""
    if weights is None or Path(weights).is_file():
        return None
    from ccdseg.inference import Segmenter

    earlier = Segmenter.load(weights)
    return earlier.training | {"history": earlier.history}


def write_report(
    folder: Path, segmenter: Segmenter, strict: PixelReport, clear: PixelReport | None
) -> None:
    """Write `report.txt`; `report.json` is written with the segmenter."""
    parts = [f"Scores on {segmenter.report['n_test_images']} test images, all pixels", str(strict)]
    if clear is not None:
        parts += [
            "Clear: without the pixels in which the clusters' deposit lies between 0.5 and 3 σ",
            str(clear),
        ]
    parts.append(f"Mean cross-entropy of the probabilities: {segmenter.report['loss']:.5f}")
    parts.append(f"Made by: {segmenter.training['command']}")
    (folder / "report.txt").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def write_figures(
    folder: Path,
    segmenter: Segmenter,
    test: ArraySet,
    prediction: Prediction,
    *,
    report: PixelReport,
    reliability: Reliability,
) -> None:
    """Write the learning curves, panels of test images, confusion matrix and reliability."""
    from ccdseg import plotting

    first = slice(0, 4)
    masks = {"label": test.masks[first], "prediction": prediction.mask[first]}
    figures = {
        "curves": plotting.plot_history(segmenter.history),
        "panels": plotting.show_panels(test.images[first], masks, classes=segmenter.classes),
        "confusion": plotting.plot_confusion(report),
        "reliability": plotting.plot_reliability(reliability, classes=segmenter.classes),
    }
    for name, figure in figures.items():
        plotting.save_figure(figure, folder / f"{name}.png")
