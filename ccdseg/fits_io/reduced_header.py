"""A reduced frame, and the header that says how it was made."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from astropy import units as u
from astropy.io import fits

from ccdseg.detector.amplifier import Amplifier
from ccdseg.fits_io.amplifier_keywords import write_amplifiers
from ccdseg.fits_io.mask_headers import ascii_of
from ccdseg.version import package_version

STD = "_STD"
"""Ending of the name of a HDU of standard deviations."""

_DROPPED = re.compile(
    r"BLANK|BZERO|BSCALE|CHECKSUM|DATASUM|DATAM(AX|IN)|BUNIT|NSAMP|NDCMS?"
    r"|(TRIM|BIAS|DATA|AMP|CCD|DET)SEC_?([A-H]|\d{1,2})?|[ABCDT]SEC\d{1,2}"
    r"|(GAIN|EGAIN|RDNOISE|READNOIS|READNOISE|SATURATE|SATURAT|SATLEVEL)([A-H]|\d{1,2})?"
)
"""Keywords of the raw image that no longer hold."""


@dataclass(frozen=True, eq=False)
class ReducedFrame:
    """A reduced image and its header.

    Attributes
    ----------
    data : ndarray
        Signal in `unit`, float of shape (H, W).
    deviation : ndarray or None
        Standard deviation of the samples of each pixel in the same unit, float32; None of one.
    unit : astropy.units.UnitBase
        ADU or electrons.
    header : astropy.io.fits.Header
        Header of the raw image.
    label : str
        EXTNAME of the raw image, or ``HDU`` and its number: the name of the reduced one.
    origin : tuple of int
        Row and column (px) of the first pixel in the averaged raw image, by which a WCS moves.
    amplifiers : tuple of Amplifier
        Amplifiers, with gain (unit/e⁻) and read noise (unit) where they are known.
    saturation : float
        Value from which a pixel is saturated; infinite where that is not known.
    n_samples : int
        Samples of a pixel.
    history : tuple of str
        What was done.
    """

    data: np.ndarray
    deviation: np.ndarray | None
    unit: u.UnitBase
    header: fits.Header
    label: str
    origin: tuple[int, int]
    amplifiers: tuple[Amplifier, ...]
    saturation: float
    n_samples: int
    history: tuple[str, ...]

    def to_header(self) -> fits.Header:
        """Header of the raw image with what holds of the reduced one, signed."""
        header = without_raw_keywords(self.header)
        for axis, first in ((1, self.origin[1]), (2, self.origin[0])):
            for key in header[f"CRPIX{axis}*"]:
                header[key] = float(header[key]) - first
        header["BUNIT"] = self.unit.to_string("fits") if self.unit == u.adu else "electron"
        header["NCOMBINE"] = (self.n_samples, "samples of each pixel")
        if math.isfinite(self.saturation):
            header["SATURATE"] = (self.saturation, "BUNIT, from here on saturated")
        self._add_gain(header)
        write_amplifiers(header, self.amplifiers)
        header["REDVERS"] = (package_version(), "version of ccdseg that reduced it")
        header["REDDATE"] = (datetime.now(UTC).isoformat(timespec="seconds"), "of reduction, UTC")
        for line in self.history:
            header.add_history(ascii_of(line))
        return header

    def _add_gain(self, header: fits.Header) -> None:
        """Gain and noise of the amplifier that reads most, by the usual keywords and units."""
        main = max(self.amplifiers, key=lambda one: one.n_pixels)
        if main.gain is None:
            return
        if self.unit == u.adu:
            header["GAIN"] = (1 / main.gain, "e-/ADU")
        if main.read_noise is not None:
            header["RDNOISE"] = (main.read_noise / main.gain, "e-")


def without_raw_keywords(header: fits.Header) -> fits.Header:
    """Header without what describes the raw image alone."""
    kept = header.copy(strip=True)
    for key in [key for key in kept if _DROPPED.fullmatch(key)]:
        kept.remove(key, ignore_missing=True, remove_all=True)
    return kept
