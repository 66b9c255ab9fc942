"""Picture of a frame that a page can hold: its pixels in whole blocks, its classes as layers."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
from skimage.measure import block_reduce

from ccdseg.arrays import strips
from ccdseg.classes import ClassCatalogue
from ccdseg.plotting.contrast import Contrast
from ccdseg.plotting.pages.colours import LEVELS

_MOST_PIXELS = 2_000_000
"""Pixels of the picture, about as many as a screen shows."""


@dataclass(frozen=True, eq=False)
class ScaledPicture:
    """A frame in blocks of pixels, each the brightest of its block, so that no track disappears.

    Attributes
    ----------
    block : int
        Rows and columns of the frame that are one pixel of the picture.
    contrast : Contrast
        Grey scale.
    levels : ndarray
        Signals as places on the grey scale, times `LEVELS`, int16 of shape (h, w).
    layers : dict of ndarray
        By the name of each class but the first, whether a block holds one of its pixels, uint8
        (h, w).
    bad : ndarray
        Whether no pixel of a block is finite, uint8 (h, w).
    """

    block: int
    contrast: Contrast
    levels: np.ndarray
    layers: dict[str, np.ndarray]
    bad: np.ndarray

    @classmethod
    def of(
        cls,
        image: np.ndarray,
        mask: np.ndarray,
        *,
        classes: ClassCatalogue,
        most_pixels: int = _MOST_PIXELS,
    ) -> ScaledPicture:
        """Picture of a frame, made strip by strip.

        Parameters
        ----------
        image : ndarray
            Signal of shape (H, W).
        mask : ndarray
            Class indices of the same shape.
        classes : ClassCatalogue
            Names.
        most_pixels : int
            Pixels of the picture, at most about.
        """
        block = max(ceil(sqrt(image.size / most_pixels)), 1)
        shape = tuple(ceil(length / block) for length in image.shape)
        contrast = Contrast.of(image)
        levels = np.zeros(shape, np.int16)
        bad = np.zeros(shape, np.uint8)
        layers = {row.name: np.zeros(shape, np.uint8) for row in list(classes)[1:]}
        for rows in strips(image, mask, multiple=block):
            place = slice(rows.start // block, ceil(rows.stop / block))
            signal = brightest(image[rows], block)
            bad[place] = np.isnan(signal)
            signal[bad[place] > 0] = contrast.middle
            levels[place] = np.rint(LEVELS * contrast.stretched(signal))
            for name, layer in layers.items():
                chosen = mask[rows] == classes[name].index
                layer[place] = brightest(chosen.astype(np.uint8), block)
        return cls(block, contrast, levels, layers, bad)

    @property
    def scale(self) -> tuple[float, float]:
        """Darkest and brightest place on the grey scale that the picture holds."""
        return float(self.levels.min() / LEVELS), float(self.levels.max() / LEVELS)


def brightest(pixels: np.ndarray, block: int) -> np.ndarray:
    """The greatest finite value of each block of pixels, NaN where there is none."""
    if pixels.dtype.kind != "f":
        return pixels if block == 1 else block_reduce(pixels, block, np.max)
    finite = np.where(np.isfinite(pixels), pixels, -np.inf)
    if block > 1:
        finite = block_reduce(finite, block, np.max, cval=-np.inf)
    return np.where(np.isinf(finite), np.nan, finite)
