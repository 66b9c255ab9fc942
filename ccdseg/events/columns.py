"""The columns of a table of events: names, types, units and what they mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from astropy import units as u
from astropy.table import QTable
from astropy.utils.data_info import DataInfo


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
    axis : int or None
        Axis of the image along which it is a position, 0 for rows; None for what is no position.
    """

    name: str
    description: str
    kind: type = np.float64
    unit: u.UnitBase | None = None
    needs_gain: bool = False
    axis: int | None = None


_COUNTED = "the middle of the first pixel is 0"

COLUMNS = (
    Column("id", "number of the event in its image, from 1", np.int32),
    Column("hdu", "name of the image", np.str_),
    Column("row", f"charge-weighted centroid; {_COUNTED}", unit=u.pix, axis=0),
    Column("column", f"charge-weighted centroid; {_COUNTED}", unit=u.pix, axis=1),
    Column("row_min", "first row", np.int32, u.pix, axis=0),
    Column("row_max", "last row", np.int32, u.pix, axis=0),
    Column("column_min", "first column", np.int32, u.pix, axis=1),
    Column("column_max", "last column", np.int32, u.pix, axis=1),
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
    Column("peak_row", "its row", np.int32, u.pix, axis=0),
    Column("peak_column", "its column", np.int32, u.pix, axis=1),
    Column("spread_along", "standard deviation of the charge along the event", unit=u.pix),
    Column("spread_across", "standard deviation of the charge across the event", unit=u.pix),
    Column("length", "length of the middle line", unit=u.pix),
    Column("orientation", "angle from the direction of the rows to rising rows", unit=u.deg),
    Column("straightness", "distance of the ends of the middle line over its length"),
    Column("local_spread", "median of the spreads across its thirds", unit=u.pix),
    Column("taper", "spread across the wider end over that across the narrower one"),
    Column("end_share", "share of the charge in the brighter outer third"),
    Column("point_spread", "standard deviation of a round Gaussian fitted to it", unit=u.pix),
    Column("point_spread_error", "its standard deviation", unit=u.pix),
    Column("point_misfit", "squared deviations from that Gaussian over their variance"),
    Column("signal_density", "signal per pixel of the cluster", unit=u.adu / u.pix),
    Column(
        "energy_density", "energy per pixel of the cluster", unit=u.keV / u.pix, needs_gain=True
    ),
    Column("touches_edge", "reaches the edge of the image", np.bool_),
    Column("touches_other", "touches a hot pixel or glow", np.bool_),
    Column("saturated", "a pixel is at the highest value", np.bool_),
    Column("not_finite", "a pixel in it or its rim is not finite", np.bool_),
)


def build_table(rows: list[dict], *, with_gain: bool, origin: tuple[int, int] = (0, 0)) -> QTable:
    """Table of events from one dict per event; all columns and units even where there is none."""
    table = QTable()
    for column in COLUMNS:
        if column.needs_gain and not with_gain:
            continue
        values = np.array([row[column.name] for row in rows], dtype=column.kind)
        if column.axis is not None:
            values += values.dtype.type(origin[column.axis])
        unit, kind = column.unit, column.kind
        table[column.name] = values if unit is None else u.Quantity(values, unit, dtype=kind)
        table[column.name].info.description = column.description
    return table


def stack_events(tables: Sequence[QTable]) -> QTable:
    """Tables of several images, one after the other.

    Parameters
    ----------
    tables : sequence of QTable
        As from `ccdseg.events.find_events`, at least one.

    Returns
    -------
    astropy.table.QTable
        Columns that only some of the tables have, as energies where the gain of some images alone
        is known, are NaN or empty for the others.
    """
    fullest = max(tables, key=lambda table: len(table.colnames))
    stacked = QTable()
    for name in fullest.colnames:
        info = fullest[name].info
        values = np.concatenate([_values(table, name, info) for table in tables])
        stacked[name] = values if info.unit is None else u.Quantity(values, info.unit, info.dtype)
        stacked[name].info.description = info.description
    return stacked


def _values(table: QTable, name: str, info: DataInfo) -> np.ndarray:
    """Plain values of a column; NaN, or empty text, where the table has none."""
    if name not in table.colnames:
        return np.full(len(table), np.nan if info.dtype.kind == "f" else "")
    return np.asarray(getattr(table[name], "value", table[name]))
