"""Matching of true and found events: TP, FN and FP, and the errors of the measurement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from astropy import units as u
from astropy.table import QTable, vstack
from scipy.spatial import KDTree

from ccdseg.errors import InputError
from ccdseg.evaluation.counting import half_width

_NEEDED = ("row", "column", "energy")


@dataclass(frozen=True, eq=False)
class EventMatch:
    """Pairs of true and found events.

    Attributes
    ----------
    truth, found : astropy.table.QTable
        The events.
    true_index, found_index : ndarray of int
        Rows of both tables that belong together, (n,).
    """

    truth: QTable
    found: QTable
    true_index: np.ndarray
    found_index: np.ndarray

    @classmethod
    def joined(cls, matches: Sequence[EventMatch]) -> EventMatch:
        """The events of several frames as one match; at least one."""
        truth, found = (
            vstack([getattr(match, name) for match in matches], metadata_conflicts="silent")
            for name in ("truth", "found")
        )
        indices = []
        for tables, name in (("truth", "true_index"), ("found", "found_index")):
            lengths = [len(getattr(match, tables)) for match in matches]
            firsts = np.cumsum([0, *lengths[:-1]])
            parts = [
                getattr(match, name) + first for match, first in zip(matches, firsts, strict=True)
            ]
            indices.append(np.concatenate(parts))
        return cls(truth, found, *indices)

    @property
    def tp(self) -> int:
        """Number of true events that were found."""
        return len(self.true_index)

    @property
    def fn(self) -> int:
        """Number of true events that were not found."""
        return len(self.truth) - self.tp

    @property
    def fp(self) -> int:
        """Number of found events that are none."""
        return len(self.found) - self.tp

    def pairs(self) -> QTable:
        """One row per pair: energies, their ratio less 1, and the difference of the positions."""
        truth, found = self.truth[self.true_index], self.found[self.found_index]
        table = QTable()
        table["true"], table["found"] = self.true_index, self.found_index
        table["true_energy"], table["energy"] = truth["energy"], found["energy"]
        table["deviation"] = (found["energy"] / truth["energy"]).decompose().value - 1
        table["row_residual"] = found["row"] - truth["row"]
        table["column_residual"] = found["column"] - truth["column"]
        return table

    def by_energy(self, edges: Sequence[float]) -> QTable:
        """Efficiency, purity, energy bias and resolution, and position residual in bins of energy.

        Parameters
        ----------
        edges : sequence of float
            Ascending limits of the bins (keV).

        Returns
        -------
        astropy.table.QTable
            One row per bin: ``low``, ``high`` (keV); ``n_true``, ``n_found`` (by the found energy);
            ``efficiency`` and ``purity``; ``bias`` (median of found / true energy − 1) and
            ``resolution`` (half the width of its middle 68 %), both of pairs by their true energy;
            ``residual`` (median distance of the positions, px). NaN where there is nothing to
            take it from.
        """
        limits = np.asarray(edges, dtype=np.float64)
        true = self.truth["energy"].to_value(u.keV)
        found = self.found["energy"].to_value(u.keV)
        pairs = self.pairs()
        paired = pairs["true_energy"].to_value(u.keV)
        distance = np.hypot(pairs["row_residual"], pairs["column_residual"]).to_value(u.pix)
        rows = []
        for low, high in pairwise(limits):
            of_true, of_found, of_pairs = (
                (low <= energy) & (energy < high) for energy in (true, found, paired)
            )
            rows.append(
                {
                    "n_true": int(of_true.sum()),
                    "n_found": int(of_found.sum()),
                    "efficiency": _share(of_true, self.true_index),
                    "purity": _share(of_found, self.found_index),
                    "bias": _quantile(pairs["deviation"][of_pairs], 0.5),
                    "resolution": half_width(pairs["deviation"][of_pairs]),
                    "residual": _quantile(distance[of_pairs], 0.5),
                }
            )
        table = QTable(rows=rows)
        table["residual"] *= u.pix
        table.add_column(limits[:-1] * u.keV, index=0, name="low")
        table.add_column(limits[1:] * u.keV, index=1, name="high")
        return table


def match_events(truth: QTable, found: QTable, *, reach: float = 3.0) -> EventMatch:
    """Pair true events with found ones by their centroids, the nearest pairs first.

    Parameters
    ----------
    truth : astropy.table.QTable
        As from `ccdseg.simulation.EventList.seen_in`, with centroids.
    found : astropy.table.QTable
        As from `ccdseg.events.find_events`, with energies.
    reach : float
        Greatest distance (px) of a pair; for a long event its RMS length is added.

    Returns
    -------
    EventMatch

    Raises
    ------
    InputError
        If a table lacks a column.
    """
    for name, table in (("true", truth), ("found", found)):
        missing = [column for column in _NEEDED if column not in table.colnames]
        if missing:
            raise InputError(
                f"The table of {name} events has no column {', '.join(missing)}; it needs "
                f"{', '.join(_NEEDED)}."
            )
    distances, true_rows, found_rows = _candidates(truth, found, reach)
    pairs, taken = [], (set(), set())
    for index in np.argsort(distances, kind="stable"):
        pair = (int(true_rows[index]), int(found_rows[index]))
        if pair[0] not in taken[0] and pair[1] not in taken[1]:
            pairs.append(pair)
            taken[0].add(pair[0])
            taken[1].add(pair[1])
    matched = np.array(sorted(pairs), dtype=int).reshape(-1, 2)
    return EventMatch(truth, found, matched[:, 0], matched[:, 1])


def _candidates(
    truth: QTable, found: QTable, reach: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs within reach: their distances (px), and the rows of both tables."""
    if not (len(found) and len(truth)):
        return np.zeros(0), np.zeros(0, dtype=int), np.zeros(0, dtype=int)
    true_places, found_places = _places(truth), _places(found)
    length = np.zeros(len(found))
    if "width_along" in found.colnames:
        length = found["width_along"].to_value(u.pix)
    near = KDTree(true_places).query_ball_point(found_places, reach + length)
    found_rows = np.repeat(np.arange(len(found)), [len(rows) for rows in near])
    true_rows = np.concatenate([np.asarray(rows, dtype=int) for rows in near])
    distances = np.hypot(*(found_places[found_rows] - true_places[true_rows]).T)
    return distances, true_rows, found_rows


def _places(table: QTable) -> np.ndarray:
    return np.stack([table[name].to_value(u.pix) for name in ("row", "column")], axis=1)


def _share(chosen: np.ndarray, matched: np.ndarray) -> float:
    """Share of the chosen rows that are matched."""
    return float(np.isin(np.flatnonzero(chosen), matched).mean()) if chosen.any() else np.nan


def _quantile(values: np.ndarray, level: float) -> float:
    return float(np.quantile(values, level)) if len(values) else np.nan
