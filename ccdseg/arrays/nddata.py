"""Images of `astropy.nddata` (CCDData): their pixels, masked ones bad, and their unit."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TypeGuard

import numpy as np
from astropy import units as u

from ccdseg.errors import InputError

if TYPE_CHECKING:
    from astropy.nddata import CCDData


def is_nddata(image: object) -> TypeGuard[CCDData]:
    """Whether an image is a CCDData or another NDData; does not import astropy.nddata."""
    module = sys.modules.get("astropy.nddata")
    return module is not None and isinstance(image, module.NDData)


def pixels_of(image: np.ndarray | CCDData) -> np.ndarray:
    """Pixels of an image as a plain array; masked ones of a CCDData are NaN.

    Raises
    ------
    InputError
        If the unit of a CCDData is none of a CCD image, or its mask does not fit.
    """
    if not is_nddata(image):
        return np.asarray(image)
    unit_of(image)
    data, masked = np.asarray(image.data), masked_of(image)
    if masked is None or not masked.any():
        return data
    kind = data.dtype if data.dtype.kind == "f" else np.float32
    return np.where(masked, np.nan, data.astype(kind, copy=False))


def masked_of(image: CCDData) -> np.ndarray | None:
    """Masked pixels, bool of the shape of the data; None without a mask.

    Raises
    ------
    InputError
        If the mask has another shape.
    """
    if image.mask is None:
        return None
    masked = np.asarray(image.mask) != 0
    if masked.shape not in ((), image.data.shape):
        raise InputError(
            f"The mask of the CCDData has the shape {masked.shape} and its data "
            f"{image.data.shape}; give one of the same."
        )
    return np.broadcast_to(masked, image.data.shape)


def unit_of(image: CCDData) -> u.UnitBase:
    """Unit of the pixels: ADU, electrons, or one of these per second; ADU without one.

    Raises
    ------
    InputError
        If it is another unit.
    """
    unit = image.unit
    if unit is None or unit == u.dimensionless_unscaled:
        return u.adu
    for counted, meant in ((u.adu, u.adu), (u.ct, u.adu), (u.DN, u.adu), (u.electron, u.electron)):
        if unit == counted:
            return meant
        if unit == counted / u.s:
            return meant / u.s
    raise InputError(
        f"The unit of the CCDData is {unit}; a CCD image is in adu, ct, DN or electron, or in one "
        "of these per second."
    )


def deviations_of(image: CCDData) -> np.ndarray | None:
    """Standard deviations of the pixels, of the shape of the data; None where they are not known.

    Raises
    ------
    InputError
        If the uncertainty is of a type that tells no standard deviation, or does not fit.
    """
    from astropy.nddata import StdDevUncertainty

    if image.uncertainty is None:
        return None
    try:
        deviations = np.asarray(image.uncertainty.represent_as(StdDevUncertainty).array)
    except Exception as error:  # noqa: BLE001 - types of uncertainty may raise anything
        raise InputError(
            f"The uncertainty of the CCDData, {type(image.uncertainty).__name__}, is no standard "
            f"deviation and cannot become one ({error})."
        ) from None
    return np.broadcast_to(deviations, image.data.shape)
