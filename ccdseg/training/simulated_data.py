"""Images that are simulated while a training goes on, alone or among others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.dataset import ArraySet
from ccdseg.detector import Detector
from ccdseg.mask import IntensityBands, class_frequencies, mask_from_bands
from ccdseg.simulation import (
    RecipeLike,
    SimulatedImage,
    simulate_dataset,
    simulate_image,
    simulate_images,
)
from ccdseg.training.data import ArrayData, Pair, TrainingData

_N_SIMULATED = 64
"""Images that are simulated to find how frequent the classes are."""


@dataclass(frozen=True, eq=False)
class SimulatedData(TrainingData):
    """Images that are simulated when they are asked for, never the same one twice.

    Attributes
    ----------
    recipe : Recipe or RecipeMixture
        Recipe of the images.
    n_images : int
        Images per epoch.
    classes : ClassCatalogue
        Classes of the masks.
    detector : Detector, optional
        Detector; the recipe's own by default.
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

    def held_out(
        self,
        n_images: int,
        *,
        fraction: float,  # noqa: ARG002
        rng: np.random.Generator,
    ) -> Iterable[Pair]:
        """Simulate `n_images` pairs: no image comes twice."""
        return self.sample(n_images, rng=rng)

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

    def _mask(self, simulated: SimulatedImage) -> np.ndarray:
        if self.bands is not None:
            return mask_from_bands(simulated.image, self.bands)
        return simulated.mask_in(self.classes)


@dataclass(frozen=True, eq=False)
class MixedData(TrainingData):
    """Images of one's own among simulated ones, so that a model keeps what it has learnt.

    Attributes
    ----------
    own : TrainingData
        What is learnt; it alone validates.
    simulated : SimulatedData
        What is not to be forgotten.
    """

    own: TrainingData
    simulated: SimulatedData

    @property
    def shape(self) -> tuple[int, int]:
        """Most rows and most columns of an image (px)."""
        rows, columns = zip(self.own.shape, self.simulated.shape, strict=True)
        return max(rows), max(columns)

    def __len__(self) -> int:
        return len(self.own) + len(self.simulated)

    def pair(self, index: int, rng: np.random.Generator) -> Pair:
        """Image and mask number `index`: first one's own, then simulated ones."""
        n_own = len(self.own)
        if index < n_own:
            return self.own.pair(index, rng)
        return self.simulated.pair(index - n_own, rng)

    def split(
        self, fraction: float, *, rng: np.random.Generator, progress: bool = False
    ) -> tuple[MixedData, TrainingData]:
        """Split off `fraction` of one's own images to validate."""
        first, last = self.own.split(fraction, rng=rng, progress=progress)
        return replace(self, own=first), last

    def held_out(
        self, n_images: int, *, fraction: float, rng: np.random.Generator
    ) -> Iterable[Pair]:
        """Images of one's own that are not trained on, and simulated ones by their share."""
        n_simulated = round(n_images * len(self.simulated) / len(self))
        n_own = max(n_images - n_simulated, 1)
        yield from self.own.held_out(n_own, fraction=fraction, rng=rng)
        if n_simulated:
            yield from self.simulated.sample(n_simulated, rng=rng)

    def class_frequencies(self, n_classes: int, *, rng: np.random.Generator) -> np.ndarray:
        """Share of the pixels of each class, by the number of images."""
        parts = (self.own, self.simulated)
        shares = [part.class_frequencies(n_classes, rng=rng) for part in parts]
        return np.average(shares, axis=0, weights=[len(part) for part in parts])

    def check(self, n_classes: int, *, progress: bool = False) -> None:
        """Look through one's own images."""
        self.own.check(n_classes, progress=progress)
