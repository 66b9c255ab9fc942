"""Pixels of an image that cleaning fills: which, and what becomes of their errors."""

from __future__ import annotations

from collections.abc import Container

import numpy as np
from astropy.io import fits

from ccdseg.arrays import empty, strips
from ccdseg.classes import ClassCatalogue
from ccdseg.fits_io.companions import ERROR, VARIANCE, Companions, deviations_of
from ccdseg.fits_io.frame import Frame
from ccdseg.fits_io.mask_headers import sign
from ccdseg.fits_io.pixels import read_pixels
from ccdseg.fits_io.planes import plane_name
from ccdseg.fits_io.reading import image_indices
from ccdseg.postprocessing import raise_errors

ImageHdu = fits.PrimaryHDU | fits.ImageHDU | fits.CompImageHDU


def stored_type(hdu: ImageHdu) -> np.dtype:
    """Type of the values of an HDU, in the order of bytes of this machine."""
    return np.dtype(fits.hdu.base.BITPIX2DTYPE[hdu.header["BITPIX"]])


def lost_pixels(hdu: ImageHdu, part: np.ndarray, frame: Frame) -> np.ndarray:
    """Pixels of a frame without a value, or flagged as bad: neither filled nor filled from.

    Parameters
    ----------
    hdu : image HDU
        Where the frame comes from.
    part : ndarray
        Values as it stores them, of the shape of the frame.
    frame : Frame
        The frame.

    Returns
    -------
    ndarray of bool
        (H, W).
    """
    lost, blank = empty(part.shape, bool), hdu.header.get("BLANK")
    for rows in strips(part, lost):
        values = part[rows]
        lost[rows] = ~np.isfinite(values) if values.dtype.kind == "f" else values == blank
        if frame.flagged is not None:
            lost[rows] |= frame.flagged[rows]
    return lost


def replaced_pixels(
    hdu: ImageHdu, frame: Frame, mask: np.ndarray, classes: ClassCatalogue
) -> np.ndarray:
    """Pixels of an image that are filled, bool of the shape of the HDU; arguments as above."""
    replaced, data = empty(hdu.shape, bool), read_pixels(hdu, stored_type(hdu))
    replaced[:] = False
    whole = frame.section is None
    part, target = (data, replaced) if whole else (data[frame.section], replaced[frame.section])
    lost = lost_pixels(hdu, part, frame)
    for rows in strips(mask, lost):
        target[rows] = (mask[rows] == classes.need_particles().index) & ~lost[rows]
    return replaced


def replaced_hdu(replaced: np.ndarray, frame: Frame, *, model: str) -> fits.ImageHDU:
    """Plane REPLACED of a frame, uint8: 1 where a pixel was filled."""
    hdu = fits.ImageHDU(replaced.view(np.uint8), name=plane_name(frame, "REPLACED"))
    sign(hdu.header, model, what="cleaning")
    hdu.header.add_comment("1 where a pixel was filled from its surroundings")
    return hdu


def error_planes(hdus: fits.HDUList, changed: Container[int]) -> dict[int, int]:
    """HDUs of errors in floating point, and the changed images that they belong to."""
    companions = Companions.find(hdus, image_indices(hdus))
    return {
        roles[role]: index
        for index, roles in companions.of_image.items()
        for role in (ERROR, VARIANCE)
        if index in changed and role in roles and stored_type(hdus[roles[role]]).kind == "f"
    }


def with_raised_errors(hdu: ImageHdu, replaced: np.ndarray) -> np.ndarray:
    """Errors of an HDU as it stores them, those of replaced pixels raised, (H, W)."""
    errors, converted = read_pixels(hdu, stored_type(hdu)), deviations_of(hdu)
    if converted is None or not replaced.any():
        return errors
    to_deviation, from_deviation = converted
    raised = raise_errors(to_deviation(errors), replaced)
    errors[replaced] = from_deviation(raised[replaced])
    return errors
