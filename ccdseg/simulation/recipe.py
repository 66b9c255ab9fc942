"""Recipes: what simulated images are made of."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar

import numpy as np

from ccdseg.detector import Detector
from ccdseg.errors import InputError
from ccdseg.mask import IntensityBands
from ccdseg.simulation.components import Component, PastedClusters
from ccdseg.simulation.detector_sources import DetectorSource, RandomDetector
from ccdseg.simulation.library import ClusterLibrary
from ccdseg.simulation.truth import check_priority

Kind = TypeVar("Kind", bound=Component)


class RecipeLike(Protocol):
    """Source of simulated images: one recipe, or a mixture of several."""

    name: str

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of an image (px)."""

    @property
    def fixed_detector(self) -> Detector | None:
        """Detector of all images; None where one is drawn for each."""

    def draw(self, rng: np.random.Generator) -> Recipe:
        """Recipe of one image."""

    def find(self, kind: type[Kind]) -> Kind | None:
        """The component of this kind that all images share; None where there is none."""

    def scaled(self, shape: tuple[int, int]) -> RecipeLike:
        """The same for images of another `shape`, with as many elements per area."""

    def with_components(self, *components: Component) -> RecipeLike:
        """The same with these components in the place of those of the same kinds."""

    def with_library(self, library: ClusterLibrary) -> RecipeLike:
        """The same with clusters of another library."""

    def intensity_bands(
        self, detector: Detector | None = None, *, n_sigma: float = 3.0
    ) -> IntensityBands:
        """Bands of intensity that tell the classes apart."""

    def to_dict(self) -> dict:
        """All parameters, ready for JSON."""


@dataclass(frozen=True)
class Recipe:
    """A detector and what its images may hold; numbers in components are per 256×256 pixels.

    Parameters
    ----------
    name : str
        Name under which reports mention the recipe.
    shape : tuple of int
        Rows and columns of an image (px).
    detector : DetectorSource
        `FixedDetector`, or `RandomDetector` with the ranges from which each image draws one.
    components : tuple of Component
        Components in the order in which they are added: background before what is measured in
        units of its noise, transfers in the order in which charge meets them.
    column_binning : int
        Columns of the CCD that are summed into one of the image.
    truth_threshold : float
        A pixel belongs to an element whose mean signal there is at least this many standard
        deviations of the local noise.
    priority : tuple of str
        Class names from the lowest to the highest; where elements overlap, the highest counts.
    """

    name: str = "custom"
    shape: tuple[int, int] = (256, 256)
    detector: DetectorSource = field(default_factory=RandomDetector)
    components: tuple[Component, ...] = ()
    column_binning: int = 1
    truth_threshold: float = 1.5
    priority: tuple[str, ...] = ("background", "glowing", "cluster", "hot pixel")

    def __post_init__(self) -> None:
        if len(self.shape) != 2 or min(self.shape) < 1:
            raise InputError(f"Image shape is {self.shape}; give rows and columns, both above 0.")
        if not self.column_binning >= 1:
            raise InputError(f"column_binning is {self.column_binning}; it must be 1 or more.")
        if not self.truth_threshold >= 0:
            raise InputError(f"truth_threshold is {self.truth_threshold}; it must be 0 or above.")
        check_priority(self.priority)

    @property
    def fixed_detector(self) -> Detector | None:
        """Detector of all images; None where one is drawn for each."""
        return self.detector.fixed

    def draw(self, rng: np.random.Generator) -> Recipe:  # noqa: ARG002 - there is no other
        """Recipe of one image: this one."""
        return self

    def scaled(self, shape: tuple[int, int]) -> Recipe:
        """The recipe for images of another `shape`, with as many elements per area."""
        return replace(self, shape=tuple(shape))

    def find(self, kind: type[Kind]) -> Kind | None:
        """The component of this kind; None where there is none."""
        return next((part for part in self.components if type(part) is kind), None)

    def with_components(self, *components: Component) -> Recipe:
        """The recipe with these components in the place of those of the same kinds.

        Raises
        ------
        InputError
            If the recipe has no component of one of the kinds.
        """
        new = {type(component): component for component in components}
        missing = [kind.__name__ for kind in new if self.find(kind) is None]
        if missing:
            raise InputError(f"The recipe {self.name} has no component {', '.join(missing)}.")
        return replace(
            self, components=tuple(new.get(type(part), part) for part in self.components)
        )

    def with_library(self, library: ClusterLibrary) -> Recipe:
        """The recipe with clusters of another library.

        Raises
        ------
        InputError
            If the recipe pastes no clusters.
        """
        pasted = self.find(PastedClusters)
        if pasted is None:
            raise InputError(no_pasted_clusters(self.name))
        return self.with_components(replace(pasted, library=library))

    def intensity_bands(
        self, detector: Detector | None = None, *, n_sigma: float = 3.0
    ) -> IntensityBands:
        """Bands of intensity that tell the classes apart, as the original labelled its images.

        Parameters
        ----------
        detector : Detector, optional
            Pedestal and noise; those of the recipe by default.
        n_sigma : float
            Half width of the bands of background and glow in standard deviations of the noise.

        Raises
        ------
        InputError
            If pedestal and noise, or the levels of glow and hot pixels, differ from image to
            image.
        """
        detector = detector or self.fixed_detector
        levels = {name: at for part in self.components for name, at in part.levels.items()}
        if detector is None or set(levels) != {"glowing", "hot pixel"}:
            raise InputError(no_common_bands(self.name))
        return IntensityBands.from_levels(
            detector, glow=levels["glowing"], hot=levels["hot pixel"], n_sigma=n_sigma
        )

    def to_dict(self) -> dict:
        """All parameters, ready for JSON."""
        return {
            "name": self.name,
            "shape": list(self.shape),
            "detector": self.detector.to_dict(),
            "components": [component.to_dict() for component in self.components],
            "column_binning": self.column_binning,
            "truth_threshold": self.truth_threshold,
            "priority": list(self.priority),
        }


def no_pasted_clusters(name: str) -> str:
    """Error of a recipe that takes no library of clusters."""
    return (
        f"The recipe {name} makes its own particles and pastes no clusters of a library; take the "
        "recipe test, training or mixed, or leave the library out."
    )


def no_common_bands(name: str) -> str:
    """Error of a recipe that has no intensity bands."""
    return (
        "Intensity bands need one pedestal, one noise and fixed levels of glow and hot pixels; the "
        f"recipe {name} draws them for each image. Take the recipe training, test or mixed."
    )
