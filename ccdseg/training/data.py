"""What a training learns from: images in memory, in folders, or simulated as it goes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.dataset import ArraySet
from ccdseg.detector import Detector
from ccdseg.errors import InputError
from ccdseg.images_io.folders import ImageFolder, check_folders, read_mask
from ccdseg.mask import IntensityBands, class_frequencies, mask_from_bands
from ccdseg.simulation import RecipeLike, simulate_dataset, simulate_image, simulate_images

N_SAMPLED = 500
"""Most masks of a folder that are read to find how frequent the classes are."""

_N_SIMULATED = 64
"""Images that are simulated to find how frequent the classes are."""

Pair = tuple[np.ndarray, np.ndarray]
"""An image (ADU), float of shape (H, W), and its class indices, integers of the same shape."""


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
        """What trains, and what validates: `fraction` as many images."""

    @abstractmethod
    def class_frequencies(self, n_classes: int, *, rng: np.random.Generator) -> np.ndarray:
        """Share of the pixels of each class, float64 of shape (n_classes,).

        Raises
        ------
        InputError
            Where a mask holds another class.
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


@dataclass(frozen=True, eq=False)
class SimulatedData(TrainingData):
    """Images that are simulated when they are asked for, never the same one twice.

    Attributes
    ----------
    recipe : Recipe or RecipeMixture
        What the images hold.
    n_images : int
        Images per epoch.
    classes : ClassCatalogue
        Classes of the masks.
    detector : Detector, optional
        What the images are taken with; the recipe's own by default.
    bands : IntensityBands, optional
        Label the images by these instead of by their truth.
    """

    recipe: RecipeLike
    n_images: int
    classes: ClassCatalogue = CLASSES
    detector: Detector | None = None
    bands: IntensityBands | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the recipe (px)."""
        return self.recipe.shape

    def __len__(self) -> int:
        return self.n_images

    def pair(self, index: int, rng: np.random.Generator) -> Pair:  # noqa: ARG002
        """Simulate an image and its mask."""
        simulated = simulate_image(self.recipe, detector=self.detector, rng=rng)
        return simulated.image, self._mask(simulated)

    def split(
        self, fraction: float, *, rng: np.random.Generator, progress: bool = False
    ) -> tuple[SimulatedData, ArrayData]:
        """The simulation itself, and `fraction` as many images of it in memory."""
        n_images = max(round(fraction * self.n_images), 1)
        return self, ArrayData(self.stored(n_images, rng=rng, progress=progress))

    def class_frequencies(self, n_classes: int, *, rng: np.random.Generator) -> np.ndarray:
        """Share of the pixels of each class, of some simulated masks."""
        masks = [mask for _, mask in self.sample(_N_SIMULATED, rng=rng)]
        return class_frequencies(np.stack(masks), n_classes)

    def sample(self, n_images: int, *, rng: np.random.Generator) -> Iterable[Pair]:
        """Simulate `n_images` pairs."""
        images = simulate_images(self.recipe, n_images, detector=self.detector, rng=rng)
        return ((simulated.image, self._mask(simulated)) for simulated in images)

    def stored(
        self, n_images: int, *, rng: np.random.Generator, progress: bool = False
    ) -> ArraySet:
        """Simulate `n_images` images with their masks into memory."""
        arrays = simulate_dataset(
            self.recipe,
            n_images=n_images,
            detector=self.detector,
            rng=rng,
            classes=self.classes,
            progress=progress,
        )
        if self.bands is None:
            return arrays
        return replace(arrays, masks=mask_from_bands(arrays.images, self.bands))

    def _mask(self, simulated) -> np.ndarray:  # noqa: ANN001
        if self.bands is not None:
            return mask_from_bands(simulated.image, self.bands)
        return simulated.mask_in(self.classes)
