"""Batches for training: normalised images and one-hot masks."""

from __future__ import annotations

import time
from math import ceil

import numpy as np
from keras.utils import PyDataset

from ccdseg.errors import InputError
from ccdseg.mask import IGNORED, to_one_hot
from ccdseg.segmentation.resizing import resize_bilinear, resize_nearest
from ccdseg.segmentation.segmenter import Segmenter
from ccdseg.tiling import pad_to
from ccdseg.training.data import LARGEST_PIECE, Pair, TrainingData


class Batches(PyDataset):
    """Batches whose randomness depends on seed, epoch and position alone, not on who asks when.

    Images are normalised whole and then resized to the segmenter's input size. Where it has none, a
    piece of each is taken: anywhere in it to train, from its middle to validate; a smaller image is
    padded by reflection.

    Parameters
    ----------
    data : TrainingData
        Images and masks.
    segmenter : Segmenter
        Gives normalisation, classes, input size and stride.
    piece : tuple of int
        Rows and columns of a piece (px), as from `piece_shape`.
    batch_size : int
        Images per batch.
    seed : int
        Seed of order, pieces, flips and simulation.
    flips : bool
        Whether images are flipped and, where square, turned at random.
    validating : bool
        Whether all epochs are alike: the order kept, the middle of each image, and no flips.
    """

    def __init__(
        self,
        data: TrainingData,
        segmenter: Segmenter,
        *,
        piece: tuple[int, int],
        batch_size: int,
        seed: int,
        flips: bool = True,
        validating: bool = False,
    ) -> None:
        super().__init__(workers=1, max_queue_size=8)
        self.data = data
        self.segmenter = segmenter
        self.piece = piece
        self.batch_size = batch_size
        self.seed = seed
        self.flips = flips and not validating
        self.validating = validating
        self.epoch = 0
        self.failure: InputError | None = None
        self.ready: dict[int, float] = {}
        """Clock (s) when each batch was prepared, until it is used."""

    def __len__(self) -> int:
        return ceil(len(self.data) / self.batch_size)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        try:
            batch = self._batch(index)
        except InputError as error:
            self.failure = error  # keras hides it in an error of its own
            raise
        self.ready[index] = time.perf_counter()
        return batch

    def on_epoch_end(self) -> None:
        """Count the epochs."""
        self.epoch += 1

    def _batch(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        order = np.arange(len(self.data))
        if not self.validating:
            order = np.random.default_rng([self.seed, self.epoch]).permutation(order)
        rng = np.random.default_rng([self.seed, self.epoch, index])
        picked = order[index * self.batch_size : (index + 1) * self.batch_size]
        pairs = [self._prepared(self.data.pair(i, rng), rng) for i in picked]
        images, masks = map(np.stack, zip(*pairs, strict=True))
        ignored = masks == IGNORED
        one_hot = to_one_hot(np.where(ignored, 0, masks), len(self.segmenter.classes))
        one_hot[ignored] = 0  # losses leave out what is of no class
        return images[..., np.newaxis], one_hot

    def _prepared(self, pair: Pair, rng: np.random.Generator) -> Pair:
        image, mask = pair
        image = self.segmenter.normalizer(image)
        size = self.segmenter.input_size
        if size is not None:
            image, mask = resize_bilinear(image, size), resize_nearest(mask, size)
        else:
            area = self._area(image.shape, rng)
            image, mask = (pad_to(array[area], self.piece) for array in (image, mask))
        return _flipped(image, mask, rng) if self.flips else (image, mask)

    def _area(self, shape: tuple[int, int], rng: np.random.Generator) -> tuple[slice, slice]:
        """Rows and columns of an image that are taken."""
        room = np.maximum(np.subtract(shape, self.piece), 0)
        top, left = room // 2 if self.validating else rng.integers(0, room, endpoint=True)
        return np.s_[top : top + self.piece[0], left : left + self.piece[1]]


def piece_shape(shapes: list[tuple[int, int]], *, stride: int) -> tuple[int, int]:
    """Rows and columns (px) of the pieces of images of at most these shapes.

    As many as the largest image has, at most `LARGEST_PIECE`, in multiples of `stride`.
    """
    largest = np.minimum(np.max(shapes, axis=0), LARGEST_PIECE)
    rows, columns = -(-largest // stride) * stride
    return int(rows), int(columns)


def _flipped(image: np.ndarray, mask: np.ndarray, rng: np.random.Generator) -> Pair:
    """Image and mask, both flipped and, where square, turned in the same random way."""
    axes = [axis for axis in (0, 1) if rng.random() < 0.5]
    image, mask = np.flip(image, axes), np.flip(mask, axes)
    turn = rng.random() < 0.5 and image.shape[0] == image.shape[1]
    return (image.T, mask.T) if turn else (image, mask)
