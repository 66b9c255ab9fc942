"""Events as regions that DS9 draws over a frame."""

from __future__ import annotations

from pathlib import Path

from astropy import units as u
from astropy.table import QTable

from ccdseg.files import atomic_path, refuse_existing

_HEADING = "# Region file format: DS9\nglobal color=red\nimage\n"

_WIDTHS = 2.0
"""Half axes of an ellipse in RMS widths of the charge."""

_MARGIN = 1.5  # px, so that the ellipse of a single pixel surrounds it


def write_regions(path: str | Path, events: QTable, *, overwrite: bool = False) -> None:
    """Write one ellipse per event, its number and energy beside it.

    It is written as plain text: the package regions takes a quarter of a second to import.

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
    refuse_existing(path, overwrite=overwrite)
    with atomic_path(path) as temporary:
        temporary.write_text(_HEADING + "".join(_lines(events)), encoding="ascii")


def _lines(events: QTable) -> list[str]:
    """An ellipse per event: centre, counted from 1, half axes (px) and angle (°)."""
    texts = [str(number) for number in events["id"]]
    if "energy" in events.colnames:
        energies = events["energy"].to_value(u.keV)
        texts = [f"{text}: {kev:.2f} keV" for text, kev in zip(texts, energies, strict=True)]
    columns, rows, along, across = (
        events[name].to_value(u.pix) for name in ("column", "row", "width_along", "width_across")
    )
    half_axes = (_WIDTHS * width + _MARGIN for width in (along, across))
    numbers = (columns + 1, rows + 1, *half_axes, events["orientation"].to_value(u.deg))
    return [
        f"ellipse({','.join(f'{number:.3f}' for number in ellipse)}) # text={{{text}}}\n"
        for *ellipse, text in zip(*numbers, texts, strict=True)
    ]
