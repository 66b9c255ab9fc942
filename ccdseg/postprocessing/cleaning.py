"""Cleaning: the particles of an image filled from their surroundings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ccdseg.arrays import empty, strips
from ccdseg.arrays.nddata import deviations_of, is_nddata, masked_of
from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.errors import InputError
from ccdseg.postprocessing.inpainting import inpaint
from ccdseg.postprocessing.raised_errors import raise_errors

if TYPE_CHECKING:
    from astropy.nddata import CCDData


def clean(
    image: np.ndarray | CCDData,
    mask: np.ndarray,
    *,
    classes: ClassCatalogue = CLASSES,
    invalid: np.ndarray | None = None,
) -> np.ndarray | CCDData:
    """Fill the pixels of particles from their surroundings, hot pixels left out.

    They are filled as `ccdseg.postprocessing.inpaint` does.

    Parameters
    ----------
    image : ndarray or CCDData
        Signal of shape (H, W), of any type of numbers and any unit.
    mask : ndarray
        Class indices of the same shape.
    classes : ClassCatalogue
        Meaning of the indices.
    invalid : ndarray of bool, optional
        Pixels without a value, as those of the value BLANK in a FITS image of integers.

    Returns
    -------
    ndarray or CCDData
        A copy of the same type. Pixels of other classes, and those that are not finite or
        `invalid`, are the same to the last bit. Of a CCDData, masked pixels are invalid; mask,
        flags, unit, WCS and header are kept, the uncertainty of filled pixels is raised, and where
        there are no flags, they are 1 for filled pixels.

    Raises
    ------
    InputError
        If the catalogue has no class of particles, the shapes differ, or no pixel is left to
        fill from.
    """
    if is_nddata(image):
        lost = _invalid_pixels(image, invalid)
        data = np.asarray(image.data)
        cleaned = clean(data, mask, classes=classes, invalid=lost)
        replaced = (mask == classes.need_particles().index) & np.isfinite(data)
        replaced &= True if lost is None else ~lost
        return _with_cleaned_pixels(image, cleaned, replaced)
    particles = classes.need_particles().index
    hot = classes["hot pixel"].index if "hot pixel" in classes.names else None
    masked, excluded = empty(mask.shape, bool), empty(mask.shape, bool)
    invalid = np.broadcast_to(np.False_, mask.shape) if invalid is None else invalid
    for rows in strips(image, mask, masked, excluded, invalid):
        excluded[rows] = invalid[rows]
        if hot is not None:
            excluded[rows] |= mask[rows] == hot
        masked[rows] = (mask[rows] == particles) & np.isfinite(image[rows]) & ~excluded[rows]
    return inpaint(image, masked, excluded=excluded)


def _with_cleaned_pixels(image: CCDData, data: np.ndarray, replaced: np.ndarray) -> CCDData:
    """Copy of a CCDData with other pixels, the uncertainty of replaced ones raised.

    Parameters
    ----------
    image : CCDData
        Image.
    data : ndarray
        Its pixels after cleaning, (H, W).
    replaced : ndarray of bool
        Pixels that were filled, of the same shape.

    Returns
    -------
    CCDData
        With mask, unit, WCS and header as they are; flags too, or, where there are none, uint8 that
        are 1 where a pixel was replaced.
    """
    from astropy.nddata import StdDevUncertainty

    cleaned = image.copy()
    cleaned.data = np.where(replaced, data, image.data).astype(image.data.dtype)
    if image.flags is None:
        cleaned.flags = replaced.astype(np.uint8)
    deviations = deviations_of(image)
    if deviations is not None and replaced.any():
        kind = type(image.uncertainty)
        raised = StdDevUncertainty(raise_errors(deviations, replaced), unit=image.unit)
        cleaned.uncertainty = raised.represent_as(kind)
    return cleaned


def _invalid_pixels(image: CCDData, invalid: np.ndarray | None) -> np.ndarray | None:
    """Pixels that are masked or told to be invalid; None where there are none of either.

    Raises
    ------
    InputError
        If the mask does not fit.
    """
    masked = masked_of(image)
    if masked is None or invalid is None:
        return invalid if masked is None else masked
    if masked.shape != invalid.shape:
        raise InputError(f"The invalid pixels have the shape {invalid.shape}, not {masked.shape}.")
    return masked | invalid
