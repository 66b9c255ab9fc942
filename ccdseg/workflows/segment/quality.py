"""Quality of the pixels of a frame: bad ones in, and what is told about each out."""

from __future__ import annotations

from pathlib import Path

from ccdseg.errors import InputError
from ccdseg.fits_io import BadPixelMaps
from ccdseg.fits_io.dq_bits import BitChoice, check_bits


def choose_quality(dq_bits: BitChoice, bad_pixels: str | Path | None) -> dict:
    """Bits and maps of bad pixels, as `ccdseg.images_io.read_images` takes them.

    Raises
    ------
    InputError
        If the bits are malformed, or the file holds no maps.
    """
    try:
        check_bits(dq_bits)
    except InputError as error:
        raise InputError(f"--dq-bits: {error}") from None
    maps = None if bad_pixels is None else BadPixelMaps.read(bad_pixels, bits=dq_bits)
    return {"dq_bits": dq_bits, "bad_pixels": maps}
