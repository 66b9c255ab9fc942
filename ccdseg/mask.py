"""Masks: from intensity bands, as one-hot arrays and pictures; class frequencies and weights."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import ceil

import numpy as np

from ccdseg.arrays import strips
from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.detector import Detector
from ccdseg.errors import InputError

IGNORED = 255
"""Index of pixels that a person left undecided; it is no class."""

EIGHT_CONNECTED = np.ones((3, 3), dtype=bool)
"""Structuring element of connected components: pixels that share an edge or a corner."""


@dataclass(frozen=True)
class IntensityBands:
    """Intervals of intensity without a gap, and the class of each.

    Attributes
    ----------
    edges : tuple of float
        Ascending limits (ADU); a pixel at an edge belongs above it.
    class_indices : tuple of int
        Class of each interval, one more than there are edges.
    """

    edges: tuple[float, ...]
    class_indices: tuple[int, ...]

    def __post_init__(self) -> None:
        ascending = all(low <= high for low, high in pairwise((-np.inf, *self.edges, np.inf)))
        if len(self.class_indices) != len(self.edges) + 1 or not ascending:
            raise InputError(
                f"{len(self.edges)} edges and {len(self.class_indices)} classes; give ascending "
                "edges and one class more."
            )

    @classmethod
    def from_levels(
        cls,
        detector: Detector,
        *,
        glow: tuple[float, float],
        hot: tuple[float, float],
        n_sigma: float = 3.0,
    ) -> IntensityBands:
        """Derive the intervals from the levels of the elements, as the original did by hand.

        Up to `n_sigma` deviations above the pedestal lies background, from the lowest to the
        highest glow (±`n_sigma`) glowing, above the hot pixels' level (−`n_sigma`) hot pixel, and
        between them cluster. A level within the noise of the one below leaves the interval between
        them empty.

        Parameters
        ----------
        detector : Detector
            Pedestal and noise (ADU).
        glow, hot : tuple of float
            Lowest and highest signal of glow and hot pixels above the pedestal (ADU).
        n_sigma : float
            Margin in standard deviations of the noise.
        """
        margin = n_sigma * detector.noise
        above = [margin, glow[0] - margin, glow[1] + margin, hot[0] - margin]
        edges = np.maximum.accumulate(above) + detector.pedestal
        names = ("background", "cluster", "glowing", "cluster", "hot pixel")
        return cls(tuple(edges.tolist()), tuple(CLASSES[name].index for name in names))


def to_monochrome(images: np.ndarray) -> np.ndarray:
    """Mean over the channels of (N, H, W, C) as (N, H, W, 1); (N, H, W) is returned unchanged."""
    return images.mean(axis=3, keepdims=True) if images.ndim == 4 else images


def mask_from_bands(images: np.ndarray, bands: IntensityBands) -> np.ndarray:
    """Label every pixel by its intensity alone.

    Parameters
    ----------
    images : ndarray
        Signal (ADU) of any shape.
    bands : IntensityBands
        Intervals and their classes.

    Returns
    -------
    ndarray
        Class indices, uint8 of the same shape. A NaN counts as the lowest interval.
    """
    interval = np.zeros(images.shape, dtype=np.uint8)
    for edge in bands.edges:
        interval += images >= edge
    return np.array(bands.class_indices, dtype=np.uint8)[interval]


def to_one_hot(mask: np.ndarray, n_classes: int) -> np.ndarray:
    """One-hot float32 (…, n_classes) of class indices.

    Raises
    ------
    InputError
        If the mask holds an index of `n_classes` or above.
    """
    _check_indices(mask, n_classes)
    return np.eye(n_classes, dtype=np.float32)[mask]


def to_mask(probabilities: np.ndarray) -> np.ndarray:
    """Class index of the highest value along the last axis, uint8."""
    return probabilities.argmax(axis=-1).astype(np.uint8)


def to_label(
    mask: np.ndarray, classes: ClassCatalogue = CLASSES, *, only: str | None = None
) -> np.ndarray:
    """Picture of a mask in the colours of its classes.

    Parameters
    ----------
    mask : ndarray
        Class indices, (H, W) or (N, H, W).
    classes : ClassCatalogue
        Gives the colours.
    only : str, optional
        Show this class alone, all else in the colour of class 0.

    Returns
    -------
    ndarray
        RGB from 0 to 1, float32 of shape (…, 3).
    """
    _check_indices(mask, len(classes))
    colours = classes.colours
    if only is not None:
        chosen = classes[only].index
        colours = np.where(np.arange(len(classes))[:, None] == chosen, colours, colours[0])
    return colours[mask]


def class_frequencies(mask: np.ndarray, n_classes: int) -> np.ndarray:
    """Share of the pixels of each class, float64 of shape (n_classes,), summing to 1."""
    _check_indices(mask, n_classes)
    rows = mask.reshape(-1, mask.shape[-1])
    counts = sum(np.bincount(rows[part].ravel(), minlength=n_classes) for part in strips(rows))
    return counts / mask.size


def class_weights(mask: np.ndarray, n_classes: int) -> np.ndarray:
    """Weight 1 / frequency of each class in a mask, as from `weights_from_frequencies`."""
    return weights_from_frequencies(class_frequencies(mask, n_classes))


def weights_from_frequencies(frequencies: np.ndarray) -> np.ndarray:
    """Weight 1 / frequency of each class, normalised so that the weights sum to their number.

    A class that does not occur is given the weight of the rarest one that does.

    Parameters
    ----------
    frequencies : ndarray
        Share of the pixels of each class, of shape (n_classes,).

    Returns
    -------
    ndarray
        float64 of shape (n_classes,).
    """
    rarest = frequencies[frequencies > 0].min()
    inverse = 1 / np.where(frequencies > 0, frequencies, rarest)
    return inverse * len(inverse) / inverse.sum()


def expand_box(
    box: tuple[slice, slice], margin: float, shape: tuple[int, int]
) -> tuple[slice, slice]:
    """Rows and columns of a box and at least `margin` (px) more at each edge, inside `shape`."""
    width = ceil(margin)
    rows, columns = (
        slice(max(part.start - width, 0), min(part.stop + width, length))
        for part, length in zip(box, shape, strict=True)
    )
    return rows, columns


def _check_indices(mask: np.ndarray, n_classes: int) -> None:
    if mask.dtype.kind not in "ui" or mask.size == 0:
        raise InputError(
            f"A mask holds class indices (integers); got {mask.dtype} of shape {mask.shape}."
        )
    if mask.min() < 0 or mask.max() >= n_classes:
        raise InputError(
            f"The mask holds the classes {mask.min()} to {mask.max()}; "
            f"there are {n_classes}, 0 to {n_classes - 1}."
        )
