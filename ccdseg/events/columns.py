"""The columns of a table of events: names, types, units and what they mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from astropy import units as u
from astropy.table import QTable


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes
    ----------
    name, description : str
        Name, and what it means.
    kind : type
        Type of its values.
    unit : astropy.units.Unit or None
        Unit.
    needs_gain : bool
        Whether it exists only where a detector is known.
    """

    name: str
    description: str
    kind: type = np.float64
    unit: u.UnitBase | None = None
    needs_gain: bool = False


COLUMNS = (
    Column("id", "number of the event in its image, from 1", np.int32),
    Column("hdu", "name of the image", np.str_),
    Column("row", "charge-weighted centroid; the middle of the first pixel is 0", unit=u.pix),
    Column("column", "charge-weighted centroid; the middle of the first pixel is 0", unit=u.pix),
    Column("row_min", "first row", np.int32, u.pix),
    Column("row_max", "last row", np.int32, u.pix),
    Column("column_min", "first column", np.int32, u.pix),
    Column("column_max", "last column", np.int32, u.pix),
    Column("n_pixels", "pixels of the cluster", np.int32, u.pix),
    Column("signal", "sum above the local background, rim included", unit=u.adu),
    Column("signal_error", "its standard deviation by noise", unit=u.adu),
    Column("charge", "electrons freed", unit=u.electron, needs_gain=True),
    Column("charge_error", "its standard deviation by noise", unit=u.electron, needs_gain=True),
    Column("energy", "energy deposited", unit=u.keV, needs_gain=True),
    Column("energy_error", "its standard deviation by noise and Fano", unit=u.keV, needs_gain=True),
    Column("background", "level of the local background", unit=u.adu),
    Column("noise", "standard deviation of a pixel of the local background", unit=u.adu),
    Column("peak", "brightest pixel above the local background", unit=u.adu),
    Column("peak_row", "its row", np.int32, u.pix),
    Column("peak_column", "its column", np.int32, u.pix),
    Column("spread_along", "standard deviation of the charge along the event", unit=u.pix),
    Column("spread_across", "standard deviation of the charge across the event", unit=u.pix),
    Column("length", "length of the middle line", unit=u.pix),
    Column("orientation", "angle from the direction of the rows to rising rows", unit=u.deg),
    Column("straightness", "distance of the ends of the middle line over its length"),
    Column("signal_density", "signal per pixel of the cluster", unit=u.adu / u.pix),
    Column(
        "energy_density", "energy per pixel of the cluster", unit=u.keV / u.pix, needs_gain=True
    ),
    Column("touches_edge", "reaches the edge of the image", np.bool_),
    Column("touches_other", "touches a hot pixel or glow", np.bool_),
    Column("saturated", "a pixel is at the highest value", np.bool_),
    Column("not_finite", "a pixel in it or its rim is not finite", np.bool_),
)


def build_table(rows: list[dict], *, with_gain: bool) -> QTable:
    """Table of events from one dict per event; all columns and units even where there is none."""
    table = QTable()
    for column in COLUMNS:
        if column.needs_gain and not with_gain:
            continue
        values = np.array([row[column.name] for row in rows], dtype=column.kind)
        table[column.name] = values if column.unit is None else values * column.unit
        table[column.name].info.description = column.description
    return table
