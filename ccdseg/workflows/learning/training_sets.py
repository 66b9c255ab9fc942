"""Images of one training: what is trained on, validated and tested on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path

import numpy as np

from ccdseg.augmentation import append_augmented
from ccdseg.dataset import ArraySet, load_array_set
from ccdseg.errors import InputError
from ccdseg.images_io.folders import check_folders, find_parts
from ccdseg.mask import IntensityBands, mask_from_bands
from ccdseg.training.data import ArrayData, Pair, TrainingData
from ccdseg.training.folder_data import FolderData
from ccdseg.training.frame_data import FrameData
from ccdseg.training.plan import TrainingPlan
from ccdseg.training.presets import N_TEST_IMAGES, TEST_SEED
from ccdseg.training.simulated_data import MixedData, SimulatedData

N_CALIBRATION = 150
"""Frames that are simulated to choose the operating point, and most of those of one's own."""

_TEST_SHARE = 0.2
"""Share of one's own images that is split off to test, where none are given for that."""

_AUGMENTATION, _CALIBRATION = 2, 3
"""Streams of random numbers, beside the seed."""

OwnImages = ArraySet | dict[str, TrainingData]
"""Images from a file of arrays, or from folders by the name of their part."""


@dataclass(frozen=True)
class TrainingSets:
    """Images of one training.

    Attributes
    ----------
    training : tuple of TrainingData
        One for each stage.
    validation : TrainingData or None
        None where a part of the training images validates.
    test : TrainingData
        Test images of the report.
    """

    training: tuple[TrainingData, ...]
    validation: TrainingData | None
    test: TrainingData

    def calibration(self, plan: TrainingPlan) -> Iterable[Pair]:
        """Images that were not trained on, to choose the operating point of the last stage."""
        rng = np.random.default_rng([plan.config.seed, _CALIBRATION])
        if self.validation is not None:
            return self.validation.sample(N_CALIBRATION, rng=rng)
        return self.training[-1].held_out(
            N_CALIBRATION, fraction=plan.config.validation_split, rng=rng
        )


def load_own_images(plan: TrainingPlan) -> OwnImages | None:
    """One's own images: a file of arrays, or folders of which every file is looked at.

    Raises
    ------
    InputError
        If they are missing, damaged, or do not fit the plan.
    """
    if plan.data is None:
        return None
    path = Path(plan.data)
    if path.is_dir():
        return _load_folders(plan)
    arrays = load_array_set(path, n_classes=len(plan.classes))
    if arrays.masks is None and plan.labels != "bands":
        raise InputError(f"{path} holds no masks; add them, or pass --labels bands.")
    return arrays


def _load_folders(plan: TrainingPlan) -> dict[str, TrainingData]:
    """Parts of the data set, masks of two values or of any number of classes."""
    path, n_classes = Path(plan.data), len(plan.classes)
    if plan.augment or plan.labels == "bands":
        option = "--augment" if plan.augment else "--labels bands"
        raise InputError(f"{option} needs images in memory; leave it out with a folder.")
    parts = find_parts(path)
    if "Train" not in parts:
        raise InputError(f"{path} holds no folder Train; add it, with TrainAnnotation.")
    if n_classes == 2:
        check_folders(parts.values())
        return {name: FolderData(part) for name, part in parts.items()}
    return {
        name: FrameData.open(part, n_classes=n_classes, in_pieces=name == "Train", progress=True)
        for name, part in parts.items()
    }


def prepare_sets(plan: TrainingPlan, own: OwnImages | None) -> TrainingSets:
    """Training and test images with the labels that the plan asks for."""
    if isinstance(own, dict):
        training, test = own["Train"], own.get("Test")
        if test is None:
            training, test = training.split(_TEST_SHARE, rng=np.random.default_rng(TEST_SEED))
        return TrainingSets((_mixed(training, plan),), own.get("Validation"), test)
    if own is not None:
        training, test = _labelled(own, _bands(plan)).split(_TEST_SHARE)
        training = ArrayData(_augmented(training, plan))
        return TrainingSets((_mixed(training, plan),), None, ArrayData(test))
    tested = SimulatedData(
        plan.test_recipe, N_TEST_IMAGES, classes=plan.classes, detector=plan.find_detector()
    )
    test = tested.stored(N_TEST_IMAGES, rng=np.random.default_rng(TEST_SEED), progress=True)
    return TrainingSets(tuple(_simulated(run) for run in plan.runs()), None, ArrayData(test))


def _simulated(plan: TrainingPlan) -> TrainingData:
    """Training images of one stage: new ones every epoch, or the same."""
    data = _streamed(plan, plan.n_images)
    if plan.streamed and not plan.augment:
        return data
    rng = np.random.default_rng(plan.config.seed)
    return ArrayData(_augmented(data.stored(plan.n_images, rng=rng, progress=True), plan))


def _streamed(plan: TrainingPlan, n_images: int) -> SimulatedData:
    return SimulatedData(
        plan.training_recipe(),
        n_images,
        classes=plan.classes,
        detector=plan.find_detector(),
        bands=_bands(plan),
    )


def _mixed(own: TrainingData, plan: TrainingPlan) -> TrainingData:
    """One's own images, often enough, among simulated ones where the plan asks for them."""
    if isinstance(own, FrameData) and len(own) < plan.least_own:
        own = replace(own, n_times=ceil(plan.least_own / len(own)))
    n_images = round(len(own) * plan.simulated_share / (1 - plan.simulated_share))
    return MixedData(own, _streamed(plan, n_images)) if n_images else own


def _augmented(arrays: ArraySet, plan: TrainingPlan) -> ArraySet:
    if plan.augment is None:
        return arrays
    rng = np.random.default_rng([plan.config.seed, _AUGMENTATION])
    return append_augmented(arrays, plan.augment, rng=rng)


def _bands(plan: TrainingPlan) -> IntensityBands | None:
    """Intensity bands that label the images; None for their truth."""
    if plan.labels == "truth":
        return None
    try:
        return plan.recipe.intensity_bands(plan.find_detector())
    except InputError as error:
        raise InputError(
            f"--labels bands does not fit the preset {plan.name}: {error} Or take --labels truth."
        ) from None


def _labelled(arrays: ArraySet, bands: IntensityBands | None) -> ArraySet:
    """The set with masks by intensity bands where these are given."""
    if bands is None:
        return arrays
    return replace(arrays, masks=mask_from_bands(arrays.images, bands))
