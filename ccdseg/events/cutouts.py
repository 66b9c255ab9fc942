"""Each cluster of an image with its surroundings, cut out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from ccdseg.classes import ClassCatalogue
from ccdseg.mask import EIGHT_CONNECTED, expand_box

GAP = 2.0
"""Width of what is neither aperture nor background annulus (px): the last tails of the charge."""

REACH = 14.0
"""Width of the background annulus (px)."""


@dataclass(frozen=True, eq=False)
class Cutout:
    """One cluster in a piece of its image.

    Attributes
    ----------
    origin : tuple of int
        Row and column of the piece's first pixel in the image (px).
    box : tuple of slice
        Rows and columns of the image that the cluster reaches.
    image : ndarray
        Signal (ADU), float64 of shape (h, w).
    pixels : ndarray of bool
        The cluster.
    aperture : ndarray of bool
        Pixels whose charge is summed: the cluster and its margin, as far as they are usable.
    free : ndarray of bool
        Pixels that show the background.
    neighbours : ndarray
        Class indices of the pixels that touch the cluster, (n,).
    touches_edge : bool
        Whether the cluster reaches the edge of the image.
    has_gaps : bool
        Whether a pixel of the cluster or its margin is not finite.
    """

    origin: tuple[int, int]
    box: tuple[slice, slice]
    image: np.ndarray
    pixels: np.ndarray
    aperture: np.ndarray
    free: np.ndarray
    neighbours: np.ndarray
    touches_edge: bool
    has_gaps: bool


def label_clusters(mask: np.ndarray, classes: ClassCatalogue) -> tuple[np.ndarray, int]:
    """Number of its cluster for each pixel, from 1, 0 for none; and how many there are."""
    return ndimage.label(mask == classes.need_particles().index, EIGHT_CONNECTED)


def cut_out_clusters(
    image: np.ndarray,
    mask: np.ndarray,
    labels: np.ndarray,
    *,
    classes: ClassCatalogue,
    aperture_margin: float,
) -> Iterator[Cutout]:
    """Cut out the clusters of an image, in the order of their first pixels.

    Parameters
    ----------
    image : ndarray
        Signal (ADU), float64 of shape (H, W).
    mask : ndarray
        Class indices of the same shape.
    labels : ndarray
        Clusters as from `label_clusters`.
    classes : ClassCatalogue
        Meaning of the indices.
    aperture_margin : float
        Width of the aperture's margin around the cluster (px); a pixel between two clusters goes
        to the nearer one.

    Yields
    ------
    Cutout
    """
    distance, nearest = ndimage.distance_transform_edt(labels == 0, return_indices=True)
    rims = np.where(distance <= aperture_margin, labels[tuple(nearest)], 0)
    finite = np.isfinite(image)
    usable = finite & ~_is_hot(mask, classes)
    free = usable & (distance > aperture_margin + GAP)
    for number, box in enumerate(ndimage.find_objects(labels), start=1):
        area = expand_box(box, aperture_margin + GAP + REACH, image.shape)
        pixels = labels[area] == number
        rimmed = rims[area] == number
        outline = ndimage.binary_dilation(pixels, EIGHT_CONNECTED) & ~pixels
        yield Cutout(
            origin=(area[0].start, area[1].start),
            box=box,
            image=image[area],
            pixels=pixels,
            aperture=rimmed & usable[area],
            free=free[area],
            neighbours=mask[area][outline],
            touches_edge=any(
                part.start == 0 or part.stop == length
                for part, length in zip(box, image.shape, strict=True)
            ),
            has_gaps=not finite[area][rimmed].all(),
        )


def _is_hot(mask: np.ndarray, classes: ClassCatalogue) -> np.ndarray:
    if "hot pixel" not in classes.names:
        return np.zeros(mask.shape, dtype=bool)
    return mask == classes["hot pixel"].index
