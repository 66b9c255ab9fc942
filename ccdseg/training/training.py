"""Training a segmenter: on arrays, on folders of images, on images simulated as it goes."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np

from ccdseg.dataset import ArraySet
from ccdseg.detector import Detector
from ccdseg.errors import InputError
from ccdseg.images_io.folders import ImageFolder, check_folders, read_mask
from ccdseg.mask import IntensityBands, class_frequencies, class_weights, mask_from_bands
from ccdseg.segmentation.segmenter import Segmenter
from ccdseg.simulation import Recipe, simulate_dataset
from ccdseg.training.batches import ArrayBatches, FolderBatches, SimulatedBatches
from ccdseg.training.config import TrainingConfig
from ccdseg.training.fitting import fit

_LARGEST_PIECE = 512
"""Most rows and columns of the piece of an image that is trained on at once (px)."""

_SAMPLED_MASKS = 500
"""Most masks of a folder that are read to find how frequent the classes are."""

logger = logging.getLogger(__name__)


def train(
    segmenter: Segmenter,
    images: np.ndarray,
    masks: np.ndarray,
    *,
    config: TrainingConfig | None = None,
    folder: str | Path | None = None,
    progress: bool = True,
) -> dict[str, list[float]]:
    """Train on stored images; the last `config.validation_split` of them validates.

    Parameters
    ----------
    segmenter : Segmenter
        Its network is trained, in place; it ends with the weights of the best epoch.
    images : ndarray
        Signal (ADU) of shape (N, H, W).
    masks : ndarray
        Class indices of the same shape.
    config : TrainingConfig, optional
        Hyperparameters.
    folder : str or Path, optional
        Where the log ``training_log.csv`` is written, and after each epoch the state of the
        training: where a training of the same configuration was killed in this folder, it goes on
        after the last whole epoch.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    dict of str to list of float
        Loss, accuracy and learning rate of each epoch.

    Raises
    ------
    InputError
        Where images and masks do not fit each other, the network or the catalogue.
    """
    config = config or TrainingConfig()
    images, masks = np.asarray(images), np.asarray(masks)
    class_frequencies(masks, len(segmenter.classes))  # refuses what is no class
    if images.dtype.kind not in "fiu" or not np.isfinite(images).all():
        raise InputError("The images hold what is no finite number (NaN); mend or drop them.")
    training, validation = ArraySet(images, masks).split(config.validation_split)
    batches = ArrayBatches(training, **_settings(segmenter, config))
    weights = _class_weights(training.masks, segmenter, config)
    return fit(
        segmenter,
        batches,
        ArrayBatches(validation, shuffle=False, **_unflipped(segmenter, config)),
        weights=weights,
        config=config,
        folder=folder,
        progress=progress,
    )


def train_on_folders(
    segmenter: Segmenter,
    training: ImageFolder,
    validation: ImageFolder | None = None,
    *,
    config: TrainingConfig | None = None,
    folder: str | Path | None = None,
    progress: bool = True,
) -> dict[str, list[float]]:
    """Train on folders of images and masks, read as training goes.

    Images may have different sizes: they are resized where the segmenter has an `input_size`;
    otherwise a piece of each, at most 512×512 pixels and anywhere in it, is trained on in each
    epoch, and its middle is validated on.

    Parameters
    ----------
    segmenter, config, folder, progress
        As for `train`.
    training : ImageFolder
        Images with masks of two classes.
    validation : ImageFolder, optional
        Images that validate; by default the last `config.validation_split` of the others.

    Returns
    -------
    dict of str to list of float
        As from `train`.

    Raises
    ------
    InputError
        Where an image or a mask cannot be used; the first is named, before training starts where
        the heads of the files tell.
    """
    config = config or TrainingConfig()
    largest = check_folders([part for part in (training, validation) if part], progress=progress)
    if validation is None:
        training, validation = training.split(config.validation_split)
    piece = tuple(
        -(-min(side, _LARGEST_PIECE) // segmenter.stride) * segmenter.stride for side in largest
    )
    weights = _class_weights(_sample_of_masks(training), segmenter, config)
    return fit(
        segmenter,
        FolderBatches(training, piece=piece, **_settings(segmenter, config)),
        FolderBatches(validation, piece=piece, shuffle=False, **_unflipped(segmenter, config)),
        weights=weights,
        config=config,
        folder=folder,
        progress=progress,
    )


def train_on_simulation(
    segmenter: Segmenter,
    recipe: Recipe,
    *,
    n_images: int,
    detector: Detector | None = None,
    bands: IntensityBands | None = None,
    config: TrainingConfig | None = None,
    folder: str | Path | None = None,
    progress: bool = True,
) -> dict[str, list[float]]:
    """Train on images that are simulated as training goes, new ones every epoch.

    Parameters
    ----------
    segmenter, config, folder, progress
        As for `train`.
    recipe : SimulationRecipe, FrameRecipe or RecipeMixture
        What the images hold.
    n_images : int
        Images per epoch.
    detector : Detector, optional
        What they are taken with; the recipe's own by default.
    bands : IntensityBands, optional
        Label the images by these instead of by their truth.

    Returns
    -------
    dict of str to list of float
        As from `train`. A stored set of ``validation_split × n_images`` images validates.
    """
    config = config or TrainingConfig()
    validation = simulate_dataset(
        recipe,
        n_images=max(round(config.validation_split * n_images), 1),
        detector=detector,
        rng=np.random.default_rng([config.seed, 1]),
        classes=segmenter.classes,
        progress=progress,
    )
    if bands is not None:
        validation = ArraySet(validation.images, mask_from_bands(validation.images, bands))
    batches = SimulatedBatches(
        recipe,
        detector,
        n_images=n_images,
        bands=bands,
        **_settings(segmenter, config),
    )
    weights = _class_weights(validation.masks, segmenter, config)
    return fit(
        segmenter,
        batches,
        ArrayBatches(validation, shuffle=False, **_unflipped(segmenter, config)),
        weights=weights,
        config=config,
        folder=folder,
        progress=progress,
    )


def _sample_of_masks(folder: ImageFolder) -> np.ndarray:
    """Classes of all pixels of evenly spread masks of a folder, one after the other."""
    step = -(-len(folder) // _SAMPLED_MASKS)
    return np.concatenate([read_mask(path).ravel() for path in folder.masks[::step]])


def _class_weights(masks: np.ndarray, segmenter: Segmenter, config: TrainingConfig) -> list[float]:
    """Weight of each class in the loss, summing to the number of classes."""
    weights = class_weights(masks, len(segmenter.classes)) ** config.balance
    weights *= len(weights) / weights.sum()
    logger.info("class weights: %s", ", ".join(f"{weight:.3f}" for weight in weights))
    return weights.tolist()


def _settings(segmenter: Segmenter, config: TrainingConfig) -> dict:
    return {
        "normalizer": segmenter.normalizer,
        "classes": segmenter.classes,
        "stride": segmenter.stride,
        "input_size": segmenter.input_size,
        "batch_size": config.batch_size,
        "seed": config.seed,
        "flips": config.flips,
    }


def _unflipped(segmenter: Segmenter, config: TrainingConfig) -> dict:
    """Settings of the batches that validate."""
    return {**_settings(segmenter, config), "flips": False}
