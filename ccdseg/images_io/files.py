"""Files of images, be they FITS or pictures: their names, and reading either kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from astropy.io import fits

from ccdseg import fits_io
from ccdseg.errors import InputError
from ccdseg.fits_io import Frame, cut_to, read_frames
from ccdseg.images_io import formats
from ccdseg.images_io.formats import is_picture
from ccdseg.images_io.reading import first_channel, read_picture

SUFFIXES = (*fits_io.SUFFIXES, *formats.SUFFIXES)

_SATURATION = {"uint8": 255.0, "uint16": 65535.0, "float32": np.inf}
"""Signal from which a pixel is saturated, by the types that a picture may have."""

_FITS_STARTS = (b"SIMPLE", b"\x1f\x8b")  # plain, gzipped
_ANY_HDU = (None, "all", "0", 0)


def stem(path: Path) -> str:
    """Name of a file without the suffixes of images and compression."""
    name = path.name
    for suffix in sorted(SUFFIXES, key=len, reverse=True):
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return path.stem


def image_files_in(folder: Path) -> list[Path]:
    """Files of a folder that are images by their names, sorted; hidden ones are left out."""
    return [
        path
        for path in sorted(folder.iterdir())
        if path.name.lower().endswith(SUFFIXES) and not path.name.startswith(".")
    ]


def read_images(
    path: str | Path,
    *,
    hdu: str | int | None = "all",
    section: str | None = None,
    half: str | None = None,
) -> list[Frame]:
    """Read the images of a FITS file, or a picture, of several channels the first.

    Parameters
    ----------
    path : str or Path
        FITS, PNG or TIFF.
    hdu, section, half
        As `ccdseg.fits_io.read_frames`; a picture has no HDU but 0. Rows of a picture count from
        its upper one.

    Returns
    -------
    list of Frame
        One for a picture, of the name ``picture``.

    Raises
    ------
    InputError
        Where the file is of another type; as `ccdseg.fits_io.read_frames`.
    """
    path = Path(path)
    if is_picture(path):
        return [cut_to(_read_picture_frame(path, hdu), section=section, half=half)]
    if path.is_file() and not path.name.lower().endswith(fits_io.SUFFIXES):
        _check_fits(path)
    return read_frames(path, hdu=hdu, section=section, half=half)


def _read_picture_frame(path: Path, hdu: str | int | None) -> Frame:
    if hdu not in _ANY_HDU:
        raise InputError(f"{path} is a picture, which has no HDU {hdu!r}; leave --hdu away.")
    pixels = first_channel(read_picture(path))
    if pixels.dtype.name not in _SATURATION:
        raise InputError(f"{path} is of type {pixels.dtype}; give images of 8 or 16 bit, or FITS.")
    return Frame(
        data=pixels.astype(np.float32),
        header=fits.Header(),
        primary_header=fits.Header(),
        path=path,
        hdu_index=0,
        hdu_name="picture",
        saturation=_SATURATION[pixels.dtype.name],
        top_first=True,
    )


def _check_fits(path: Path) -> None:
    """Refuse what is neither called nor made like FITS."""
    with path.open("rb") as stream:
        if not stream.read(6).startswith(_FITS_STARTS):
            raise InputError(
                f"{path} is of an unsupported type; give FITS, PNG or TIFF ({', '.join(SUFFIXES)})."
            )
