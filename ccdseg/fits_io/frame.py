"""An image in memory: an HDU, or a picture."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from astropy.io import fits

from ccdseg.errors import InputError


@dataclass(frozen=True, eq=False)
class Frame:
    """An image HDU, a picture, or a part of either.

    Attributes
    ----------
    data : ndarray
        Signal (ADU, scaled by BSCALE and BZERO; BLANK as NaN), float32 of shape (H, W).
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
    saturation : float
        Signal (ADU) from which a pixel is saturated.
    top_first : bool
        Whether the first row is the upper one, as in a picture; that of a FITS image is the lower.
    """

    data: np.ndarray
    header: fits.Header
    primary_header: fits.Header
    path: Path
    hdu_index: int
    hdu_name: str
    section: tuple[slice, slice] | None = None
    saturation: float = 65535.0
    top_first: bool = False

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
            Where the array is no image of numbers, or no pixel is finite.
        """
        data = np.asarray(data)
        if data.ndim != 2 or data.size == 0 or data.dtype.kind not in "fiu":
            raise InputError(
                f"An array of shape {data.shape} and type {data.dtype} is no frame; give numbers "
                "of shape (rows, columns)."
            )
        frame = cls(data.astype(np.float32), fits.Header(), fits.Header(), Path(path), 0, name)
        if frame.n_bad == data.size:
            raise InputError("No pixel of the array is finite.")
        return frame

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
    def origin(self) -> tuple[int, int]:
        """Row and column of the first pixel in the HDU (px)."""
        return (0, 0) if self.section is None else tuple(part.start for part in self.section)

    @cached_property
    def n_bad(self) -> int:
        """Number of pixels that are NaN or infinite."""
        return int(np.count_nonzero(~np.isfinite(self.data)))
