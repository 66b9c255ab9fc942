"""Batches for training: normalised images and one-hot masks, stored or simulated."""

from __future__ import annotations

from abc import abstractmethod
from math import ceil

import numpy as np
from keras.utils import PyDataset

from ccdseg.classes import ClassCatalogue
from ccdseg.dataset import ArraySet
from ccdseg.detector import Detector
from ccdseg.mask import Thresholds, threshold_mask, to_one_hot
from ccdseg.normalization import Normalizer
from ccdseg.simulation import Recipe, simulate_image
from ccdseg.tiling import pad_to_multiple


class _Batches(PyDataset):
    """Batches whose randomness depends on seed, epoch and position alone, not on who asks when."""

    def __init__(
        self,
        *,
        normalizer: Normalizer,
        classes: ClassCatalogue,
        stride: int,
        batch_size: int,
        seed: int,
        flips: bool,
    ) -> None:
        super().__init__(workers=1, max_queue_size=8)
        self.normalizer = normalizer
        self.classes = classes
        self.stride = stride
        self.batch_size = batch_size
        self.seed = seed
        self.flips = flips
        self.epoch = 0

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng([self.seed, self.epoch, index])
        images, masks = self._images_and_masks(index, rng)
        images = [self.normalizer(image) for image in images]
        pairs = zip(images, masks, strict=True)
        if self.flips:
            pairs = [_flipped(image, mask, rng) for image, mask in pairs]
        images, masks = map(np.stack, zip(*pairs, strict=True))
        images, masks = (pad_to_multiple(array, self.stride) for array in (images, masks))
        return images[..., np.newaxis], to_one_hot(masks, len(self.classes))

    def on_epoch_end(self) -> None:
        self.epoch += 1

    @abstractmethod
    def _images_and_masks(
        self, index: int, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Images (ADU) and masks of the batch number `index`."""


class ArrayBatches(_Batches):
    """Batches of stored images, in a new order every epoch.

    Parameters
    ----------
    arrays : ArraySet
        Images (ADU) and masks.
    shuffle : bool
        Whether the order changes.
    normalizer, classes, stride, batch_size, seed, flips
        Normalisation of each image, classes of the masks, what the sides of an image are padded to
        a multiple of (px), images per batch, seed, and whether images are flipped and turned at
        random.
    """

    def __init__(self, arrays: ArraySet, *, shuffle: bool = True, **settings) -> None:  # noqa: ANN003
        super().__init__(**settings)
        self.arrays = arrays
        self.shuffle = shuffle

    def __len__(self) -> int:
        return ceil(len(self.arrays) / self.batch_size)

    def _images_and_masks(
        self,
        index: int,
        rng: np.random.Generator,  # noqa: ARG002 - the order comes from the epoch alone
    ) -> tuple[np.ndarray, np.ndarray]:
        order = np.arange(len(self.arrays))
        if self.shuffle:
            order = np.random.default_rng([self.seed, self.epoch]).permutation(order)
        picked = order[index * self.batch_size : (index + 1) * self.batch_size]
        return self.arrays.images[picked], self.arrays.masks[picked]


class SimulatedBatches(_Batches):
    """Batches simulated as they are asked for, never the same image twice, nothing stored.

    Parameters
    ----------
    recipe : SimulationRecipe, FrameRecipe or RecipeMixture
        What the images hold.
    detector : Detector or None
        What they are taken with; None for the recipe's own.
    n_images : int
        Images per epoch.
    thresholds : Thresholds, optional
        Label the images by these instead of by their truth.
    normalizer, classes, stride, batch_size, seed, flips
        As for `ArrayBatches`.
    """

    def __init__(
        self,
        recipe: Recipe,
        detector: Detector | None,
        *,
        n_images: int,
        thresholds: Thresholds | None = None,
        **settings,  # noqa: ANN003
    ) -> None:
        super().__init__(**settings)
        self.recipe = recipe
        self.detector = detector
        self.n_images = n_images
        self.thresholds = thresholds

    def __len__(self) -> int:
        return ceil(self.n_images / self.batch_size)

    def _images_and_masks(
        self, index: int, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        n = min(self.batch_size, self.n_images - index * self.batch_size)
        drawn = [simulate_image(self.recipe, detector=self.detector, rng=rng) for _ in range(n)]
        images = np.stack([simulated.image for simulated in drawn])
        if self.thresholds is not None:
            return images, threshold_mask(images, self.thresholds)
        return images, np.stack([simulated.mask_in(self.classes) for simulated in drawn])


def _flipped(
    image: np.ndarray, mask: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Image and mask, both flipped and, where square, turned in the same random way."""
    axes = [axis for axis in (0, 1) if rng.random() < 0.5]
    image, mask = np.flip(image, axes), np.flip(mask, axes)
    turn = rng.random() < 0.5 and image.shape[0] == image.shape[1]
    return (image.T, mask.T) if turn else (image, mask)
