"""Operating point, chosen on frames that are neither trained on nor reported on."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from ccdseg.cli.training_data import Sets
from ccdseg.detector import Detector
from ccdseg.evaluation import PixelSample, Reliability, choose_operating_point, measure_reliability
from ccdseg.images_io.folders import ImageFolder
from ccdseg.simulation import simulate_images
from ccdseg.training.presets import Preset

if TYPE_CHECKING:
    from ccdseg.segmentation.segmenter import Segmenter

N_FRAMES = 150
"""Frames that are simulated to choose it, and most of those of a folder."""

logger = logging.getLogger(__name__)


def calibration_frames(
    preset: Preset, detector: Detector | None, sets: Sets
) -> Iterable[tuple[np.ndarray, np.ndarray]]:
    """Images and masks: new ones of the preset's recipe, or the part of a set that validates."""
    if sets.training is not None:
        validation = sets.validation or sets.training.split(preset.config.validation_split)[1]
        if isinstance(validation, ImageFolder):
            step = -(-len(validation) // N_FRAMES)
            return (validation[index] for index in range(0, len(validation), step))
        return list(zip(*validation, strict=True))
    rng = np.random.default_rng([preset.config.seed, 3])
    images = simulate_images(preset.recipe, N_FRAMES, detector=detector, rng=rng)
    return ((simulated.image, simulated.mask_in(preset.classes)) for simulated in images)


def calibrate(
    segmenter: Segmenter, frames: Iterable[tuple[np.ndarray, np.ndarray]]
) -> tuple[Segmenter, Reliability]:
    """Choose the operating point, and measure the reliability of the probabilities.

    Parameters
    ----------
    segmenter : Segmenter
        Trained.
    frames : iterable of tuple
        Images (ADU) and masks.

    Returns
    -------
    segmenter : Segmenter
        With the operating point that makes the mean F1 of the classes highest.
    reliability : Reliability
    """
    sample, total = PixelSample(classes=segmenter.classes), None
    for image, mask in tqdm(frames, desc="Calibrating", unit="frame"):
        probabilities = segmenter.predict(image).probabilities
        sample.add(mask, probabilities)
        measured = measure_reliability(mask, probabilities, classes=segmenter.classes)
        total = measured if total is None else total + measured
    segmenter = segmenter.with_operating_point(choose_operating_point(sample))
    named = zip(segmenter.classes.names, segmenter.operating_point, strict=True)
    logger.info("operating point: %s", ", ".join(f"{name} {value:.3g}" for name, value in named))
    return segmenter, total
