"""Events as regions that DS9 draws over a frame."""

from __future__ import annotations

from pathlib import Path

from astropy import units as u
from astropy.table import QTable, Row

from ccdseg.files import atomic_path, refuse_existing

_HEAD = """\
# Region file format: DS9 version 4.1
global color=red width=1 font="helvetica 10 normal roman"
image
"""
_SPREADS = 2.0
"""Half axes of an ellipse in standard deviations of the charge."""

_MARGIN = 1.5  # px, so that the ellipse of a single pixel surrounds it


def write_regions(
    path: str | Path,
    events: QTable,
    *,
    overwrite: bool = False,
) -> None:
    """Write one ellipse per event, its number and energy beside it.

    Parameters
    ----------
    path : str or Path
        Region file to write, ``.reg``.
    events : astropy.table.QTable
        As from `ccdseg.events.find_events`.
    overwrite : bool
        Whether an existing file is replaced.

    Raises
    ------
    InputError
        Where the file exists and `overwrite` was not asked for.
    """
    refuse_existing(path, overwrite=overwrite)
    lines = [_ellipse(event) for event in events]
    with atomic_path(path) as temporary:
        temporary.write_text(_HEAD + "".join(lines), encoding="ascii")


def _ellipse(event: Row) -> str:
    """Line of one event; DS9 counts columns and rows from 1."""
    x, y = (event[name].to_value(u.pix) + 1 for name in ("column", "row"))
    along, across = (
        _SPREADS * event[name].to_value(u.pix) + _MARGIN for name in ("width_along", "width_across")
    )
    angle = event["orientation"].to_value(u.deg)
    text = str(event["id"])
    if "energy" in event.colnames:
        text += f": {event['energy'].to_value(u.keV):.2f} keV"
    return f"ellipse({x:.3f},{y:.3f},{along:.2f},{across:.2f},{angle:.1f}) # text={{{text}}}\n"
