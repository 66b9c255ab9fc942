"""Clusters of a library pasted into a frame."""

from __future__ import annotations

import numpy as np

from ccdseg.simulation.event_list import EVENT, EventList
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
    deposits = np.arange(offsets[-1]) + np.repeat(first - offsets[:-1], counts)

    def walked(places: np.ndarray, flipped: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """Places in the bounding box, counted from the other end where `flipped`."""
        sign, start = np.where(flipped, -1, 1), np.where(flipped, lengths - 1, 0)
        return np.repeat(start, counts) + np.repeat(sign, counts) * places[deposits]

    down = walked(library.rows, flip_rows, heights)
    along = walked(library.columns, flip_columns, widths)
    is_transposed = np.repeat(transposed, counts)
    down, along = np.where(is_transposed, [along, down], [down, along])
    charge = library.energies[deposits].astype(float) * (1000 / pair_energy)
    table = np.zeros(len(picked), dtype=EVENT)
    table["kind"], table["energy"] = "pasted", library.total_energies[picked]
    table["charge"] = table["energy"] * (1000 / pair_energy)
    table["row"] = rows + (np.where(transposed, widths, heights) - 1) / 2
    table["column"] = columns + (np.where(transposed, heights, widths) - 1) / 2
    for name in ("depth", "zenith", "azimuth", "extent"):
        table[name] = np.nan
    down += np.repeat(rows, counts)
    along += np.repeat(columns, counts)
    return EventList(table, down, along, charge, charge, offsets)
