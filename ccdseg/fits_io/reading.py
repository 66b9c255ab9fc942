"""Reading image HDUs, or parts of them."""

from __future__ import annotations

import gzip
import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from astropy.io import fits

from ccdseg import arrays
from ccdseg.errors import InputError, without_warnings
from ccdseg.fits_io.companions import Companions
from ccdseg.fits_io.compressed_tiles import UNCHECKED, check_tiles
from ccdseg.fits_io.dq_bits import ALL_BITS, BitChoice
from ccdseg.fits_io.frame import Frame, cut_to
from ccdseg.fits_io.header_facts import HeaderFacts
from ccdseg.fits_io.headers import FileLayout, check_headers
from ccdseg.fits_io.pixels import read_pixels

SUFFIXES = (".fits", ".fits.gz", ".fits.fz", ".fit", ".fts", ".fit.gz", ".fts.gz")

_MOST_PIXELS_PER_BYTE = 4096
"""Pixels of a compressed image for each byte of its file, above what compression reaches."""

_GZIP = b"\x1f\x8b"

logger = logging.getLogger(__name__)


def read_frame(
    path: str | Path,
    *,
    hdu: str | int | None = None,
    section: str | None = None,
    half: str | None = None,
    dq_bits: BitChoice = ALL_BITS,
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
    dq_bits : str or int
        Bits that make a pixel bad, where the file has a data-quality map of the image: ``"all"``,
        ``"none"``, numbers as ``"4,8"`` or ``"~16"`` (all but that), or names as ``"HOT,DEAD"``.

    Returns
    -------
    Frame
        With the bad pixels and the standard deviations that HDUs as DQ, ERR, MASK and UNCERT tell;
        see `ccdseg.fits_io.companions.Companions`.

    Raises
    ------
    InputError
        If the file is missing, no FITS or truncated; if the HDU is not found or not a 2-D
        image; if the section is malformed or outside the frame; if no pixel is finite and good; if
        the bits do not fit the map.
    """
    return read_frames(path, hdu=hdu, section=section, half=half, dq_bits=dq_bits)[0]


def read_frames(
    path: str | Path,
    *,
    hdu: str | int | None = "all",
    section: str | None = None,
    half: str | None = None,
    dq_bits: BitChoice = ALL_BITS,
) -> list[Frame]:
    """Read all image HDUs of a file, or the chosen one; parameters and errors as `read_frame`.

    Of all, those of data quality and errors that belong to others are left out.
    """
    path = Path(path)
    with opened(path) as (hdus, layout):
        chosen, companions = (
            choose_images(hdus, hdu, path),
            Companions.find(hdus, image_indices(hdus)),
        )
        frames = []
        for index in chosen:
            frame = _to_frame(hdus, index, path)
            flagged = companions.flagged(hdus, index, bits=dq_bits, where=str(path))
            frame = replace(frame, uncertainty=companions.uncertainty(hdus, index))
            frames.append(frame if flagged is None else frame.with_flagged(flagged))
    if not layout.is_whole:
        logger.warning(
            "%s ends without its padding; images behind %s would be missing.",
            path,
            frames[-1].label,
        )
    return [cut_to(frame, section=section, half=half) for frame in frames]


def read_shape(path: str | Path, *, hdu: str | int | None = None) -> tuple[int, int]:
    """Rows and columns of an image HDU by its header alone; parameters and errors as `read_frame`.

    A file that is cut behind its headers is not noticed.
    """
    path = Path(path)
    with opened(path) as (hdus, _):
        return _shape(hdus[choose_images(hdus, hdu, path)[0]], path)


@contextmanager
def opened(path: Path) -> Iterator[tuple[fits.HDUList, FileLayout]]:
    """HDUs of a file, and what their headers say of it."""
    if path.is_dir():
        raise InputError(f"{path} is a folder; give a FITS file.")
    if not path.is_file():
        raise InputError(f"No such file: {path}")
    with without_warnings():
        try:
            with open_stream(path) as stream:
                layout = check_headers(stream, path)
                stream.seek(0)
                with fits.open(stream, memmap=False, uint=False) as hdus:
                    _check_contents(hdus, layout.n_hdus, path)
                    yield hdus, layout
        except InputError:
            raise
        except Exception as error:  # noqa: BLE001 - damaged bytes can raise anything
            raise InputError(
                f"{path} is not a readable FITS file, or it is truncated ({_reason(error)})."
            ) from None


def _check_contents(hdus: fits.HDUList, n_hdus: int, path: Path) -> None:
    """Raise `InputError` where astropy drops HDUs that it cannot read, or tiles would harm it."""
    if len(hdus) < n_hdus:
        raise InputError(f"{path} is damaged: HDU {len(hdus)} cannot be read.")
    if any(getattr(hdu, "compression_type", None) == UNCHECKED for hdu in hdus):
        with (
            open_stream(path) as stream,
            fits.open(stream, memmap=False, disable_image_compression=True) as tables,
        ):
            check_tiles(tables, path)


@contextmanager
def open_stream(path: Path) -> Iterator[BinaryIO]:
    """Content of a file; of a gzipped one all of it: astropy would take a cut one as complete.

    Astropy leaves files open that it opened and finds damaged.
    """
    with path.open("rb") as stream:
        if stream.read(2) == _GZIP:
            stream.seek(0)
            with (
                gzip.open(stream) as packed,
                tempfile.SpooledTemporaryFile(arrays.IN_MEMORY) as content,
            ):
                shutil.copyfileobj(packed, content)
                content.seek(0)
                yield content
        else:
            stream.seek(0)
            yield stream


def choose_images(hdus: fits.HDUList, hdu: str | int | None, path: Path) -> list[int]:
    """Indices of the HDUs to read."""
    images = image_indices(hdus)
    if not images:
        raise InputError(f"{path} holds no image HDU.")
    if hdu is None:
        return images[:1]
    name = str(hdu).strip().upper()
    if name == "ALL":
        images = Companions.find(hdus, images).images
        planes = [i for i in images if len(hdus[i].shape) == 2]
        for i in set(images) - set(planes) if planes else ():
            logger.warning("%s, HDU %d is skipped: its shape is %s.", path, i, hdus[i].shape)
        return planes or list(images)
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


def image_indices(hdus: fits.HDUList) -> list[int]:
    """Indices of the HDUs that hold an image."""
    return [i for i, item in enumerate(hdus) if item.is_image and item.header.get("NAXIS", 0)]


def _listing(hdus: fits.HDUList, images: list[int]) -> str:
    names = (hdus[i].name.strip() for i in images)
    return ", ".join(
        f"{i} ({name})" if name else str(i) for i, name in zip(images, names, strict=True)
    )


def _shape(hdu: fits.ImageHDU | fits.CompImageHDU, where: str | Path) -> tuple[int, int]:
    """Rows and columns of an image, by its header."""
    shape = hdu.shape
    if len(shape) != 2:
        raise InputError(f"{where}: the data have {len(shape)} dimensions {shape}; two are needed.")
    if 0 in shape:
        raise InputError(f"{where}: the image is empty, its shape is {shape}.")
    return shape


def _to_frame(hdus: fits.HDUList, index: int, path: Path) -> Frame:
    hdu = hdus[index]
    name = str(hdu.header.get("EXTNAME", "")).strip()
    where = f"{path}, {name or f'HDU {index}'}"
    height, width = _shape(hdu, where)
    if height * width > _MOST_PIXELS_PER_BYTE * path.stat().st_size:
        raise InputError(
            f"{where}: an image of {height}×{width} pixels does not fit into its file, which is "
            "truncated or damaged."
        )
    facts = HeaderFacts.of(hdu.header, hdus[0].header)  # before scaling changes the header
    for key, reason in facts.ignored.items():
        logger.warning("%s: %s %s.", where, key, reason)
    data = read_pixels(hdu)
    header, primary = hdu.header.copy(), hdus[0].header.copy()
    return Frame(data, header, primary, path, index, name, facts=facts)


def _reason(error: Exception) -> str:
    """First sentence of a message."""
    return " ".join(str(error).split()).split(". ")[0].rstrip(".") or type(error).__name__
