"""An image in memory, an HDU or a picture, and parts of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from astropy import units as u
from astropy.io import fits

from ccdseg.arrays import copy_of, strips
from ccdseg.detector import DAMIC_M, Detector
from ccdseg.detector.amplifier import Amplifier
from ccdseg.detector.image_section import parse_section, section_text
from ccdseg.errors import InputError
from ccdseg.fits_io.amplifier_keywords import read_amplifiers
from ccdseg.fits_io.header_facts import HeaderFacts

_SATURATION = {"uint8": 255.0, "int16": 32767.0}
"""Highest value (ADU) by the type of an array; others mostly come from converters of 16 bit."""


@dataclass(frozen=True, eq=False)
class Frame:
    """An image HDU, a picture, or a part of either.

    Attributes
    ----------
    data : ndarray
        Signal in the unit of `facts` (scaled by BSCALE and BZERO; BLANK and flagged pixels as NaN),
        float32 of shape (H, W).
    header : astropy.io.fits.Header
        Header of the HDU; empty for a picture.
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
    top_first : bool
        Whether the first row is the upper one, as in a picture; that of a FITS image is the lower.
    facts : HeaderFacts
        Unit, gain, read noise, saturation and exposure, as far as the header tells them.
    flagged : ndarray of bool, optional
        Pixels that a data-quality map or a map of bad pixels calls bad, (H, W); None where there is
        none.
    uncertainty : ndarray, optional
        Standard deviation of each pixel as the file gives it, in the same unit, float32 of shape
        (H, W).
    """

    data: np.ndarray
    header: fits.Header
    primary_header: fits.Header
    path: Path
    hdu_index: int
    hdu_name: str
    section: tuple[slice, slice] | None = None
    top_first: bool = False
    facts: HeaderFacts = field(default_factory=HeaderFacts)
    flagged: np.ndarray | None = None
    uncertainty: np.ndarray | None = None

    @classmethod
    def from_array(cls, data: np.ndarray, *, name: str = "", path: str | Path = "frame") -> Frame:
        """Frame of an array, without a file.

        Parameters
        ----------
        data : ndarray
            Signal (ADU) of shape (H, W).
        name : str
            Name of the image.
        path : str or Path
            Name of the file that it stands for: results are called after it.

        Raises
        ------
        InputError
            If the array is no image of numbers, or no pixel is finite.
        """
        data = np.asarray(data)
        if data.ndim != 2 or data.size == 0 or data.dtype.kind not in "fiu":
            raise InputError(
                f"An array of shape {data.shape} and type {data.dtype} is no frame; give numbers "
                "of shape (rows, columns)."
            )
        facts = HeaderFacts(saturation=_SATURATION.get(data.dtype.name, 65535.0))
        header = fits.Header()
        pixels = data.astype(np.float32)
        frame = cls(pixels, header, header.copy(), Path(path), 0, name, facts=facts)
        if frame.n_bad == data.size:
            raise InputError("No pixel of the array is finite.")
        return frame

    @property
    def label(self) -> str:
        """EXTNAME, or ``HDU`` and the number."""
        return self.hdu_name or f"HDU{self.hdu_index}"

    @property
    def map_name(self) -> str:
        """Name, in capitals, by which maps of its pixels are found in files of their own."""
        return self.label.upper()

    @property
    def section_text(self) -> str | None:
        """The section in FITS notation ``[x1:x2,y1:y2]``; None for all of the HDU."""
        if self.section is None:
            return None
        rows, columns = self.section
        return section_text(rows, columns)

    @property
    def unit(self) -> u.UnitBase:
        """Unit of the pixels: ADU or electrons, or one of these per second."""
        return self.facts.unit

    @property
    def detector(self) -> Detector | None:
        """Detector by gain and read noise of the header; None where that has no gain.

        Pair energy, Fano factor and silicon are those of DAMIC-M.
        """
        return self.facts.detector(DAMIC_M)

    @property
    def saturation(self) -> float:
        """Signal from which a pixel is saturated, in the unit of the pixels."""
        return self.facts.saturation

    @cached_property
    def amplifiers(self) -> tuple[Amplifier, ...]:
        """Amplifiers by a header that `ccdseg reduce` wrote, their sections in the HDU."""
        return read_amplifiers(self.header)

    @property
    def origin(self) -> tuple[int, int]:
        """Row and column of the first pixel in the HDU (px)."""
        return (0, 0) if self.section is None else tuple(part.start for part in self.section)

    def with_flagged(self, bad: np.ndarray) -> Frame:
        """Frame with further bad pixels, bool of its shape: NaN in its data.

        Raises
        ------
        InputError
            If the map does not fit, or leaves no finite pixel.
        """
        if bad.shape != self.data.shape:
            raise InputError(
                f"{self.path}, {self.label}: the map of bad pixels has the shape {bad.shape} and "
                f"the image {self.data.shape}; give one of the same."
            )
        data = copy_of(self.data)
        for rows in strips(data, bad):
            data[rows][bad[rows]] = np.nan
        flagged = bad if self.flagged is None else self.flagged | bad
        frame = replace(self, data=data, flagged=flagged)
        if frame.n_bad == frame.data.size:
            raise InputError(f"{self.path}, {self.label}: every pixel is flagged as bad.")
        return frame

    @cached_property
    def n_flagged(self) -> int:
        """Number of pixels that are flagged as bad, whatever their value in the file."""
        return 0 if self.flagged is None else int(np.count_nonzero(self.flagged))

    @cached_property
    def n_bad(self) -> int:
        """Number of pixels that are NaN or infinite, flagged ones among them."""
        good = sum(np.count_nonzero(np.isfinite(self.data[rows])) for rows in strips(self.data))
        return int(self.data.size - good)


def cut_to(frame: Frame, *, section: str | None = None, half: str | None = None) -> Frame:
    """Cut a whole frame to a section or a half; without either it stays as it is.

    Raises
    ------
    InputError
        If the section is malformed or outside the frame, if section and half are both given,
        or if no pixel of the part is finite.
    """
    part = _part(frame, section, half)
    if part is not None:
        arrays = {
            name: array if array is None else copy_of(array[part])
            for name, array in (
                ("data", frame.data),
                ("flagged", frame.flagged),
                ("uncertainty", frame.uncertainty),
            )
        }
        frame = replace(frame, section=part, **arrays)
    if frame.n_bad == frame.data.size:
        raise InputError(f"{frame.path}, {frame.label}: no pixel is finite (all NaN).")
    return frame


def _part(frame: Frame, section: str | None, half: str | None) -> tuple[slice, slice] | None:
    """Rows and columns to keep; None for all."""
    if section is None and half is None:
        return None
    if section is not None and half is not None:
        raise InputError("Give a section or a half, not both.")
    height, width = frame.data.shape
    if section is not None:
        try:
            return parse_section(section, (height, width))
        except InputError as error:
            raise InputError(f"{frame.path}, {frame.label}: {error}") from None
    if half not in ("left", "right") or width < 2:
        raise InputError(f"Half {half!r} of {width} columns; give 'left' or 'right'.")
    middle = width // 2
    return slice(0, height), slice(0, middle) if half == "left" else slice(middle, width)
