"""Clusters of a library pasted into a frame."""

from __future__ import annotations

import numpy as np

from ccdseg.simulation.event_list import EventList
from ccdseg.simulation.event_table import EVENT
from ccdseg.simulation.library import ClusterLibrary


def pasted_events(
    library: ClusterLibrary,
    picked: np.ndarray,
    rows: np.ndarray,
    columns: np.ndarray,
    *,
    turned: np.ndarray,
    pair_energy: float,
) -> EventList:
    """Events of the kind ``pasted``: clusters of a library, flipped, transposed and moved.

    Parameters
    ----------
    library : ClusterLibrary
        Deposits (keV per pixel).
    picked : ndarray of int
        (n,): index of each cluster in the library.
    rows, columns : ndarray of int
        (n,): where the upper left pixel of each comes to lie (px), outside the frame too.
    turned : ndarray of bool
        (3, n): whether each is flipped along the rows, along the columns, and then transposed.
    pair_energy : float
        Energy per electron-hole pair (eV/e⁻).

    Returns
    -------
    EventList
        Drawn and mean charge are the same: the clusters of a library have their fluctuations.
    """
    flip_rows, flip_columns, transposed = turned
    heights, widths = library.heights[picked], library.widths[picked]
    first = library.offsets[picked]
    counts = library.offsets[picked + 1] - first
    offsets = np.concatenate([[0], np.cumsum(counts)])
    down = np.where(flip_rows, -1, 1), np.where(flip_rows, heights - 1, 0)
    along = np.where(flip_columns, -1, 1), np.where(flip_columns, widths - 1, 0)
    walks = np.stack([first - offsets[:-1], *down, *along, transposed, rows, columns])
    shift, step, start, step_along, start_along, is_transposed, row, column = np.repeat(
        walks, counts, axis=1
    )
    deposits = np.arange(offsets[-1]) + shift
    down = start + step * library.rows[deposits]
    along = start_along + step_along * library.columns[deposits]
    down, along = np.where(is_transposed, [along, down], [down, along])
    charge = library.energies[deposits].astype(float) * (1000 / pair_energy)
    table = np.zeros(len(picked), dtype=EVENT)
    table["kind"], table["energy"] = "pasted", library.total_energies[picked]
    table["charge"] = table["energy"] * (1000 / pair_energy)
    table["row"] = rows + (np.where(transposed, widths, heights) - 1) / 2
    table["column"] = columns + (np.where(transposed, heights, widths) - 1) / 2
    for name in ("depth", "zenith", "azimuth", "extent"):
        table[name] = np.nan
    return EventList(table, row + down, column + along, charge, charge, offsets)
