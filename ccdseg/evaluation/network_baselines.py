"""Networks for cosmic rays in astronomical images as baselines: deepCR and Cosmic-CoNN."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from io import StringIO
from itertools import product
from typing import ClassVar

import numpy as np

from ccdseg.evaluation.baselines import Baseline

_SKIES = (0.1, 1.0, 10.0, 100.0, 1000.0, 10_000.0)
_THRESHOLDS = (1e-6, 1e-5, 1e-4, 0.001, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999)


@dataclass(frozen=True)
class NetworkBaseline(Baseline):
    """A trained network, given the image as if it were a sky of its telescope.

    Such a network knows the noise of its telescope, not that of another detector. So the image is
    scaled until its noise is that of a sky of so many electrons, on which it then lies.

    Parameters
    ----------
    weights : str
        Name of the weights in the package.
    sky : float
        Level of the sky (e⁻), and square of the noise on it.
    threshold : float
        Least probability of a pixel of a particle.
    """

    all_weights: ClassVar[tuple[str, ...]]

    weights: str
    sky: float = 30.0
    threshold: float = 0.5

    @abstractmethod
    def probability(self, electrons: np.ndarray) -> np.ndarray:
        """Probability of a cosmic ray in each pixel of an image (e⁻), both (H, W)."""

    def find(self, image: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """Pixels of particles, as `Baseline.find`."""
        return self.probability(_as_sky(image, noise, self.sky)) > self.threshold

    @classmethod
    def candidates(cls) -> Iterator[NetworkBaseline]:
        """Parameters to choose from."""
        for settings in product(cls.all_weights, _SKIES, _THRESHOLDS):
            yield cls(*settings)

    @classmethod
    def find_each(
        cls, image: np.ndarray, noise: np.ndarray
    ) -> Iterator[tuple[NetworkBaseline, np.ndarray]]:
        """Each of `candidates` with what it finds; the network runs once for all thresholds."""
        last, probability = None, None
        for candidate in cls.candidates():
            network = replace(candidate, threshold=0.5)
            if network != last:
                last = network
                probability = network.probability(_as_sky(image, noise, network.sky))
            yield candidate, probability > candidate.threshold

    @property
    def description(self) -> str:
        """Version and parameters."""
        return (
            f"version {version(self.package)}, weights {self.weights}, scaled to the noise of a "
            f"sky of {self.sky:g} e⁻, probability above {self.threshold:g}"
        )


@dataclass(frozen=True)
class DeepCR(NetworkBaseline):
    """DeepCR (Zhang and Bloom 2020), by its weights for HST and DECam."""

    name: ClassVar[str] = "deepCR"
    package: ClassVar[str] = "deepCR"
    module: ClassVar[str] = "deepCR"
    all_weights: ClassVar[tuple[str, ...]] = ("ACS-WFC", "WFC3-UVIS", "decam")

    def probability(self, electrons: np.ndarray) -> np.ndarray:
        """Probability in each pixel, as `NetworkBaseline.probability`."""
        return _deepcr(self.weights).clean(electrons, inpaint=False, binary=False)


@dataclass(frozen=True)
class CosmicConn(NetworkBaseline):
    """Cosmic-CoNN (Xu et al. 2023), by its weights for ground-based imaging, spectra and HST."""

    name: ClassVar[str] = "cosmic-conn"
    package: ClassVar[str] = "cosmic-conn"
    module: ClassVar[str] = "cosmic_conn"
    all_weights: ClassVar[tuple[str, ...]] = ("ground_imaging", "NRES", "HST_ACS_WFC")

    def probability(self, electrons: np.ndarray) -> np.ndarray:
        """Probability in each pixel, as `NetworkBaseline.probability`."""
        with redirect_stdout(StringIO()):
            return np.asarray(_cosmic_conn(self.weights).detect_cr(electrons)).squeeze()


def _as_sky(image: np.ndarray, noise: np.ndarray, sky: float) -> np.ndarray:
    """Image (e⁻) of the noise and level of a sky (e⁻), float32 of shape (H, W)."""
    scaled = (image - np.median(image)) * (sky**0.5 / np.median(noise)) + sky
    return np.ascontiguousarray(scaled, dtype=np.float32)


@cache
def _deepcr(weights: str) -> object:
    from deepCR import deepCR

    return deepCR(mask=weights, device="CPU")


@cache
def _cosmic_conn(weights: str) -> object:
    from cosmic_conn import init_model

    with redirect_stdout(StringIO()):
        return init_model(weights)
