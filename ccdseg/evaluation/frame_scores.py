"""All scores of a segmented frame: masks, calibration, curves and loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.evaluation.class_scores import scored_class
from ccdseg.evaluation.pixel_scores import PixelReport, cross_entropy, pixel_report
from ccdseg.evaluation.probability_curves import OperatingCurve, operating_curve
from ccdseg.evaluation.reliability_scores import Reliability, measure_reliability

UNAMBIGUOUS = "ambiguous pixels left out"
"""Title of scores that leave out the pixels that no method can decide."""


@dataclass(frozen=True, eq=False)
class FrameScores:
    """Scores of frames; those of two sets of frames add up.

    Attributes
    ----------
    n_frames : int
        Number of frames.
    all_pixels : PixelReport
        Scores of all pixels.
    unambiguous : PixelReport or None
        Scores with ambiguous pixels left out; None where these are not known.
    reliability : Reliability
        Calibration of the probabilities.
    curve : OperatingCurve
        ROC and precision-recall of the class that is scored image by image.
    unambiguous_curve : OperatingCurve or None
        The same with ambiguous pixels left out.
    sum_entropy : float
        Sum of the cross-entropy of the pixels.
    """

    n_frames: int
    all_pixels: PixelReport
    unambiguous: PixelReport | None
    reliability: Reliability
    curve: OperatingCurve
    unambiguous_curve: OperatingCurve | None
    sum_entropy: float

    def __add__(self, other: FrameScores) -> FrameScores:
        return FrameScores(
            self.n_frames + other.n_frames,
            self.all_pixels + other.all_pixels,
            _sum_of_known(self.unambiguous, other.unambiguous),
            self.reliability + other.reliability,
            self.curve + other.curve,
            _sum_of_known(self.unambiguous_curve, other.unambiguous_curve),
            self.sum_entropy + other.sum_entropy,
        )

    @property
    def loss(self) -> float:
        """Mean cross-entropy of the pixels."""
        return float(self.sum_entropy / self.all_pixels.confusion.sum())

    @property
    def curves(self) -> dict[str, OperatingCurve]:
        """Curves by their pixels: ``all`` and, where known, ``unambiguous``."""
        curves = {"all": self.curve, "unambiguous": self.unambiguous_curve}
        return {name: curve for name, curve in curves.items() if curve is not None}

    def to_dict(self) -> dict:
        """Everything as plain numbers, ready for JSON."""
        return {
            "n_frames": self.n_frames,
            **self.all_pixels.to_dict(),
            "loss": self.loss,
            "unambiguous": self.unambiguous and self.unambiguous.to_dict(),
            "reliability": self.reliability.to_dict(),
            "curves": {name: curve.to_dict() for name, curve in self.curves.items()},
        }

    def __str__(self) -> str:
        parts = ["All pixels", str(self.all_pixels)]
        if self.unambiguous:
            parts += [UNAMBIGUOUS.capitalize(), str(self.unambiguous)]
        parts += ["Expected calibration error of the probabilities", str(self.reliability)]
        parts.append(f"Mean cross-entropy of the probabilities: {self.loss:.5f}")
        return "\n\n".join(parts)


def score_frame(
    true: np.ndarray,
    predicted: np.ndarray,
    *,
    probabilities: np.ndarray,
    classes: ClassCatalogue = CLASSES,
    of: str | None = None,
    ignore: np.ndarray | None = None,
) -> FrameScores:
    """Score a segmented frame.

    Parameters
    ----------
    true, predicted : ndarray
        Class indices of shape (H, W).
    probabilities : ndarray
        Probabilities of shape (H, W, classes).
    classes : ClassCatalogue
        Names of the indices.
    of : str, optional
        Class of the curves; by default that of `scored_class`.
    ignore : ndarray of bool, optional
        Ambiguous pixels of shape (H, W), left out of the unambiguous scores.

    Returns
    -------
    FrameScores
    """
    index = scored_class(classes, of).index
    is_true, probability = true == index, probabilities[..., index]
    unambiguous, unambiguous_curve = None, None
    if ignore is not None:
        unambiguous = pixel_report(true, predicted, classes=classes, ignore=ignore)
        unambiguous_curve = operating_curve(is_true, probability, ignore=ignore)
    return FrameScores(
        n_frames=1,
        all_pixels=pixel_report(true, predicted, classes=classes),
        unambiguous=unambiguous,
        reliability=measure_reliability(true, probabilities, classes=classes),
        curve=operating_curve(is_true, probability),
        unambiguous_curve=unambiguous_curve,
        sum_entropy=cross_entropy(true, probabilities) * true.size,
    )


def _sum_of_known(first: object | None, second: object | None) -> object | None:
    return None if first is None or second is None else first + second
