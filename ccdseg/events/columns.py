"""Columns of an event table: names, types, units, descriptions; building and stacking of tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from astropy import units as u
from astropy.table import QTable
from astropy.utils.data_info import DataInfo


@dataclass(frozen=True)
class Column:
    """One column of an event table.

    Attributes
    ----------
    name, description : str
        Name and meaning.
    kind : type
        Type of its values.
    unit : astropy.units.Unit or None
        Unit.
    needs_gain : bool
        Whether it exists only where a detector is given.
    axis : int or None
        Image axis of a position, 0 for rows; None where the column is no position.
    """

    name: str
    description: str
    kind: type = np.float64
    unit: u.UnitBase | None = None
    needs_gain: bool = False
    axis: int | None = None

    def unit_in(self, signal: u.UnitBase) -> u.UnitBase | None:
        """Unit of the column where signals are not in ADU, but in another unit."""
        if self.unit is None or u.adu not in self.unit.bases:
            return self.unit
        return self.unit / u.adu * signal


_COUNTED = "the centre of the first pixel is 0"

COLUMNS = (
    Column("id", "number of the event in its image, from 1", np.int32),
    Column("hdu", "name of the image", np.str_),
    Column("row", f"charge-weighted centroid; {_COUNTED}", unit=u.pix, axis=0),
    Column("column", f"charge-weighted centroid; {_COUNTED}", unit=u.pix, axis=1),
    Column("row_min", "first row", np.int32, u.pix, axis=0),
    Column("row_max", "last row", np.int32, u.pix, axis=0),
    Column("column_min", "first column", np.int32, u.pix, axis=1),
    Column("column_max", "last column", np.int32, u.pix, axis=1),
    Column("n_pixels", "pixels of the event", np.int32, u.pix),
    Column("signal", "sum above the local background within the aperture", unit=u.adu),
    Column("signal_error", "its standard deviation from noise", unit=u.adu),
    Column("charge", "electrons freed", unit=u.electron, needs_gain=True),
    Column("charge_error", "its standard deviation from noise", unit=u.electron, needs_gain=True),
    Column("energy", "energy deposited", unit=u.keV, needs_gain=True),
    Column(
        "energy_error",
        "its standard deviation from noise and Fano fluctuation",
        unit=u.keV,
        needs_gain=True,
    ),
    Column("background", "level of the local background", unit=u.adu),
    Column("noise", "standard deviation of a pixel of the local background", unit=u.adu),
    Column("peak", "brightest pixel above the local background", unit=u.adu),
    Column("peak_row", "its row", np.int32, u.pix, axis=0),
    Column("peak_column", "its column", np.int32, u.pix, axis=1),
    Column("width_along", "RMS width (sigma) of the charge along the major axis", unit=u.pix),
    Column("width_across", "RMS width (sigma) of the charge across the major axis", unit=u.pix),
    Column("length", "length of the skeleton's longest path", unit=u.pix),
    Column(
        "orientation", "angle of the major axis from the row direction to rising rows", unit=u.deg
    ),
    Column("straightness", "distance of that path's ends over its length"),
    Column("local_width", "median of the RMS widths across its thirds", unit=u.pix),
    Column("taper", "RMS width of the wider outer third over that of the narrower one"),
    Column("end_share", "share of the charge in the brighter outer third"),
    Column("point_width", "RMS width (sigma) of a round Gaussian fitted to it", unit=u.pix),
    Column("point_width_error", "its standard deviation", unit=u.pix),
    Column("point_misfit", "reduced chi-square of that fit"),
    Column("signal_density", "signal per pixel of the cluster", unit=u.adu / u.pix),
    Column(
        "energy_density", "energy per pixel of the cluster", unit=u.keV / u.pix, needs_gain=True
    ),
    Column("touches_edge", "reaches the edge of the image", np.bool_),
    Column("touches_other", "touches a hot pixel or glow", np.bool_),
    Column("touches_serial", "touches a serial-register event, one row of hot pixels", np.bool_),
    Column("saturated", "a pixel is at the highest value", np.bool_),
    Column(
        "touches_bad",
        "a pixel of the cluster or its margin is bad: not finite or flagged",
        np.bool_,
    ),
    Column(
        "cut",
        "row at which the readout cut it, row_min or row_max; empty for none",
        np.str_,
        needs_gain=True,
    ),
    Column("p_cut", "probability that the readout cut it", needs_gain=True),
    Column(
        "missing", "share of the charge beyond the cut, as if point-like, 0 to 1", needs_gain=True
    ),
    Column(
        "lower_limit",
        "the energy is a lower limit: cut by a row or the edge of the image, or saturated",
        np.bool_,
    ),
    Column(
        "component",
        "number of the connected cluster in the mask, from 1; touching particles share it",
        np.int32,
    ),
)


def unit_text(unit: u.UnitBase) -> str:
    """Unit of signals for texts and figures: ``ADU``, ``e⁻``, or these per second."""
    return unit.to_string().replace("adu", "ADU").replace("electron", "e⁻").replace(" ", "")


def build_table(
    values: dict[str, np.ndarray], *, origin: tuple[int, int] = (0, 0), unit: u.UnitBase = u.adu
) -> QTable:
    """Build an event table.

    Parameters
    ----------
    values : dict of ndarray
        Values of each column by its name, in its unit, (events,); those that need a gain may lack.
    origin : tuple of int
        Row and column (px) that are added to positions.
    unit : astropy.units.UnitBase
        Unit of signals, in the place of ADU.

    Returns
    -------
    astropy.table.QTable
        Columns in the order of `COLUMNS`, with units and descriptions.
    """
    table = QTable()
    for column in COLUMNS:
        if column.needs_gain and column.name not in values:
            continue
        data = np.asarray(values[column.name]).astype(column.kind)
        if column.axis is not None:
            data += data.dtype.type(origin[column.axis])
        kind, own = column.kind, column.unit_in(unit)
        table[column.name] = data if own is None else u.Quantity(data, own, dtype=kind)
        table[column.name].info.description = column.description
    return table


def stack_events(tables: Sequence[QTable]) -> QTable:
    """Event tables of several images as one table.

    Parameters
    ----------
    tables : sequence of QTable
        As from `ccdseg.events.find_events`, at least one.

    Returns
    -------
    astropy.table.QTable
        Columns that only some of the tables have, as energies where the gain of some images alone
        is known, are NaN, 0 or empty for the others. Signals whose units differ from image to
        image are plain numbers.
    """
    by_length = sorted(tables, key=lambda table: -len(table.colnames))
    names = dict.fromkeys(name for table in by_length for name in table.colnames)
    stacked = QTable()
    for name in names:
        having = [table[name] for table in tables if name in table.colnames]
        info, units = having[0].info, {column.info.unit for column in having}
        values = np.concatenate([_values(table, name, info) for table in tables])
        alike = len(units) == 1 and info.unit is not None
        stacked[name] = u.Quantity(values, info.unit, info.dtype) if alike else values
        note = "" if len(units) == 1 else "in the unit of its image: "
        stacked[name].info.description = f"{note}{info.description}"
    return stacked


_MISSING = {"f": np.nan, "i": 0, "u": 0, "b": False}
"""Value of a column that a table lacks, by the kind of its numbers; else empty text."""


def _values(table: QTable, name: str, info: DataInfo) -> np.ndarray:
    """Plain values of a column, missing ones where the table has none."""
    if name not in table.colnames:
        return np.full(len(table), _MISSING.get(info.dtype.kind, ""))
    return np.asarray(getattr(table[name], "value", table[name]))
