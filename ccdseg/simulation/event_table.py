"""Numbers of a true event: those of its particle, and how it was read."""

from __future__ import annotations

import numpy as np
from astropy import units as u
from astropy.table import QTable

EVENT = np.dtype(
    [
        ("kind", "U8"),
        ("energy", np.float32),
        ("charge", np.float32),
        ("row", np.float32),
        ("column", np.float32),
        ("depth", np.float32),
        ("zenith", np.float32),
        ("azimuth", np.float32),
        ("extent", np.float32),
        ("cut", "U5"),
    ]
)
"""One particle: kind, energy left in the silicon (keV), electrons of its deposit (e⁻), entry point
(row and column in px, 0 in the middle of the first pixel; depth in µm below the gates), direction
of the first step (rad; NaN for what does not move), extent: standard deviation of the energy along
the longest direction in the plane (µm), diffusion not in it, and, of what arrived during the
readout, the part that was read: ``above`` or ``below`` the row at which it is cut, else empty. Of
pasted clusters, whose paths are not known, row and column are the middle of the bounding box, and
depth, direction and extent are NaN."""

_UNITS = {
    "energy": u.keV,
    "charge": u.electron,
    "row": u.pix,
    "column": u.pix,
    "depth": u.um,
    "zenith": u.rad,
    "azimuth": u.rad,
    "extent": u.um,
}


def event_columns(records: np.ndarray) -> QTable:
    """The numbers of `EVENT`, (n,), as columns with units."""
    table = QTable()
    for name in EVENT.names:
        table[name] = records[name] * _UNITS[name] if name in _UNITS else records[name]
    return table
