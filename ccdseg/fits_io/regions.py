"""Events as regions that DS9 draws over a frame."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from astropy import units as u
from astropy.table import QTable

from ccdseg.files import atomic_path, refuse_existing

if TYPE_CHECKING:
    from regions import EllipsePixelRegion

_WIDTHS = 2.0
"""Half axes of an ellipse in RMS widths of the charge."""

_MARGIN = 1.5  # px, so that the ellipse of a single pixel surrounds it


def write_regions(path: str | Path, events: QTable, *, overwrite: bool = False) -> None:
    """Write one ellipse per event, its number and energy beside it.

    Parameters
    ----------
    path : str or Path
        Region file to write, ``.reg``.
    events : astropy.table.QTable
        Events as from `ccdseg.events.find_events`.
    overwrite : bool
        Whether an existing file is replaced.

    Raises
    ------
    InputError
        If the file exists and `overwrite` was not asked for.
    """
    from regions import Regions

    refuse_existing(path, overwrite=overwrite)
    text = Regions(_ellipses(events)).serialize(format="ds9", precision=3)
    with atomic_path(path) as temporary:
        temporary.write_text(_in_order(text) or "# Region file format: DS9\n", encoding="ascii")


def _in_order(text: str) -> str:
    """The text, the words of all regions sorted: they come from a set, in any order."""

    def sort(line: re.Match) -> str:
        return " ".join(["global", *sorted(re.findall(r"\w+=(?:\{.*?\}|\S+)", line[1]))])

    return re.sub(r"^global (.*)$", sort, text, flags=re.MULTILINE)


def _ellipses(events: QTable) -> list[EllipsePixelRegion]:
    from regions import EllipsePixelRegion, PixCoord

    texts = [str(number) for number in events["id"]]
    if "energy" in events.colnames:
        energies = events["energy"].to_value(u.keV)
        texts = [f"{text}: {kev:.2f} keV" for text, kev in zip(texts, energies, strict=True)]
    columns, rows, along, across = (
        events[name].to_value(u.pix) for name in ("column", "row", "width_along", "width_across")
    )
    return [
        EllipsePixelRegion(
            PixCoord(column, row),
            2 * (_WIDTHS * length + _MARGIN),
            2 * (_WIDTHS * width + _MARGIN),
            angle=angle,
            meta={"text": text},
            visual={"color": "red"},
        )
        for column, row, length, width, angle, text in zip(
            columns, rows, along, across, events["orientation"].to(u.deg), texts, strict=True
        )
    ]
