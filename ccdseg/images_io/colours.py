"""Pictures of images: recoloured, grey, with more contrast."""

from __future__ import annotations

import numpy as np


def recolour(rgb: np.ndarray, *, rng: np.random.Generator) -> np.ndarray:
    """Give each picture random colours, so that colour means nothing and shape remains.

    Parameters
    ----------
    rgb : ndarray
        Pictures, uint8 of shape (N, H, W, 3).
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    ndarray
        Copies of the same shape and type, channels permuted and each shifted, modulo 256.
    """
    permuted = np.stack([picture[..., rng.permutation(3)] for picture in rgb])
    shifts = rng.integers(0, 256, size=(len(rgb), 1, 1, 3), dtype=np.uint8)
    return permuted + shifts


def to_grey(rgb: np.ndarray) -> np.ndarray:
    """Luminance 0.2989 R + 0.5870 G + 0.1140 B (ITU-R BT.601), float32 of shape (…, H, W)."""
    return (rgb @ np.array([0.2989, 0.5870, 0.1140])).astype(np.float32)


def enhance_contrast(image: np.ndarray, *, clip_limit: float = 0.01) -> np.ndarray:
    """Contrast limited adaptive histogram equalisation (CLAHE) of an image.

    Parameters
    ----------
    image : ndarray
        (H, W), any unit.
    clip_limit : float
        Limit of the contrast, 0 to 1; higher is stronger.

    Returns
    -------
    ndarray
        float32 of the same shape, 0 to 1. It has 256 levels or so: what is much fainter than
        the brightest pixel is lost. A constant image comes out white.
    """
    from skimage import exposure

    low, high = float(image.min()), float(image.max())
    scaled = (np.asarray(image, dtype=np.float64) - low) / (high - low or 1.0)
    return exposure.equalize_adapthist(scaled, clip_limit=clip_limit).astype(np.float32)
