"""Scores of simulated frames by their conditions: noise, gradient, crowding, glow."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from astropy import units as u
from astropy.table import QTable

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.errors import InputError
from ccdseg.evaluation.pixel_scores import PixelReport, pixel_report
from ccdseg.simulation.truth import SimulatedImage

CONDITION_SCORES = {
    "f1": "F1",
    "unambiguous_f1": "unambiguous F1",
    "precision": "precision",
    "recall": "recall",
}
"""Titles of the scores of a row by their names; *unambiguous*: ambiguous pixels are left out."""


@dataclass(frozen=True)
class Condition:
    """A quantity of frames, and the groups by which they are sorted.

    Attributes
    ----------
    name : str
        Key in `SimulatedImage.conditions`.
    labels : tuple of str
        Groups in the order of the table.
    edges : tuple of float
        Ascending limits between the groups, one less than there are; a value at a limit belongs
        above it. Empty where the value is itself the label; others than `labels` may then occur.
    """

    name: str
    labels: tuple[str, ...] = ()
    edges: tuple[float, ...] = ()

    def label(self, value: float | str) -> str:
        """Group of a frame."""
        return self.labels[bisect_right(self.edges, value)] if self.edges else str(value)

    def place(self, label: str) -> int:
        """Place of a group in the table, that of an unforeseen one behind the others."""
        return self.labels.index(label) if label in self.labels else len(self.labels)


CONDITIONS = (
    Condition("recipe"),
    Condition("noise", ("< 1 e⁻", "1–10 e⁻", "10–50 e⁻", "≥ 50 e⁻"), (1.0, 10.0, 50.0)),
    Condition("gradient", ("0 σ", "0–2 σ", "2–6 σ", "≥ 6 σ"), (math.ulp(0.0), 2.0, 6.0)),
    Condition("crowding", ("< 0.5 %", "0.5–2 %", "2–6 %", "≥ 6 %"), (0.005, 0.02, 0.06)),
    Condition("glow", ("none", "slab", "edge", "corner", "terraced", "transient")),
)
"""Recipe, read noise, change of the background over the frame in standard deviations of the noise,
share of cluster pixels, and shape of the glow."""


@dataclass(frozen=True, eq=False)
class ConditionRow:
    """Scores of the frames of one group.

    Attributes
    ----------
    condition, label : str
        Name of the condition, and the group.
    n_frames : int
        Frames of the group.
    all_pixels, unambiguous : PixelReport
        Scores of all pixels, and with ambiguous ones left out.
    """

    condition: str
    label: str
    n_frames: int
    all_pixels: PixelReport
    unambiguous: PixelReport

    def report(self, score: str) -> PixelReport:
        """Report from which a score of this name is taken."""
        return self.unambiguous if score.startswith("unambiguous_") else self.all_pixels

    def score(self, name: str) -> np.ndarray:
        """Score of each class, one of `CONDITION_SCORES`; NaN for a class without a true pixel.

        Raises
        ------
        InputError
            If there is no such score.
        """
        if name not in CONDITION_SCORES:
            raise InputError(f"Unknown score {name!r}; one of: {', '.join(CONDITION_SCORES)}.")
        report = self.report(name)
        return np.where(report.support, getattr(report, name.removeprefix("unambiguous_")), np.nan)


class ConditionTable:
    """Scores by condition, added up frame by frame: no frame is held.

    Confusions are summed, so that a pixel counts the same in whatever frame it lies.

    Parameters
    ----------
    classes : ClassCatalogue
        Classes of the masks.
    """

    def __init__(self, *, classes: ClassCatalogue = CLASSES) -> None:
        self.classes = classes
        self._rows: dict[tuple[int, int, str], ConditionRow] = {}

    def add(
        self,
        all_pixels: PixelReport,
        unambiguous: PixelReport,
        *,
        conditions: Mapping[str, float | str],
    ) -> None:
        """Add a frame.

        Parameters
        ----------
        all_pixels, unambiguous : PixelReport
            Its scores of all pixels and with ambiguous ones left out, as from `pixel_report`.
        conditions : dict
            Values by the names of `CONDITIONS`; a frame is in the rows of those that it has, and
            in the row of all frames.
        """
        self._add((-1, 0, ""), ConditionRow("all", "frames", 1, all_pixels, unambiguous))
        for i, condition in enumerate(CONDITIONS):
            if condition.name in conditions:
                label = condition.label(conditions[condition.name])
                row = ConditionRow(condition.name, label, 1, all_pixels, unambiguous)
                self._add((i, condition.place(label), label), row)

    def _add(self, key: tuple[int, int, str], row: ConditionRow) -> None:
        if key in self._rows:
            so_far = self._rows[key]
            row = ConditionRow(
                row.condition,
                row.label,
                so_far.n_frames + row.n_frames,
                so_far.all_pixels + row.all_pixels,
                so_far.unambiguous + row.unambiguous,
            )
        self._rows[key] = row

    @property
    def rows(self) -> list[ConditionRow]:
        """Groups that have a frame: all frames first, then by `CONDITIONS`, and unforeseen groups
        in the order in which they came.
        """  # noqa: D205
        return [self._rows[key] for key in sorted(self._rows, key=lambda key: key[:2])]

    def to_table(self) -> QTable:
        """Columns of every class: true pixels and scores, as ``cluster_unambiguous_f1``."""
        rows = self.rows
        table = QTable()
        table["condition"] = np.array([row.condition for row in rows], dtype=str)
        table["group"] = np.array([row.label for row in rows], dtype=str)
        table["n_frames"] = np.array([row.n_frames for row in rows], dtype=np.int64)
        for one in self.classes:
            name = one.name.replace(" ", "_")
            pixels = [row.all_pixels.support[one.index] for row in rows]
            table[f"{name}_pixels"] = u.Quantity(pixels, u.pix, dtype=np.int64)
            for score in CONDITION_SCORES:
                values = [row.score(score)[one.index] for row in rows]
                table[f"{name}_{score}"] = np.array(values, dtype=np.float64)
        return table

    def to_text(self, score: str = "unambiguous_f1") -> str:
        """One row per group: for each class a score and the number of true pixels.

        Parameters
        ----------
        score : {"f1", "unambiguous_f1", "precision", "recall"}
            The score.
        """
        title = f"{CONDITION_SCORES.get(score)}, pixels"
        lines = [
            f"{'':<22}{'frames':>7}" + "".join(f"{name:>24}" for name in self.classes.names),
            " " * 29 + f"{title:>24}" * len(self.classes),
        ]
        before = ""
        for row in self.rows:
            condition = row.condition if row.condition != before else ""
            cells = zip(row.score(score), row.report(score).support, strict=True)
            texts = (f"{'–' if np.isnan(v) else f'{v:.4f}':>10}{n:>14,}" for v, n in cells)
            lines.append(f"{condition:<11}{row.label:<11}{row.n_frames:>7,}{''.join(texts)}")
            before = row.condition
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.to_text()


def score_by_condition(
    frames: Iterable[tuple[SimulatedImage, np.ndarray]], *, classes: ClassCatalogue = CLASSES
) -> ConditionTable:
    """Score predicted masks of simulated frames by what the frames are like.

    Parameters
    ----------
    frames : iterable of (SimulatedImage, ndarray)
        Frames with their predicted masks (H, W), one at a time: a generator is not held.
    classes : ClassCatalogue
        Classes of the masks.

    Returns
    -------
    ConditionTable
    """
    table = ConditionTable(classes=classes)
    for frame, predicted in frames:
        all_pixels = pixel_report(frame.mask, predicted, classes=classes)
        unambiguous = pixel_report(frame.mask, predicted, classes=classes, ignore=frame.ambiguous)
        table.add(all_pixels, unambiguous, conditions=frame.conditions)
    return table
