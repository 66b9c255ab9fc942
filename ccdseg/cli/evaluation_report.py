"""What an evaluation leaves behind: report, table and figures."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import reduce
from operator import add
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ccdseg.classes import ClassCatalogue
from ccdseg.evaluation import (
    ConditionTable,
    PixelReport,
    Reliability,
    cross_entropy,
    measure_reliability,
    pixel_report,
)
from ccdseg.version import __version__

if TYPE_CHECKING:
    from ccdseg.inference import Prediction

RESULTS = (
    "report.txt",
    "report.json",
    "conditions.ecsv",
    "conditions.png",
    "reliability.png",
    "confusion.png",
)
"""Names of the files."""


@dataclass(frozen=True, eq=False)
class Scores:
    """Scores of frames; those of two sets of frames add up.

    Attributes
    ----------
    n_frames : int
        Number of frames.
    strict : PixelReport
        Of all pixels.
    clear : PixelReport or None
        Without the pixels that no method can decide; None where they are not known.
    reliability : Reliability
        Of the probabilities.
    sum_entropy : float
        Sum of the cross-entropy of the pixels.
    """

    n_frames: int
    strict: PixelReport
    clear: PixelReport | None
    reliability: Reliability
    sum_entropy: float

    def __add__(self, other: Scores) -> Scores:
        return Scores(
            self.n_frames + other.n_frames,
            self.strict + other.strict,
            self.clear and other.clear and self.clear + other.clear,
            self.reliability + other.reliability,
            self.sum_entropy + other.sum_entropy,
        )

    @property
    def loss(self) -> float:
        """Mean cross-entropy of the pixels."""
        return float(self.sum_entropy / self.strict.confusion.sum())

    def to_dict(self) -> dict:
        """Everything as plain numbers, ready for JSON."""
        return {
            "n_frames": self.n_frames,
            **self.strict.to_dict(),
            "loss": self.loss,
            "clear": self.clear and self.clear.to_dict(),
            "reliability": self.reliability.to_dict(),
        }

    def __str__(self) -> str:
        parts = ["All pixels", str(self.strict)]
        if self.clear:
            parts += ["Clear: without the pixels that no method can decide", str(self.clear)]
        parts += ["Expected calibration error of the probabilities", str(self.reliability)]
        parts.append(f"Mean cross-entropy of the probabilities: {self.loss:.5f}")
        return "\n\n".join(parts)


def score_frame(
    mask: np.ndarray, unclear: np.ndarray | None, prediction: Prediction, classes: ClassCatalogue
) -> Scores:
    """Scores of one frame with the true `mask`."""
    clear = None
    if unclear is not None:
        clear = pixel_report(mask, prediction.mask, classes=classes, ignore=unclear)
    return Scores(
        n_frames=1,
        strict=pixel_report(mask, prediction.mask, classes=classes),
        clear=clear,
        reliability=measure_reliability(mask, prediction.probabilities, classes=classes),
        sum_entropy=cross_entropy(mask, prediction.probabilities) * mask.size,
    )


def write_results(
    folder: Path,
    model: str,
    scores: dict[str, Scores],
    origins: dict[str, dict],
    table: ConditionTable,
    *,
    command: str,
) -> str:
    """Write all results into `folder`; returns the report as text.

    Parameters
    ----------
    folder : Path
        Where to write.
    model : str
        Name of the model.
    scores : dict of str to Scores
        Scores of each set of frames by its name.
    origins : dict of str to dict
        Where the frames of each set come from.
    table : ConditionTable
        Scores of all frames by condition.
    command : str
        The call, to be made again.
    """
    text = _text(model, scores, origins, table, command)
    sets = {name: origins[name] | scores[name].to_dict() for name in scores}
    report = {"model": model, "ccdseg": __version__, "command": command, "sets": sets}
    (folder / "report.txt").write_text(text, encoding="utf-8")
    (folder / "report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    table.to_table().write(folder / "conditions.ecsv", format="ascii.ecsv")
    _write_figures(folder, model, scores, table)
    return text


def _text(
    model: str,
    scores: dict[str, Scores],
    origins: dict[str, dict],
    table: ConditionTable,
    command: str,
) -> str:
    parts = []
    for name, result in scores.items():
        origin = origins[name]
        where = f"{origin['data']}, " if "data" in origin else ""
        rows, columns = origin["shape"]
        drawn = f", seed {origin['seed']}" if "seed" in origin else ""
        frames = f"{result.n_frames:,} frames of {rows}×{columns} px{drawn}"
        parts += [f"{model} on {name}: {where}{frames}", str(result)]
    parts += ["Scores by condition, of the frames of all sets", str(table), table.to_text("f1")]
    parts.append(f"Made by: {command}")
    return "\n\n".join(parts) + "\n"


def _write_figures(
    folder: Path, model: str, scores: dict[str, Scores], table: ConditionTable
) -> None:
    from ccdseg import plotting

    total = reduce(add, scores.values())
    title = f"{model} on {' and '.join(scores)} ({total.n_frames:,} frames)"
    figures = {
        "conditions": plotting.plot_conditions(table, title=title),
        "reliability": plotting.plot_reliability(total.reliability, title=title),
        "confusion": plotting.plot_confusion(total.strict),
    }
    figures["confusion"].suptitle(title)
    for name, figure in figures.items():
        plotting.save_figure(figure, folder / f"{name}.png")
