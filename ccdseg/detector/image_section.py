"""Sections of an image in FITS notation: columns first, from 1, ends included."""

from __future__ import annotations

import re

from ccdseg.errors import InputError

_SECTION = re.compile(r"\s*\[\s*(\d+)\s*:\s*(\d+)\s*,\s*(\d+)\s*:\s*(\d+)\s*\]\s*")

Part = tuple[slice, slice]
"""Rows and columns of an image (px)."""


def parse_section(section: str, shape: tuple[int, int] | None = None) -> Part:
    """Rows and columns of a FITS section ``[x1:x2,y1:y2]``.

    Parameters
    ----------
    section : str
        The section.
    shape : tuple of int, optional
        Rows and columns of the image that it must lie in (px).

    Returns
    -------
    tuple of slice

    Raises
    ------
    InputError
        If the text is no section, runs backwards, or reaches beyond the image.
    """
    match = _SECTION.fullmatch(section) if isinstance(section, str) else None
    if match is None:
        raise InputError(f"Section {section!r} is malformed; write it like '[1:256,1:512]'.")
    x1, x2, y1, y2 = map(int, match.groups())
    height, width = shape or (y2, x2)
    if not (1 <= x1 <= x2 <= width and 1 <= y1 <= y2 <= height):
        raise InputError(
            f"Section {section} does not lie in the frame, which is [1:{width},1:{height}]."
        )
    return slice(y1 - 1, y2), slice(x1 - 1, x2)


def section_text(rows: slice, columns: slice) -> str:
    """Rows and columns in FITS notation."""
    return f"[{columns.start + 1}:{columns.stop},{rows.start + 1}:{rows.stop}]"


def common(one: Part, other: Part) -> Part | None:
    """Rows and columns that two sections have in common; None where they do not meet."""
    rows, columns = (
        slice(max(a.start, b.start), min(a.stop, b.stop)) for a, b in zip(one, other, strict=True)
    )
    meet = rows.start < rows.stop and columns.start < columns.stop
    return (rows, columns) if meet else None


def overlap(one: Part, other: Part) -> bool:
    """Whether two sections have a pixel in common."""
    return common(one, other) is not None
