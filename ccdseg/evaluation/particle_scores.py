"""Scores of the identification of particles."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ccdseg.evaluation.counting import confusion_counts, ratio
from ccdseg.identification.particle_truth import PARTICLES


@dataclass(frozen=True, eq=False)
class ParticleReport:
    """Scores of the identification of some events.

    Attributes
    ----------
    confusion : ndarray of int
        Events by their true (rows) and identified (columns) particle, in the order of `PARTICLES`.
    """

    confusion: np.ndarray

    @property
    def f1(self) -> np.ndarray:
        """F1 of each particle; NaN where there is none."""
        total = self.confusion.sum(axis=0) + self.confusion.sum(axis=1)
        return ratio(2 * np.diag(self.confusion), total)

    @property
    def macro_f1(self) -> float:
        """Mean F1 of the particles that truly occur, ``unknown`` not among them."""
        occurs = self.confusion.sum(axis=1) > 0
        occurs[PARTICLES.index("unknown")] = False
        return float(self.f1[occurs].mean()) if occurs.any() else np.nan

    def __str__(self) -> str:
        width = max(map(len, PARTICLES)) + 2
        head = " " * width + "".join(name.rjust(width) for name in (*PARTICLES, "F1"))
        lines = [head]
        for name, row, score in zip(PARTICLES, self.confusion, self.f1, strict=True):
            counts = "".join(f"{count:{width},}" for count in row)
            lines.append(f"{name:{width}}{counts}{score:{width}.3f}")
        return "\n".join(lines)


def particle_report(
    true: np.ndarray, identified: np.ndarray, *, isolated: bool = True
) -> ParticleReport:
    """Compare identified particles with true ones.

    Parameters
    ----------
    true, identified : ndarray of str
        Names of `PARTICLES`, (events,).
    isolated : bool
        Whether events that are truly ``unknown`` are left out.
    """
    chosen = np.asarray(true) != "unknown" if isolated else slice(None)
    indices = (
        np.array([PARTICLES.index(name) for name in names], dtype=int)[chosen]
        for names in (true, identified)
    )
    return ParticleReport(confusion_counts(*indices, len(PARTICLES)))


def particle_reports_by_energy(
    true: np.ndarray, identified: np.ndarray, energy: np.ndarray, edges: np.ndarray
) -> dict[tuple[float, float], ParticleReport]:
    """Reports of the isolated events between the `edges` (keV) of their found `energy` (keV)."""
    reports = {}
    for low, high in pairwise(edges):
        inside = (energy >= low) & (energy < high)
        reports[float(low), float(high)] = particle_report(true[inside], identified[inside])
    return reports
