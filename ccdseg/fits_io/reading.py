"""Reading image HDUs, or parts of them."""

from __future__ import annotations

import gzip
import io
import logging
import re
import warnings
import zlib
from dataclasses import replace
from pathlib import Path

import numpy as np
from astropy.io import fits

from ccdseg.errors import InputError
from ccdseg.fits_io.frame import Frame

_SECTION = re.compile(r"\s*\[\s*(\d+)\s*:\s*(\d+)\s*,\s*(\d+)\s*:\s*(\d+)\s*\]\s*")
_CUT_HEADER = "Error validating header"
_CUT_PADDING = "File may have been truncated"
"""Words of the only warnings with which astropy drops what is cut off behind the last HDU."""

_UNREADABLE = (
    EOFError,
    IndexError,
    KeyError,
    OSError,
    TypeError,
    ValueError,
    zlib.error,
)
_GZIP = b"\x1f\x8b"

logger = logging.getLogger(__name__)


def read_frame(
    path: str | Path,
    *,
    hdu: str | int | None = None,
    section: str | None = None,
    half: str | None = None,
) -> Frame:
    """Read one image HDU of a `.fits`, `.fits.gz` or `.fits.fz` file.

    Parameters
    ----------
    path : str or Path
        The file.
    hdu : str or int, optional
        Name (case and trailing blanks are ignored) or index; the first image by default.
    section : str, optional
        FITS section ``[x1:x2,y1:y2]``: columns and rows, counted from 1, both ends included.
    half : {"left", "right"}, optional
        Keep this half of the columns only.

    Returns
    -------
    Frame

    Raises
    ------
    InputError
        Where the file is missing, no FITS or truncated; where the HDU is not found or not a 2-D
        image; where the section is malformed or outside the frame; where no pixel is finite.
    """
    return read_frames(path, hdu=hdu, section=section, half=half)[0]


def read_frames(
    path: str | Path,
    *,
    hdu: str | int | None = "all",
    section: str | None = None,
    half: str | None = None,
) -> list[Frame]:
    """Read all image HDUs of a file, or the chosen one; parameters and errors as `read_frame`."""
    path = Path(path)
    if path.is_dir():
        raise InputError(f"{path} is a folder; give a FITS file.")
    if not path.is_file():
        raise InputError(f"No such file: {path}")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            with fits.open(_decompressed(path), memmap=False, uint=False) as hdus:
                chosen = _choose(hdus, hdu, path)
                frames = [_to_frame(hdus, index, path) for index in chosen]
        except InputError:
            raise
        except _UNREADABLE as error:
            raise InputError(
                f"{path} is not a readable FITS file, or it is truncated ({_reason(error)})."
            ) from None
    if any(_CUT_HEADER in str(warning.message) for warning in caught):
        raise InputError(f"{path} is truncated: the header of its last HDU is not complete.")
    if any(_CUT_PADDING in str(warning.message) for warning in caught):
        logger.warning(
            "warning: %s ends without its padding; images behind %s would be missing.",
            path,
            frames[-1].label,
        )
    frames = [_select(frame, section, half) for frame in frames]
    for frame in frames:
        if frame.n_bad == frame.data.size:
            raise InputError(f"{path}, {frame.label}: no pixel is finite (all NaN).")
    return frames


def _decompressed(path: Path) -> Path | io.BytesIO:
    """The file, or its content where it is gzipped: astropy would take a cut one as complete."""
    with path.open("rb") as stream:
        if stream.read(2) != _GZIP:
            return path
    return io.BytesIO(gzip.decompress(path.read_bytes()))


def _choose(hdus: fits.HDUList, hdu: str | int | None, path: Path) -> list[int]:
    """Indices of the HDUs to read."""
    images = [i for i, item in enumerate(hdus) if item.is_image and item.header.get("NAXIS", 0)]
    if not images:
        raise InputError(f"{path} holds no image HDU.")
    if hdu is None:
        return images[:1]
    name = str(hdu).strip().upper()
    if name == "ALL":
        planes = [i for i in images if len(hdus[i].shape) == 2]
        for i in set(images) - set(planes) if planes else ():
            logger.warning("%s, HDU %d is skipped: its shape is %s.", path, i, hdus[i].shape)
        return planes or images
    found = [i for i, item in enumerate(hdus) if name and item.name.strip().upper() == name]
    if not found and name.isdecimal() and int(name) < len(hdus):
        found = [int(name)]
    if not found:
        raise InputError(f"{path} has no HDU {hdu!r}; its images are: {_listing(hdus, images)}.")
    if found[0] not in images:
        raise InputError(
            f"{path}, HDU {hdu!r} holds no image; the images are: {_listing(hdus, images)}."
        )
    return found[:1]


def _listing(hdus: fits.HDUList, images: list[int]) -> str:
    names = (hdus[i].name.strip() for i in images)
    return ", ".join(
        f"{i} ({name})" if name else str(i) for i, name in zip(images, names, strict=True)
    )


def _to_frame(hdus: fits.HDUList, index: int, path: Path) -> Frame:
    hdu = hdus[index]
    name = str(hdu.header.get("EXTNAME", "")).strip()
    where = f"{path}, {name or f'HDU {index}'}"
    shape = hdu.shape
    if len(shape) != 2:
        raise InputError(f"{where}: the data have {len(shape)} dimensions {shape}; two are needed.")
    if 0 in shape:
        raise InputError(f"{where}: the image is empty, its shape is {shape}.")
    data = np.array(hdu.data, dtype=np.float32)
    return Frame(data, hdu.header.copy(), hdus[0].header.copy(), path, index, name)


def parse_section(section: str, shape: tuple[int, int]) -> tuple[slice, slice]:
    """Rows and columns of a FITS section ``[x1:x2,y1:y2]`` within a frame of `shape`.

    Raises
    ------
    InputError
        Where the text is no section, runs backwards, or reaches beyond the frame.
    """
    match = _SECTION.fullmatch(section)
    if match is None:
        raise InputError(f"Section {section!r} is malformed; write it like '[1:256,1:512]'.")
    x1, x2, y1, y2 = map(int, match.groups())
    if not (1 <= x1 <= x2 <= shape[1] and 1 <= y1 <= y2 <= shape[0]):
        raise InputError(
            f"Section {section} does not lie in the frame, which is [1:{shape[1]},1:{shape[0]}]."
        )
    return slice(y1 - 1, y2), slice(x1 - 1, x2)


def _select(frame: Frame, section: str | None, half: str | None) -> Frame:
    """Cut the frame to a section or a half."""
    if section is None and half is None:
        return frame
    if section is not None and half is not None:
        raise InputError("Give a section or a half, not both.")
    height, width = frame.data.shape
    if section is not None:
        try:
            part = parse_section(section, (height, width))
        except InputError as error:
            raise InputError(f"{frame.path}, {frame.label}: {error}") from None
    elif half in ("left", "right") and width > 1:
        middle = width // 2
        part = (slice(0, height), slice(0, middle) if half == "left" else slice(middle, width))
    else:
        raise InputError(f"Half {half!r} of {width} columns; give 'left' or 'right'.")
    return replace(frame, data=np.ascontiguousarray(frame.data[part]), section=part)


def _reason(error: Exception) -> str:
    """First sentence of a message."""
    return " ".join(str(error).split()).split(". ")[0].rstrip(".") or type(error).__name__
