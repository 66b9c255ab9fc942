"""Images in folders to train on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ccdseg.images_io.folders import ImageFolder, check_folders, read_mask
from ccdseg.mask import class_frequencies
from ccdseg.training.data import Pair, TrainingData

N_SAMPLED = 500
"""Most masks of a folder that are read to find how frequent the classes are."""


@dataclass(frozen=True, eq=False)
class FolderData(TrainingData):
    """Images in folders, of any size, read when they are asked for.

    Attributes
    ----------
    folder : ImageFolder
        Images with masks.
    """

    folder: ImageFolder

    @property
    def shape(self) -> tuple[int, int]:
        """Most rows and most columns of an image (px), from the heads of the files."""
        return check_folders([self.folder], progress=False)

    def __len__(self) -> int:
        return len(self.folder)

    def pair(self, index: int, rng: np.random.Generator) -> Pair:  # noqa: ARG002
        """Read image and mask number `index`."""
        return self.folder[index]

    def split(
        self,
        fraction: float,
        *,
        rng: np.random.Generator,  # noqa: ARG002
        progress: bool = False,  # noqa: ARG002
    ) -> tuple[FolderData, FolderData]:
        """Split off the last `fraction` of the images."""
        first, last = self.folder.split(fraction)
        return FolderData(first), FolderData(last)

    def class_frequencies(
        self,
        n_classes: int,
        *,
        rng: np.random.Generator,  # noqa: ARG002
    ) -> np.ndarray:
        """Share of the pixels of each class, of at most `N_SAMPLED` evenly spread masks."""
        step = -(-len(self) // N_SAMPLED)
        masks = [read_mask(path).ravel() for path in self.folder.masks[::step]]
        return class_frequencies(np.concatenate(masks), n_classes)

    def check(self, n_classes: int, *, progress: bool = False) -> None:  # noqa: ARG002
        """Refuse an image or a mask that cannot be used, as far as the files' heads tell."""
        check_folders([self.folder], progress=progress)
