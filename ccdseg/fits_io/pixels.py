"""Pixels of an image HDU in and out, strip by strip."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from astropy.io import fits

from ccdseg.arrays import empty, strips
from ccdseg.fits_io.checksums import sign_checksums


def read_pixels(
    hdu: fits.ImageHDU | fits.CompImageHDU, dtype: np.dtype | type = np.float32
) -> np.ndarray:
    """Read an image, of a compressed one as many tiles at once as make a strip.

    Parameters
    ----------
    hdu : ImageHDU or CompImageHDU
        HDU of an open file.
    dtype : dtype
        Type of the values.

    Returns
    -------
    ndarray
        Values as the HDU gives them, scaled unless the file was opened without, (H, W).
    """
    data = empty(hdu.shape, dtype)
    for rows in strips_of(hdu, data):
        data[rows] = hdu.section[rows]
    return data


def strips_of(hdu: fits.ImageHDU | fits.CompImageHDU, target: np.ndarray) -> Iterator[slice]:
    """Rows of an image, strip by strip, of a compressed one whole tiles; into a target."""
    compressed = isinstance(hdu, fits.CompImageHDU)
    return strips(target, multiple=hdu.tile_shape[0] if compressed else 1)


def append_image(path: Path, header: fits.Header, data: np.ndarray) -> None:
    """Write an image behind the HDUs of a file, with its checksums.

    Parameters
    ----------
    path : Path
        File, made where it is missing.
    header : astropy.io.fits.Header
        Header of the image, that of a primary HDU where the file is new.
    data : ndarray
        Values as they are to be stored, of the type and shape that the header tells.
    """
    header = header.copy()
    stored = data.dtype.newbyteorder(">")
    sign_checksums(header, (data[rows].astype(stored) for rows in strips(data)))
    with fits.StreamingHDU(str(path), header) as hdu:
        for rows in strips(data):
            hdu.write(data[rows].astype(stored))
