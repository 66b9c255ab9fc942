"""Events as regions that DS9 draws over a frame."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from astropy import units as u
from astropy.table import QTable, Row

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
        Where the file exists and `overwrite` was not asked for.
    """
    from regions import Regions

    refuse_existing(path, overwrite=overwrite)
    ellipses = Regions([_ellipse(event) for event in events])
    text = ellipses.serialize(format="ds9", precision=3) or "# Region file format: DS9\n"
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="ascii")


def _ellipse(event: Row) -> EllipsePixelRegion:
    from regions import EllipsePixelRegion, PixCoord

    text = str(event["id"])
    if "energy" in event.colnames:
        text += f": {event['energy'].to_value(u.keV):.2f} keV"
    length, width = (
        2 * (_WIDTHS * event[name].to_value(u.pix) + _MARGIN)
        for name in ("width_along", "width_across")
    )
    return EllipsePixelRegion(
        PixCoord(event["column"].to_value(u.pix), event["row"].to_value(u.pix)),
        length,
        width,
        angle=event["orientation"].to(u.deg),
        meta={"text": text},
        visual={"color": "red"},
    )
