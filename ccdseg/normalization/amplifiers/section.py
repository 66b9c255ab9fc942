"""A section: the part of a frame that one amplifier reads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ccdseg.errors import InputError

_GRID = re.compile(r"\s*(\d+)\s*[x×]\s*(\d+)\s*")
_RECTANGLE = re.compile(r"\s*\[\s*(\d+)\s*:\s*(\d+)\s*,\s*(\d+)\s*:\s*(\d+)\s*\]\s*")


@dataclass(frozen=True)
class Section:
    """The rectangle of a frame that one amplifier reads.

    Attributes
    ----------
    rows, columns : slice
        Rows and columns of the frame (px), prescan and overscan included.
    image_rows, image_columns : slice
        Those of them without prescan and overscan (px).
    level : float
        Median (ADU) of the image area after clipping; NaN where not measured.
    noise : float
        Standard deviation (ADU) from differences of neighbouring pixels; NaN where not measured.
    name : str
        Name of the amplifier, empty where it has none.
    gain : float
        Its gain in the unit of the frame per electron; NaN where it is not known.
    first_read : tuple of int, optional
        Row and column of the pixel that it reads first (px); None where that is not known.
    """

    rows: slice
    columns: slice
    image_rows: slice
    image_columns: slice
    level: float = np.nan
    noise: float = np.nan
    name: str = ""
    gain: float = np.nan
    first_read: tuple[int, int] | None = None

    @classmethod
    def of(cls, rows: slice, columns: slice) -> Section:
        """Section without prescan and overscan."""
        return cls(rows, columns, rows, columns)

    @property
    def area(self) -> tuple[slice, slice]:
        """Index of all pixels of the section in a frame."""
        return self.rows, self.columns

    @property
    def image_area(self) -> tuple[slice, slice]:
        """Index of its pixels without prescan and overscan."""
        return self.image_rows, self.image_columns

    @property
    def overscans(self) -> Sections:
        """Strips of prescan and overscan around its image area, as sections of their own."""
        rows, columns = self.image_area
        strips = (
            Section.of(self.rows, slice(self.columns.start, columns.start)),
            Section.of(self.rows, slice(columns.stop, self.columns.stop)),
            Section.of(slice(self.rows.start, rows.start), columns),
            Section.of(slice(rows.stop, self.rows.stop), columns),
        )
        return tuple(strip for strip in strips if strip.n_pixels)

    @property
    def n_pixels(self) -> int:
        """Number of pixels of its image area."""
        rows, columns = self.image_area
        return (rows.stop - rows.start) * (columns.stop - columns.start)

    @property
    def text(self) -> str:
        """The section in FITS notation ``[x1:x2,y1:y2]``."""
        return _fits_text(self.rows, self.columns)

    def to_dict(self) -> dict:
        """Section and image area in FITS notation, level, noise and gain, ready for JSON."""
        known = {name: getattr(self, name) for name in ("level", "noise", "gain")}
        return {
            "name": self.name,
            "section": self.text,
            "image_section": _fits_text(self.image_rows, self.image_columns),
            **{name: None if np.isnan(value) else value for name, value in known.items()},
        }

    def with_statistics(self, level: float, noise: float) -> Section:
        """Return the section with its level and noise (ADU)."""
        return replace(self, level=float(level), noise=float(noise))


def _fits_text(rows: slice, columns: slice) -> str:
    return f"[{columns.start + 1}:{columns.stop},{rows.start + 1}:{rows.stop}]"


Sections = tuple[Section, ...]
"""Sections of a frame, that do not overlap."""


def grid(row_edges: Sequence[int], column_edges: Sequence[int]) -> Sections:
    """Sections between all edges, row by row.

    Parameters
    ----------
    row_edges, column_edges : sequence of int
        First row (column) of each section, and the end of the last (px).

    Returns
    -------
    tuple of Section
    """
    rows, columns = (
        [slice(int(first), int(end)) for first, end in pairwise(edges)]
        for edges in (row_edges, column_edges)
    )
    return tuple(Section.of(row, column) for row in rows for column in columns)


def parse_sections(text: str | Sequence[str], shape: tuple[int, int]) -> Sections:
    """Sections as a user gives them.

    Parameters
    ----------
    text : str or sequence of str
        Numbers of sections along the rows and along the columns of the image, as ``"2x2"`` (two
        rows of two sections) or ``"1x2"`` (left and right half); or FITS sections
        ``[x1:x2,y1:y2]``.
    shape : tuple of int
        Rows and columns of the frame (px).

    Returns
    -------
    tuple of Section

    Raises
    ------
    InputError
        If the text is neither, or sections overlap or lie beyond the frame.
    """
    match = _GRID.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return _rectangles(_listed(text), shape)
    n_rows, n_columns = map(int, match.groups())
    if not (1 <= n_rows <= shape[0] and 1 <= n_columns <= shape[1]):
        raise InputError(
            f"{text} amplifiers in a frame of {shape[0]}×{shape[1]} pixels (rows × columns); "
            "give numbers between 1 and those."
        )
    return grid(
        np.arange(n_rows + 1) * shape[0] // n_rows, np.arange(n_columns + 1) * shape[1] // n_columns
    )


def _listed(text: str | Sequence[str]) -> list[str]:
    """FITS sections of a text that joins several, or of a list."""
    if not isinstance(text, str):
        return list(text) if isinstance(text, Sequence) else [text]
    return re.findall(r"\[[^\]]*\]", text) or [text]


def _rectangles(texts: Sequence[str], shape: tuple[int, int]) -> Sections:
    sections: list[Section] = []
    for text in texts:
        match = _RECTANGLE.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise InputError(
                f"Amplifiers {text!r}; give 'auto', numbers of rows and columns as '2x2', or "
                "sections as '[1:512,1:1024]'."
            )
        x1, x2, y1, y2 = map(int, match.groups())
        if not (1 <= x1 <= x2 <= shape[1] and 1 <= y1 <= y2 <= shape[0]):
            raise InputError(
                f"Section {text} does not lie in the frame, which is [1:{shape[1]},1:{shape[0]}]."
            )
        section = Section.of(slice(y1 - 1, y2), slice(x1 - 1, x2))
        other = next((one for one in sections if _overlap(one, section)), None)
        if other is not None:
            raise InputError(f"Section {text} overlaps {other.text}; each pixel has one amplifier.")
        sections.append(section)
    if not sections:
        raise InputError("No section of an amplifier is given.")
    return tuple(sections)


def _overlap(one: Section, other: Section) -> bool:
    """Whether two sections have a pixel in common."""
    return all(
        a.start < b.stop and b.start < a.stop for a, b in zip(one.area, other.area, strict=True)
    )
