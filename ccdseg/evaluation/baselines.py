"""Baselines: other methods that find particles, scored on the same frames as a model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import reduce
from importlib.metadata import version
from importlib.util import find_spec
from itertools import product
from operator import add
from typing import ClassVar

import numpy as np
from scipy import ndimage
from skimage.measure import block_reduce
from skimage.transform import resize
from tqdm import tqdm

from ccdseg.classes import COSMICS
from ccdseg.errors import InputError
from ccdseg.evaluation.class_scores import score_image

_BACKGROUND_BLOCK = 16
_NOISE_BLOCK = 32
"""Edges (px) of the blocks in which background and noise are measured."""


@dataclass(frozen=True)
class Astroscrappy:
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

    sigclip: float = 4.5
    sigfrac: float = 0.3
    objlim: float = 5.0

    def find(self, image: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """Pixels of particles, bool, in an image (ADU) with a noise (ADU), both (H, W)."""
        from astroscrappy import detect_cosmics

        found, _ = detect_cosmics(
            np.ascontiguousarray(image, dtype=np.float32),
            invar=np.ascontiguousarray(noise, dtype=np.float32) ** 2,
            satlevel=np.inf,
            **asdict(self),
        )
        return found

    @classmethod
    def check_installed(cls) -> None:
        """Refuse to go on where astroscrappy is not installed.

        Raises
        ------
        InputError
        """
        if find_spec("astroscrappy") is None:
            raise InputError(
                "astroscrappy is not installed; install it with: pip install astroscrappy"
            )

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
class Threshold:
    """All pixels that exceed the local background by a number of standard deviations.

    Parameters
    ----------
    n_sigma : float
        Least height above the background (standard deviations).
    """

    name: ClassVar[str] = "threshold"

    n_sigma: float = 5.0

    def find(self, image: np.ndarray, noise: np.ndarray) -> np.ndarray:
        """Pixels of particles, bool, in an image (ADU) with a noise (ADU), both (H, W)."""
        background = _enlarged(_reduced(image, _BACKGROUND_BLOCK, np.median), image.shape)
        return image - background > self.n_sigma * noise

    @classmethod
    def check_installed(cls) -> None:
        """Nothing can be missing."""

    @classmethod
    def candidates(cls) -> Iterator[Threshold]:
        """Parameters to choose from."""
        yield from map(cls, (2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 8.0, 11.0, 15.0, 20.0, 30.0))

    @property
    def description(self) -> str:
        """Parameters."""
        return (
            f"what lies more than {self.n_sigma:g} standard deviations above the median of its "
            f"surroundings ({_BACKGROUND_BLOCK}×{_BACKGROUND_BLOCK} px)"
        )


Baseline = Astroscrappy | Threshold

BASELINES: dict[str, type[Baseline]] = {kind.name: kind for kind in (Astroscrappy, Threshold)}
"""Baselines by name."""


def estimate_noise(image: np.ndarray) -> np.ndarray:
    """Noise of an image whose noise is not known.

    Parameters
    ----------
    image : ndarray
        Signal of shape (H, W).

    Returns
    -------
    ndarray
        Standard deviation of each pixel in the same unit, never 0: how far the pixels of a block
        lie from the medians of 5×5 pixels, the farthest 2 % taken as less far, and the median of
        this block and its neighbours. It holds where few pixels see a photon at all.
    """
    distance = np.abs(image - ndimage.median_filter(image, 5))
    rms = ndimage.median_filter(_reduced(distance, _NOISE_BLOCK, _clipped_rms), 3)
    floor = np.finfo(np.float32).eps * max(float(np.abs(image).max()), 1.0)
    return np.maximum(_enlarged(rms, image.shape), floor)


def tune_baseline(
    kind: type[Baseline],
    frames: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]],
    *,
    progress: bool = False,
) -> Baseline:
    """Choose the parameters of a baseline that give the highest pixel F1 over frames.

    Parameters
    ----------
    kind : type
        One of `BASELINES`.
    frames : sequence of (ndarray, ndarray, ndarray)
        Image (ADU), true pixels of particles (bool), and noise (ADU), all (H, W).
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    Astroscrappy or Threshold
        Of equally good ones the first.
    """
    settings = list(kind.candidates())
    bar = tqdm(settings, desc=f"Tuning ({kind.name})", unit="setting", disable=not progress)
    return settings[int(np.argmax([_f1(baseline, frames) for baseline in bar]))]


def _f1(baseline: Baseline, frames: Iterable[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> float:
    scores = (
        score_image(
            true.astype(np.uint8), baseline.find(image, noise).astype(np.uint8), classes=COSMICS
        )
        for image, true, noise in frames
    )
    return reduce(add, scores).f1


def _clipped_rms(values: np.ndarray, axis: tuple[int, ...]) -> np.ndarray:
    high = np.quantile(values, 0.98, axis=axis, keepdims=True)
    return np.sqrt(np.mean(np.minimum(values, high) ** 2, axis=axis))


def _reduced(image: np.ndarray, edge: int, function: Callable) -> np.ndarray:
    """`function` of each whole block of edge × edge pixels of an image."""
    blocks = [min(edge, length) for length in image.shape]
    rows, columns = (
        length // block * block for length, block in zip(image.shape, blocks, strict=True)
    )
    return block_reduce(image[:rows, :columns], tuple(blocks), function)


def _enlarged(values: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Values of blocks, interpolated to the shape of the image."""
    return resize(values, shape, order=1, mode="edge", preserve_range=True)
