"""Batches for training: normalised images and one-hot masks, stored or simulated."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from math import ceil

import numpy as np
from keras.utils import PyDataset

from ccdseg.classes import ClassCatalogue
from ccdseg.dataset import ArraySet
from ccdseg.detector import Detector
from ccdseg.errors import InputError
from ccdseg.images_io.folders import ImageFolder
from ccdseg.mask import IntensityBands, mask_from_bands, to_one_hot
from ccdseg.normalization import Normalizer
from ccdseg.segmentation.resizing import resize_bilinear, resize_nearest
from ccdseg.simulation import Recipe, simulate_image
from ccdseg.tiling import pad_to, pad_to_multiple


class Batches(PyDataset):
    """Batches whose randomness depends on seed, epoch and position alone, not on who asks when."""

    def __init__(
        self,
        *,
        normalizer: Normalizer,
        classes: ClassCatalogue,
        stride: int,
        input_size: tuple[int, int] | None,
        batch_size: int,
        seed: int,
        flips: bool,
    ) -> None:
        super().__init__(workers=1, max_queue_size=8)
        self.normalizer = normalizer
        self.classes = classes
        self.stride = stride
        self.input_size = input_size
        self.batch_size = batch_size
        self.seed = seed
        self.flips = flips
        self.epoch = 0
        self.failure: InputError | None = None

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        try:
            return self._batch(index)
        except InputError as error:
            self.failure = error  # keras hides it in an error of its own
            raise

    def _batch(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        rng = np.random.default_rng([self.seed, self.epoch, index])
        pairs = zip(*self._images_and_masks(index, rng), strict=True)
        pairs = [self._prepared(image, mask, rng) for image, mask in pairs]
        images, masks = map(np.stack, zip(*pairs, strict=True))
        images, masks = (pad_to_multiple(array, self.stride) for array in (images, masks))
        return images[..., np.newaxis], to_one_hot(masks, len(self.classes))

    def on_epoch_end(self) -> None:
        """Count the epochs."""
        self.epoch += 1

    def _prepared(
        self, image: np.ndarray, mask: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        image, mask = self._sized(self.normalizer(image), mask, rng)
        return _flipped(image, mask, rng) if self.flips else (image, mask)

    def _sized(
        self,
        image: np.ndarray,
        mask: np.ndarray,
        rng: np.random.Generator,  # noqa: ARG002 - for those that cut at random
    ) -> tuple[np.ndarray, np.ndarray]:
        if self.input_size is None:
            return image, mask
        return resize_bilinear(image, self.input_size), resize_nearest(mask, self.input_size)

    @abstractmethod
    def _images_and_masks(
        self, index: int, rng: np.random.Generator
    ) -> tuple[Sequence[np.ndarray], Sequence[np.ndarray]]:
        """Images (ADU) and masks of the batch number `index`."""


class _StoredBatches(Batches):
    """Batches of what is stored, in a new order every epoch."""

    def __init__(
        self,
        stored: ArraySet | ImageFolder,
        *,
        shuffle: bool = True,
        **settings,  # noqa: ANN003
    ) -> None:
        super().__init__(**settings)
        self.stored = stored
        self.shuffle = shuffle

    def __len__(self) -> int:
        return ceil(len(self.stored) / self.batch_size)

    def _picked(self, index: int) -> np.ndarray:
        """Positions of what belongs to the batch number `index`."""
        order = np.arange(len(self.stored))
        if self.shuffle:
            order = np.random.default_rng([self.seed, self.epoch]).permutation(order)
        return order[index * self.batch_size : (index + 1) * self.batch_size]


class ArrayBatches(_StoredBatches):
    """Batches of images in memory, in a new order every epoch.

    Parameters
    ----------
    stored : ArraySet
        Images (ADU) and masks.
    shuffle : bool
        Whether the order changes.
    normalizer, classes, stride, input_size, batch_size, seed, flips
        Normalisation of each image, classes of the masks, what the sides of an image are padded to
        a multiple of (px), size that normalised images and masks are resized to (px) or None,
        images per batch, seed, and whether images are flipped and turned at random.
    """

    def _images_and_masks(
        self,
        index: int,
        rng: np.random.Generator,  # noqa: ARG002 - the order comes from the epoch alone
    ) -> tuple[np.ndarray, np.ndarray]:
        picked = self._picked(index)
        return self.stored.images[picked], self.stored.masks[picked]


class FolderBatches(_StoredBatches):
    """Batches of images in folders, read when they are asked for, in a new order every epoch.

    Images may have different sizes. Where no `input_size` resizes them, a piece of each is taken,
    normalised with the whole image: anywhere in it where the order is shuffled, else from its
    middle; an image smaller than a piece is padded by reflection.

    Parameters
    ----------
    stored : ImageFolder
        Images with masks.
    piece : tuple of int
        Rows and columns of a piece (px).
    shuffle, normalizer, classes, stride, input_size, batch_size, seed, flips
        As for `ArrayBatches`.
    """

    def __init__(self, stored: ImageFolder, *, piece: tuple[int, int], **settings) -> None:  # noqa: ANN003
        super().__init__(stored, **settings)
        self.piece = piece

    def _images_and_masks(
        self,
        index: int,
        rng: np.random.Generator,  # noqa: ARG002 - the order comes from the epoch alone
    ) -> tuple[Sequence[np.ndarray], Sequence[np.ndarray]]:
        return tuple(zip(*(self.stored[i] for i in self._picked(index)), strict=True))

    def _sized(
        self, image: np.ndarray, mask: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        if self.input_size is not None:
            return super()._sized(image, mask, rng)
        room = np.maximum(np.subtract(image.shape, self.piece), 0)
        top, left = rng.integers(0, room, endpoint=True) if self.shuffle else room // 2
        rows, columns = self.piece
        area = np.s_[top : top + rows, left : left + columns]
        return pad_to(image[area], self.piece), pad_to(mask[area], self.piece)


class SimulatedBatches(Batches):
    """Batches simulated as they are asked for, never the same image twice, nothing stored.

    Parameters
    ----------
    recipe : SimulationRecipe, FrameRecipe or RecipeMixture
        What the images hold.
    detector : Detector or None
        What they are taken with; None for the recipe's own.
    n_images : int
        Images per epoch.
    bands : IntensityBands, optional
        Label the images by these instead of by their truth.
    normalizer, classes, stride, input_size, batch_size, seed, flips
        As for `ArrayBatches`.
    """

    def __init__(
        self,
        recipe: Recipe,
        detector: Detector | None,
        *,
        n_images: int,
        bands: IntensityBands | None = None,
        **settings,  # noqa: ANN003
    ) -> None:
        super().__init__(**settings)
        self.recipe = recipe
        self.detector = detector
        self.n_images = n_images
        self.bands = bands

    def __len__(self) -> int:
        return ceil(self.n_images / self.batch_size)

    def _images_and_masks(
        self, index: int, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        n = min(self.batch_size, self.n_images - index * self.batch_size)
        drawn = [simulate_image(self.recipe, detector=self.detector, rng=rng) for _ in range(n)]
        images = np.stack([simulated.image for simulated in drawn])
        if self.bands is not None:
            return images, mask_from_bands(images, self.bands)
        return images, np.stack([simulated.mask_in(self.classes) for simulated in drawn])


def _flipped(
    image: np.ndarray, mask: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Image and mask, both flipped and, where square, turned in the same random way."""
    axes = [axis for axis in (0, 1) if rng.random() < 0.5]
    image, mask = np.flip(image, axes), np.flip(mask, axes)
    turn = rng.random() < 0.5 and image.shape[0] == image.shape[1]
    return (image.T, mask.T) if turn else (image, mask)
