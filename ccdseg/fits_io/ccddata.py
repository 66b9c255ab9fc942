"""Frames from CCDData, and results as CCDData."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from astropy.io import fits

from ccdseg.arrays.nddata import deviations_of, masked_of, unit_of
from ccdseg.errors import InputError, without_warnings
from ccdseg.fits_io.frame import Frame
from ccdseg.fits_io.header_facts import HeaderFacts
from ccdseg.fits_io.mask_headers import mask_header, name_bits, sign

if TYPE_CHECKING:
    from astropy.nddata import CCDData
    from astropy.wcs import WCS


def frame_of_ccddata(image: CCDData, *, name: str = "", path: str | Path = "frame") -> Frame:
    """Frame of a CCDData: its header and WCS, masked pixels flagged as bad, and its uncertainty.

    Parameters
    ----------
    image : CCDData
        Image of shape (H, W), in adu, ct, DN or electron, or in one of these per second.
    name, path
        As for `Frame.from_array`.

    Raises
    ------
    InputError
        If it is no image of numbers, its unit is none of a CCD image, mask or uncertainty do not
        fit, no pixel is good, or its header holds an image that cannot be.
    """
    plain = Frame.from_array(image.data, name=name, path=path)
    header = _header_of(image)
    unit = unit_of(image)
    header["BUNIT"] = (unit.to_string(), "unit of the pixels")
    facts = HeaderFacts.of(header, fits.Header())
    if "SATURATE" not in facts.used:
        facts = replace(facts, saturation=plain.facts.saturation)
    if facts.unit != unit:
        raise InputError(
            f"The unit of the CCDData is {unit}, which needs the exposure time; give its header "
            "EXPTIME (s)."
        )
    deviations, masked = deviations_of(image), masked_of(image)
    frame = replace(
        plain,
        header=header,
        facts=facts,
        uncertainty=None if deviations is None else deviations.astype(np.float32),
    )
    return frame if masked is None or not masked.any() else frame.with_flagged(masked.copy())


def ccddata_of(frame: Frame, flags: np.ndarray, *, bits: Mapping[str, int], model: str) -> CCDData:
    """CCDData of a frame; bad pixels are masked.

    Parameters
    ----------
    frame : Frame
        The frame.
    flags : ndarray
        Sums of bits, of the shape of the frame.
    bits : mapping of str to int
        Values of the bits by their names.
    model : str
        Name of the model that the flags come from.
    """
    from astropy.nddata import CCDData, StdDevUncertainty

    header = mask_header(frame)
    sign(header, model, what="quality")
    name_bits(header, bits)
    deviations = frame.uncertainty
    image = CCDData(
        frame.data,
        unit=frame.unit,
        mask=~np.isfinite(frame.data),
        uncertainty=None if deviations is None else StdDevUncertainty(deviations),
        wcs=_wcs_of(header),
        meta=header,
    )
    image.flags = flags
    return image


def _wcs_of(header: fits.Header) -> WCS | None:
    """WCS of a header; None where it has none, or a broken one."""
    from astropy.wcs import WCS

    if not any(key.startswith("CTYPE") for key in header):
        return None
    with without_warnings():
        try:
            return WCS(header)
        except Exception:  # noqa: BLE001 - a broken WCS can raise anything
            return None


def _header_of(image: CCDData) -> fits.Header:
    """Header of a CCDData with its WCS; values that no header can hold are left out."""
    header = fits.Header()
    for key, value in dict(image.header).items():
        try:
            header[key] = value
        except (ValueError, TypeError):
            continue
    if image.wcs is not None:
        header.update(image.wcs.to_header(relax=True))
    return header
