"""Training data: the protocol, and images in memory."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ccdseg.dataset import ArraySet
from ccdseg.errors import InputError
from ccdseg.mask import class_frequencies

LARGEST_PIECE = 512
"""Most rows and columns of an image that are trained on at once (px)."""

Pair = tuple[np.ndarray, np.ndarray]
"""An image (ADU), float of shape (H, W), and its class indices, integers of the same shape;
pixels of the index `ccdseg.mask.IGNORED` are left out."""


class TrainingData(ABC):
    """Images with their masks, by number; all randomness comes from the generators handed in."""

    @property
    @abstractmethod
    def shape(self) -> tuple[int, int]:
        """Most rows and most columns of an image (px)."""

    @abstractmethod
    def __len__(self) -> int:
        """Images per epoch."""

    @abstractmethod
    def pair(self, index: int, rng: np.random.Generator) -> Pair:
        """Image and mask number `index`; `rng` is used where they are drawn anew every time."""

    @abstractmethod
    def split(
        self, fraction: float, *, rng: np.random.Generator, progress: bool = False
    ) -> tuple[TrainingData, TrainingData]:
        """Training and validation part; the latter holds `fraction` of the images."""

    @abstractmethod
    def class_frequencies(self, n_classes: int, *, rng: np.random.Generator) -> np.ndarray:
        """Share of the pixels of each class, float64 of shape (n_classes,).

        Raises
        ------
        InputError
            If a mask holds another class.
        """

    def check(self, n_classes: int, *, progress: bool = False) -> None:  # noqa: B027
        """Look through the images before a training starts.

        Raises
        ------
        InputError
            For the first that cannot be used.
        """

    def sample(self, n_images: int, *, rng: np.random.Generator) -> Iterable[Pair]:
        """At most `n_images` pairs, evenly spread over all."""
        step = -(-len(self) // n_images)
        return (self.pair(index, rng) for index in range(0, len(self), step))

    def held_out(
        self, n_images: int, *, fraction: float, rng: np.random.Generator
    ) -> Iterable[Pair]:
        """At most `n_images` pairs that are not trained on, where `fraction` validates."""
        return self.split(fraction, rng=rng)[1].sample(n_images, rng=rng)

    def ambiguous(self, index: int) -> np.ndarray | None:  # noqa: ARG002
        """Ignore mask of image number `index`, bool of shape (H, W); None where it is not known."""
        return None


@dataclass(frozen=True, eq=False)
class ArrayData(TrainingData):
    """Images in memory.

    Attributes
    ----------
    arrays : ArraySet
        Images (ADU) and masks.
    """

    arrays: ArraySet

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of every image (px)."""
        return self.arrays.images.shape[1:]

    def __len__(self) -> int:
        return len(self.arrays)

    def pair(self, index: int, rng: np.random.Generator) -> Pair:  # noqa: ARG002
        """Image and mask number `index`."""
        return self.arrays.images[index], self.arrays.masks[index]

    def ambiguous(self, index: int) -> np.ndarray | None:
        """Ignore mask of image number `index`."""
        return None if self.arrays.ambiguous is None else self.arrays.ambiguous[index]

    def split(
        self,
        fraction: float,
        *,
        rng: np.random.Generator,  # noqa: ARG002
        progress: bool = False,  # noqa: ARG002
    ) -> tuple[ArrayData, ArrayData]:
        """Split off the last `fraction` of the images."""
        first, last = self.arrays.split(fraction)
        return ArrayData(first), ArrayData(last)

    def class_frequencies(
        self,
        n_classes: int,
        *,
        rng: np.random.Generator,  # noqa: ARG002
    ) -> np.ndarray:
        """Share of the pixels of each class."""
        return class_frequencies(self.arrays.masks, n_classes)

    def check(self, n_classes: int, *, progress: bool = False) -> None:  # noqa: ARG002
        """Refuse missing masks, unknown classes, and pixels that are not finite."""
        if self.arrays.masks is None:
            raise InputError("The images have no masks; add them.")
        class_frequencies(self.arrays.masks, n_classes)
        if not np.isfinite(self.arrays.images).all():
            raise InputError("The images hold what is no finite number (NaN); mend or drop them.")
