"""FITS frames in, FITS masks out."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from astropy.io import fits
from astropy.utils.exceptions import AstropyUserWarning

from ccdseg.classes import ClassCatalogue
from ccdseg.errors import InputError
from ccdseg.files import atomic_path, refuse_existing
from ccdseg.version import __version__

logger = logging.getLogger(__name__)

_SECTION = re.compile(r"\s*\[\s*(\d+)\s*:\s*(\d+)\s*,\s*(\d+)\s*:\s*(\d+)\s*\]\s*")
_NOT_CARRIED = ("BLANK", "BUNIT", "CHECKSUM", "DATASUM", "DATAMAX", "DATAMIN", "ZBLANK")


@dataclass(frozen=True, eq=False)
class Frame:
    """An image HDU, or a part of it.

    Attributes
    ----------
    data : ndarray
        Signal (ADU, scaled by BSCALE and BZERO; BLANK as NaN), float32 of shape (H, W).
    header : astropy.io.fits.Header
        Header of the HDU.
    primary_header : astropy.io.fits.Header
        Header of the file's primary HDU.
    path : Path
        File that it comes from.
    hdu_index : int
        Number of the HDU in the file, 0 for the primary.
    hdu_name : str
        EXTNAME without trailing blanks, empty where there is none.
    section : tuple of slice, optional
        Rows and columns of the HDU that were read; None for all of it.
    """

    data: np.ndarray
    header: fits.Header
    primary_header: fits.Header
    path: Path
    hdu_index: int
    hdu_name: str
    section: tuple[slice, slice] | None = None

    @property
    def label(self) -> str:
        """EXTNAME, or ``HDU`` and the number."""
        return self.hdu_name or f"HDU{self.hdu_index}"

    @property
    def section_text(self) -> str | None:
        """The section in FITS notation ``[x1:x2,y1:y2]``; None for all of the HDU."""
        if self.section is None:
            return None
        rows, columns = self.section
        return f"[{columns.start + 1}:{columns.stop},{rows.start + 1}:{rows.stop}]"

    @property
    def n_bad(self) -> int:
        """Number of pixels that are NaN or infinite."""
        return int(np.count_nonzero(~np.isfinite(self.data)))


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
    if not path.is_file():
        raise InputError(f"No such file: {path}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AstropyUserWarning)
        warnings.simplefilter("ignore", fits.verify.VerifyWarning)
        try:
            with fits.open(path, memmap=False, uint=False) as hdus:
                chosen = _choose(hdus, hdu, path)
                frames = [_to_frame(hdus, index, path) for index in chosen]
        except InputError:
            raise
        except (OSError, ValueError, TypeError, EOFError, KeyError, IndexError) as error:
            raise InputError(
                f"{path} is not a readable FITS file, or it is truncated ({_first_line(error)})."
            ) from None
    frames = [_select(frame, section, half) for frame in frames]
    for frame in frames:
        if frame.n_bad == frame.data.size:
            raise InputError(f"{path}, {frame.label}: no pixel is finite (all NaN).")
    return frames


def write_masks(
    path: str | Path,
    masks: Sequence[np.ndarray],
    frames: Sequence[Frame],
    *,
    classes: ClassCatalogue,
    model: str,
    overwrite: bool = False,
) -> None:
    """Write masks as FITS: one HDU per frame, with its name and header and the model's signature.

    A frame of the primary HDU stays in the primary HDU; otherwise the primary HDU holds the header
    of the input's primary HDU alone. The keywords SEGMODEL, SEGVERS and SEGDATE say which model and
    version of ccdseg made the mask and when, NCLASSES and CLASS0, CLASS1, … what its values mean.

    Parameters
    ----------
    path : str or Path
        File to write.
    masks : sequence of ndarray
        Class indices, uint8, each of the shape of its frame.
    frames : sequence of Frame
        What was segmented, all of one file.
    classes : ClassCatalogue
        Meaning of the indices.
    model : str
        Name of the model.
    overwrite : bool
        Whether an existing file is replaced.

    Raises
    ------
    InputError
        Where the file exists, or a mask does not fit its frame.
    """
    refuse_existing(path, overwrite=overwrite)
    hdus = fits.HDUList()
    if frames[0].hdu_index != 0:
        hdus.append(fits.PrimaryHDU(header=_carry_over(frames[0].primary_header)))
    for mask, frame in zip(masks, frames, strict=True):
        if mask.shape != frame.data.shape or mask.dtype != np.uint8:
            raise InputError(
                f"Mask of shape {mask.shape}, type {mask.dtype} does not fit {frame.label} of "
                f"shape {frame.data.shape}; it must be uint8 of the same shape."
            )
        kind = fits.PrimaryHDU if frame.hdu_index == 0 else fits.ImageHDU
        hdus.append(kind(mask, _mask_header(frame)))
        _sign(hdus[-1].header, classes, model)
    with atomic_path(path) as temporary, warnings.catch_warnings():
        warnings.simplefilter("ignore", fits.verify.VerifyWarning)
        hdus.writeto(temporary, output_verify="silentfix+ignore", checksum=True)


def write_frame(
    path: str | Path,
    data: np.ndarray,
    *,
    name: str,
    keywords: dict[str, object] | None = None,
    overwrite: bool = False,
) -> None:
    """Write an image of integers, losslessly compressed where the name ends on `.fz`.

    Parameters
    ----------
    path : str or Path
        ``.fits``, ``.fits.gz`` or ``.fits.fz``.
    data : ndarray
        uint8 or uint16 of shape (H, W).
    name : str
        EXTNAME.
    keywords : dict, optional
        Further keywords of the header; a value may be a pair of value and comment.
    overwrite : bool
        Whether an existing file is replaced.
    """
    refuse_existing(path, overwrite=overwrite)
    compressed = Path(path).suffix == ".fz"
    kind = fits.CompImageHDU if compressed else fits.PrimaryHDU
    hdu = kind(data, name=name)
    hdu.header.update(keywords or {})
    hdus = fits.HDUList([fits.PrimaryHDU(), hdu] if compressed else [hdu])
    with atomic_path(path) as temporary:
        hdus.writeto(temporary, checksum=True)


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
    found = [i for i, item in enumerate(hdus) if item.name.strip().upper() == name]
    if not found and name.isdigit() and int(name) < len(hdus):
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
    name = hdu.header.get("EXTNAME", "").strip()
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
    return Frame(
        np.ascontiguousarray(frame.data[part]),
        frame.header,
        frame.primary_header,
        frame.path,
        frame.hdu_index,
        frame.hdu_name,
        part,
    )


def _carry_over(header: fits.Header) -> fits.Header:
    """Header without what describes the input's pixels."""
    carried = header.copy(strip=True)
    for key in _NOT_CARRIED:
        carried.remove(key, ignore_missing=True, remove_all=True)
    return carried


def _mask_header(frame: Frame) -> fits.Header:
    """Header of the frame for its mask, the WCS moved to the section."""
    carried = _carry_over(frame.header)
    if frame.section is not None:
        rows, columns = frame.section
        carried["SEGSEC"] = (frame.section_text, "section of the input that was segmented")
        for axis, start in ((1, columns.start), (2, rows.start)):
            for key, default in ((f"CRPIX{axis}", None), (f"LTV{axis}", 0.0)):
                value = carried.get(key, default)
                if value is not None:
                    carried[key] = float(value) - start
    return carried


def _sign(header: fits.Header, classes: ClassCatalogue, model: str) -> None:
    header["SEGMODEL"] = (model, "model that made this mask")
    header["SEGVERS"] = (__version__, "version of ccdseg")
    header["SEGDATE"] = (datetime.now(UTC).isoformat(timespec="seconds"), "date of the mask, UTC")
    header["NCLASSES"] = (len(classes), "number of classes")
    for row in classes:
        header[f"CLASS{row.index}"] = (row.name, f"meaning of the value {row.index}")
    header.add_history(f"Mask made by ccdseg {__version__} with the model {model}.")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
