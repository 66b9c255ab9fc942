"""Quality of the pixels of a frame: bad ones in, and what is told about each out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from ccdseg.calibration.defects import DefectMap, remove_defects
from ccdseg.errors import InputError
from ccdseg.fits_io import BadPixelMaps, DefectMaps, Frame
from ccdseg.fits_io.dq_bits import BitChoice, check_bits
from ccdseg.images_io.stacks import BadValues, check_bad_values


def choose_quality(
    dq_bits: BitChoice, bad_pixels: str | Path | None, bad_values: BadValues
) -> dict:
    """Bits, maps and values of bad pixels, as `ccdseg.images_io.read_images` takes them.

    Raises
    ------
    InputError
        If the bits or values are malformed, or the file holds no maps.
    """
    check_bad_values(bad_values)
    try:
        check_bits(dq_bits)
    except InputError as error:
        raise InputError(f"--dq-bits: {error}") from None
    maps = None if bad_pixels is None else BadPixelMaps.read(bad_pixels, bits=dq_bits)
    return {"dq_bits": dq_bits, "bad_pixels": maps, "bad_values": bad_values}


def choose_defects(defects: DefectMaps | DefectMap | str | Path | None) -> DefectMaps | None:
    """Known defects: themselves, of one image, or of a file; None for none."""
    if defects is None or isinstance(defects, DefectMaps):
        return defects
    return DefectMaps({"": defects}) if isinstance(defects, DefectMap) else DefectMaps.read(defects)


def without_defects(frame: Frame, defects: DefectMap | None) -> Frame:
    """Frame without what stays in all exposures; pixels that tell nothing are flagged as bad."""
    if defects is None:
        return frame
    data = remove_defects(frame.data, defects, saturation=frame.saturation)
    lost = np.isnan(data) & np.isfinite(frame.data)
    return replace(frame, data=data).with_flagged(lost) if lost.any() else replace(frame, data=data)
