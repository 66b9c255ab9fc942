"""Local background and noise of an image of which nothing is known, for the baselines."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import ndimage
from skimage.measure import block_reduce
from skimage.transform import resize

BACKGROUND_BLOCK = 16
_NOISE_BLOCK = 32
"""Edges (px) of the blocks in which background and noise are measured."""


def local_background(image: np.ndarray) -> np.ndarray:
    """Median of the surroundings of each pixel of an image (H, W), in its unit."""
    return _enlarged(_reduced(image, BACKGROUND_BLOCK, np.median), image.shape)


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
