"""A part of a frame: a FITS section, or a half."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from ccdseg.errors import InputError
from ccdseg.fits_io.frame import Frame

_SECTION = re.compile(r"\s*\[\s*(\d+)\s*:\s*(\d+)\s*,\s*(\d+)\s*:\s*(\d+)\s*\]\s*")


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


def cut_to(frame: Frame, *, section: str | None = None, half: str | None = None) -> Frame:
    """Cut a whole frame to a section or a half; without either it stays as it is.

    Raises
    ------
    InputError
        Where the section is malformed or outside the frame, where section and half are both given,
        or where no pixel of the part is finite.
    """
    part = _part(frame, section, half)
    if part is not None:
        frame = replace(frame, data=np.ascontiguousarray(frame.data[part]), section=part)
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
