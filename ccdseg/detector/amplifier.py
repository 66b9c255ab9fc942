"""Amplifier: which pixels it reads, in which direction, at which gain and noise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ccdseg.detector.image_section import overlap, parse_section
from ccdseg.errors import InputError

CORNERS = ("lower left", "lower right", "upper left", "upper right")
"""Corners of a section in which its first pixel can lie; the lower rows are the first ones."""


@dataclass(frozen=True)
class Amplifier:
    """An amplifier and the part of an image that it reads.

    Parameters
    ----------
    section : str
        Its pixels that see light, as FITS section ``[x1:x2,y1:y2]`` of the image; empty for those
        that the header of the image names, or else all.
    name : str
        Name under which results mention it.
    gain : float or None
        Conversion of charge to signal (ADU/e⁻); None for that of the detector.
    read_noise : float or None
        Standard deviation of one sample of a pixel (ADU); None for that of the detector.
    readout : str or None
        Corner of the section, one of `CORNERS`, whose pixel is read first: charge moves along the
        columns to the serial register at the lower or upper end, and along that to the left or to
        the right. None where it is not known.
    overscan : tuple of str
        Pixels that it reads without light: prescan and overscan, as FITS sections.
    hdu : str
        The image that it reads, of a file with one per amplifier: EXTNAME, or ``HDU`` and the
        number; empty for all.
    """

    section: str = ""
    name: str = ""
    gain: float | None = None
    read_noise: float | None = None
    readout: str | None = None
    overscan: tuple[str, ...] = ()
    hdu: str = ""

    def __post_init__(self) -> None:
        told = self.overscan
        object.__setattr__(self, "overscan", (told,) if isinstance(told, str) else tuple(told))
        for section in self._sections:
            parse_section(section)
        if self.overscan and not self.section:
            raise InputError(
                "An amplifier with an overscan needs the section that sees light, too."
            )
        for field in ("gain", "read_noise"):
            value = getattr(self, field)
            known = isinstance(value, int | float) and not isinstance(value, bool)
            if not (value is None or (known and 0 < value < math.inf)):
                raise InputError(f"Amplifier {field} is {value!r}; it must be a number above 0.")
        if self.readout is not None and self.readout not in CORNERS:
            raise InputError(
                f"Amplifier readout is {self.readout!r}; give the corner that is read first: "
                f"{', '.join(CORNERS)}."
            )

    @property
    def _sections(self) -> tuple[str, ...]:
        return (*((self.section,) if self.section else ()), *self.overscan)

    @property
    def n_pixels(self) -> int:
        """Number of pixels that see light."""
        rows, columns = parse_section(self.section)
        return (rows.stop - rows.start) * (columns.stop - columns.start)

    def check_in(self, shape: tuple[int, int]) -> None:
        """Raise `InputError` where a section does not lie in an image of a shape."""
        for section in self._sections:
            parse_section(section, shape)


def amplifiers_of(amplifiers: Sequence[Amplifier], hdu: str) -> tuple[Amplifier, ...]:
    """Amplifiers that read an image, by its EXTNAME or ``HDU`` and its number."""
    return tuple(one for one in amplifiers if one.hdu.upper() in ("", hdu.upper()))


def check_apart(amplifiers: Sequence[Amplifier]) -> None:
    """Raise `InputError` where two amplifiers of an image read the same pixel."""
    known = [one for one in amplifiers if one.section]
    for number, one in enumerate(known):
        for other in known[:number]:
            alike = not one.hdu or not other.hdu or one.hdu.upper() == other.hdu.upper()
            if alike and overlap(parse_section(one.section), parse_section(other.section)):
                raise InputError(
                    f"Section {one.section} overlaps {other.section}; each pixel has one amplifier."
                )
