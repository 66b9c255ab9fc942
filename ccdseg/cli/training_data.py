"""What a training of the command line learns from, and what it is tested on."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ccdseg.augmentation import append_augmented
from ccdseg.dataset import ArraySet, load_array_set
from ccdseg.detector import Detector
from ccdseg.errors import InputError
from ccdseg.images_io.folders import ImageFolder, check_folders, find_parts
from ccdseg.mask import IntensityBands, mask_from_bands
from ccdseg.simulation import RecipeLike, simulate_dataset
from ccdseg.training.presets import N_TEST_IMAGES, TEST_SEED, Preset

_TEST_SHARE = 0.2
"""Share of one's own images that is split off to test, where none are given for that."""

Frame = tuple[np.ndarray, np.ndarray, np.ndarray | None]
"""An image (ADU), its mask, and the pixels that no method can decide, where they are known."""


@dataclass(frozen=True)
class Sets:
    """What is trained, validated and tested on.

    Attributes
    ----------
    training : ArraySet, ImageFolder or None
        None where images are simulated on the fly.
    validation : ImageFolder or None
        None where a part of the training images validates.
    test : ArraySet or ImageFolder
        What the report is about.
    bands : IntensityBands or None
        What labels images that are simulated on the fly; None for their truth.
    """

    training: ArraySet | ImageFolder | None
    test: ArraySet | ImageFolder
    validation: ImageFolder | None = None
    bands: IntensityBands | None = None

    def test_frames(self) -> Iterator[Frame]:
        """Test images, one after the other."""
        if isinstance(self.test, ImageFolder):
            return ((image, mask, None) for image, mask in self.test)
        ambiguous = [None] * len(self.test) if self.test.ambiguous is None else self.test.ambiguous
        return zip(self.test.images, self.test.masks, ambiguous, strict=True)


def load_data(
    arguments: argparse.Namespace, preset: Preset
) -> ArraySet | dict[str, ImageFolder] | None:
    """One's own images: a file of arrays, or folders of which every file is looked at.

    Raises
    ------
    InputError
        Where they are missing, damaged, or do not fit the preset and the other arguments.
    """
    path = arguments.data
    if path is None:
        return None
    if path.is_dir():
        return _load_folders(arguments, preset)
    arrays = load_array_set(path, n_classes=len(preset.classes))
    if arrays.masks is None and preset.labels != "bands":
        raise InputError(f"{path} holds no masks; add them, or pass --labels bands.")
    return arrays


def _load_folders(arguments: argparse.Namespace, preset: Preset) -> dict[str, ImageFolder]:
    path = arguments.data
    if len(preset.classes) != 2:
        raise InputError(
            f"The masks in {path} are of two classes, and the preset {preset.name} tells "
            f"{len(preset.classes)} apart; take --preset cosmics."
        )
    if arguments.augment or preset.labels == "bands":
        option = "--augment" if arguments.augment else "--labels bands"
        raise InputError(f"{option} needs images in memory; leave it out with a folder.")
    parts = find_parts(path)
    if "Train" not in parts:
        raise InputError(f"{path} holds no folder Train; add it, with TrainAnnotation.")
    check_folders(parts.values())
    return parts


def split_or_simulate(
    arguments: argparse.Namespace,
    preset: Preset,
    detector: Detector | None,
    data: ArraySet | dict[str, ImageFolder] | None,
) -> Sets:
    """Training and test images with the labels that the preset asks for."""
    if isinstance(data, dict):
        return _split_folders(data)
    bands = _bands(preset, detector) if preset.labels == "bands" else None
    if data is not None:
        training, test = _labelled(data, bands).split(_TEST_SHARE)
    else:
        test = _simulate(preset.test_recipe, N_TEST_IMAGES, TEST_SEED, preset, detector)
        training = None if preset.streamed else _simulate_training(preset, detector, bands)
    if arguments.augment:
        rng = np.random.default_rng([arguments.seed, 2])
        training = append_augmented(training, arguments.augment, rng=rng)
    return Sets(training, test, bands=bands)


def _split_folders(parts: dict[str, ImageFolder]) -> Sets:
    training, test = parts["Train"], parts.get("Test")
    if test is None:
        training, test = training.split(_TEST_SHARE)
    return Sets(training, test, parts.get("Validation"))


def _bands(preset: Preset, detector: Detector | None) -> IntensityBands:
    try:
        return preset.recipe.intensity_bands(detector)
    except InputError as error:
        raise InputError(
            f"--labels bands does not fit the preset {preset.name}: {error} Or take --labels truth."
        ) from None


def _simulate_training(
    preset: Preset, detector: Detector | None, bands: IntensityBands | None
) -> ArraySet:
    arrays = _simulate(preset.recipe, preset.n_images, preset.config.seed, preset, detector)
    return _labelled(arrays, bands)


def _simulate(
    recipe: RecipeLike, n_images: int, seed: int, preset: Preset, detector: Detector | None
) -> ArraySet:
    return simulate_dataset(
        recipe,
        n_images=n_images,
        detector=detector,
        rng=np.random.default_rng(seed),
        classes=preset.classes,
        progress=True,
    )


def _labelled(arrays: ArraySet, bands: IntensityBands | None) -> ArraySet:
    """The set with masks by intensity bands where these are given."""
    if bands is None:
        return arrays
    return ArraySet(arrays.images, mask_from_bands(arrays.images, bands), arrays.ambiguous)
