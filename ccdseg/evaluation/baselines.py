"""Baselines: other methods that find particles, scored on the same frames as a model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import version
from importlib.util import find_spec
from itertools import product
from typing import ClassVar

import numpy as np

from ccdseg.errors import InputError
from ccdseg.evaluation.local_noise import BACKGROUND_BLOCK, local_background


class Baseline(ABC):
    """A method with parameters, which finds particles in an image.

    Attributes
    ----------
    name : str
        Name of the method.
    package, module : str or None
        Distribution that has it, and the module to import from it; None where nothing is needed.
    """

    name: ClassVar[str]
    package: ClassVar[str | None] = None
    module: ClassVar[str | None] = None

    @abstractmethod
    def find(self, image: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """Pixels of particles, bool, in an image (ADU) with a noise (ADU), both (H, W)."""

    @classmethod
    @abstractmethod
    def candidates(cls) -> Iterator[Baseline]:
        """Parameters to choose from."""

    @property
    @abstractmethod
    def description(self) -> str:
        """Version and parameters."""

    @classmethod
    def find_each(
        cls, image: np.ndarray, noise: np.ndarray
    ) -> Iterator[tuple[Baseline, np.ndarray]]:
        """Each of `candidates` with what it finds in an image, as `find`."""
        for candidate in cls.candidates():
            yield candidate, candidate.find(image, noise)

    @classmethod
    def check_installed(cls) -> None:
        """Refuse to go on where the package is not installed.

        Raises
        ------
        InputError
        """
        if cls.module is not None and find_spec(cls.module) is None:
            raise InputError(
                f"{cls.package} is not installed; install it with: pip install {cls.package}"
            )


@dataclass(frozen=True)
class Astroscrappy(Baseline):
    """L.A.Cosmic (van Dokkum 2001) as astroscrappy has it.

    It is given the noise of each pixel (its argument `invar`), from which no gain and read noise
    could tell more; gain and read noise are then not used. No level counts as saturated.

    Parameters
    ----------
    sigclip : float
        Least Laplacian of a pixel (standard deviations).
    sigfrac : float
        The same for neighbours of such pixels, as a fraction of it.
    objlim : float
        Least contrast between the Laplacian and the fine structure.
    """

    name: ClassVar[str] = "astroscrappy"
    package: ClassVar[str] = "astroscrappy"
    module: ClassVar[str] = "astroscrappy"

    sigclip: float = 4.5
    sigfrac: float = 0.3
    objlim: float = 5.0

    def find(self, image: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """Pixels of particles, as `Baseline.find`."""
        from astroscrappy import detect_cosmics

        found, _ = detect_cosmics(
            np.ascontiguousarray(image, dtype=np.float32),
            invar=np.ascontiguousarray(noise, dtype=np.float32) ** 2,
            satlevel=np.inf,
            **asdict(self),
        )
        return found

    @classmethod
    def candidates(cls) -> Iterator[Astroscrappy]:
        """Parameters to choose from."""
        clips = (3.0, 4.5, 5.5, 7.0, 9.0, 12.0, 17.0)
        for settings in product(clips, (0.03, 0.1, 0.3), (0.0, 0.3, 2.0)):
            yield cls(*settings)

    @property
    def description(self) -> str:
        """Version and parameters."""
        return (
            f"version {version('astroscrappy')}, sigclip {self.sigclip:g}, sigfrac "
            f"{self.sigfrac:g}, objlim {self.objlim:g}; gain 1 and no read noise: the noise of "
            "each pixel is given"
        )


@dataclass(frozen=True)
class Threshold(Baseline):
    """All pixels that exceed the local background by a number of standard deviations.

    Parameters
    ----------
    n_sigma : float
        Least height above the background (standard deviations).
    """

    name: ClassVar[str] = "threshold"

    n_sigma: float = 5.0

    def find(self, image: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """Pixels of particles, as `Baseline.find`."""
        return image - local_background(image) > self.n_sigma * noise

    @classmethod
    def candidates(cls) -> Iterator[Threshold]:
        """Parameters to choose from."""
        yield from map(cls, (2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 8.0, 11.0, 15.0, 20.0, 30.0))

    @property
    def description(self) -> str:
        """Parameters."""
        return (
            f"what lies more than {self.n_sigma:g} standard deviations above the median of its "
            f"surroundings ({BACKGROUND_BLOCK}×{BACKGROUND_BLOCK} px)"
        )
