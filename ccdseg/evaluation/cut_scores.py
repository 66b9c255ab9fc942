"""Scores of the hits that the readout cut at a row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from astropy import units as u
from astropy.table import QTable

from ccdseg.evaluation.counting import half_width, ratio
from ccdseg.events.row_edges import SIDES
from ccdseg.identification.particle_truth import ParticleTruth

PARTS = dict(zip(SIDES, ("below", "above"), strict=True))
"""Part of a particle that is read where the given end of the event is cut."""


@dataclass(frozen=True)
class CutScores:
    """Scores of cut hits among some events.

    Attributes
    ----------
    n_events, n_cut, n_found, n_right : int
        Events; those truly cut; those said to be; and those that are both, at the same row side.
    missing_error : float
        Half width of the errors of the missing share, where it is given.
    """

    n_events: int
    n_cut: int
    n_found: int
    n_right: int
    missing_error: float

    @property
    def recall(self) -> float:
        """Share of the cut hits that are found; NaN without any."""
        return float(ratio(self.n_right, self.n_cut))

    @property
    def precision(self) -> float:
        """Share of the hits said to be cut that are; NaN without any."""
        return float(ratio(self.n_right, self.n_found))


def cut_scores(
    truth: ParticleTruth, events: QTable, *, chosen: np.ndarray | None = None
) -> CutScores:
    """Compare cut hits with the truth.

    Parameters
    ----------
    truth : ParticleTruth
        True particles of the events.
    events : QTable
        As from `ccdseg.events.find_events`, with energies.
    chosen : ndarray of bool, optional
        Events that count, (events,); by default all.
    """
    chosen = np.ones(len(events), dtype=bool) if chosen is None else chosen
    said = np.asarray(events["cut"])
    parts = np.select([said == side for side in SIDES], [PARTS[side] for side in SIDES], "")
    right = (truth.cut != "") & (parts == truth.cut) & chosen
    missing = np.asarray(events["missing"])[right] - truth.lost[right]
    return CutScores(
        int(chosen.sum()),
        int(np.sum((truth.cut != "") & chosen)),
        int(np.sum((said != "") & chosen)),
        int(right.sum()),
        half_width(missing[np.isfinite(missing)]),
    )


def is_tellable(
    truth: ParticleTruth,
    events: QTable,
    *,
    lost: tuple[float, float] = (0.03, 0.97),
    significance: float = 30.0,
) -> np.ndarray:
    """Events of which it can be told whether they are cut.

    Of what lost less than a few per cent, noise and the fluctuation of the charge hide the cut; of
    what lost nearly all, or stands out little, the rest looks like anything.

    Parameters
    ----------
    truth : ParticleTruth
        True particles of the events.
    events : QTable
        As from `ccdseg.events.find_events`.
    lost : tuple of float
        Least and greatest share of the charge that a cut hit lost, 0 to 1.
    significance : float
        Least signal over its error.

    Returns
    -------
    ndarray of bool
        (events,).
    """
    kept = (truth.cut == "") | ((truth.lost >= lost[0]) & (truth.lost <= lost[1]))
    ratios = (events["signal"] / events["signal_error"]).to_value(u.one)
    return kept & (ratios >= significance)
