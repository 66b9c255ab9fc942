"""ROC and precision-recall curves of a class probability, added up image by image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from ccdseg.errors import InputError
from ccdseg.evaluation.counting import plain, ratio

_EDGES = expit(np.linspace(-18, 18, 2047))
"""Limits between 2048 bins of probability, as many near 0 and near 1 as in between: nearly all
pixels of a frame are beyond doubt, and the curves are about the few among them that are wrong."""


@dataclass(frozen=True, eq=False)
class OperatingCurve:
    """Pixels by the probability of a class; curves of two images add up, so that none is held.

    Pixels within a bin are taken as equally probable.

    Attributes
    ----------
    n_true, n_other : ndarray
        Pixels of the class and of all others in each bin from low to high probability, int64 of
        shape (2048,).
    """

    n_true: np.ndarray
    n_other: np.ndarray

    def __add__(self, other: OperatingCurve) -> OperatingCurve:
        return OperatingCurve(self.n_true + other.n_true, self.n_other + other.n_other)

    @property
    def recall(self) -> np.ndarray:
        """True-positive rate by falling threshold, from 0 to 1; NaN without a true pixel."""
        return ratio(_above(self.n_true), self.n_true.sum())

    @property
    def false_positive_rate(self) -> np.ndarray:
        """False-positive rate by falling threshold, from 0 to 1; NaN where all pixels are true."""
        return ratio(_above(self.n_other), self.n_other.sum())

    @property
    def precision(self) -> np.ndarray:
        """Precision by falling threshold; 1 where nothing lies above it."""
        tp, fp = _above(self.n_true), _above(self.n_other)
        return np.where(tp + fp, ratio(tp, tp + fp), 1.0)

    @property
    def roc_area(self) -> float:
        """Area under the ROC curve: how often a true pixel is more probable than another."""
        return float(np.trapezoid(self.recall, self.false_positive_rate))

    @property
    def average_precision(self) -> float:
        """Area under the precision-recall curve in steps: mean precision over the true pixels."""
        return float(np.sum(np.diff(self.recall) * self.precision[1:]))

    def to_dict(self) -> dict:
        """Areas as plain numbers, ready for JSON."""
        return {
            "roc_area": plain(self.roc_area),
            "average_precision": plain(self.average_precision),
        }


def operating_curve(
    true: np.ndarray, probability: np.ndarray, *, ignore: np.ndarray | None = None
) -> OperatingCurve:
    """Sort the pixels of an image by the probability of a class.

    Parameters
    ----------
    true : ndarray of bool
        Whether a pixel is of the class, of shape (…).
    probability : ndarray
        Its probability to be, 0 to 1, of the same shape.
    ignore : ndarray of bool, optional
        Pixels to leave out, of the same shape.

    Returns
    -------
    OperatingCurve

    Raises
    ------
    InputError
        If shapes differ or a probability does not lie from 0 to 1.
    """
    true, probability = np.asarray(true), np.asarray(probability)
    arrays = [array for array in (true, probability, ignore) if array is not None]
    if len({array.shape for array in arrays}) != 1:
        shapes = ", ".join(str(array.shape) for array in arrays)
        raise InputError(f"Truth, probabilities and pixels to leave out differ in shape: {shapes}.")
    if ignore is not None:
        true, probability = true[~ignore], probability[~ignore]
    if not np.all((probability >= 0) & (probability <= 1)):
        raise InputError("A probability does not lie from 0 to 1.")
    bins = np.searchsorted(_EDGES, probability.ravel(), side="right")
    chosen = true.ravel().astype(bool)
    n_bins = len(_EDGES) + 1
    return OperatingCurve(
        np.bincount(bins[chosen], minlength=n_bins), np.bincount(bins[~chosen], minlength=n_bins)
    )


def _above(counts: np.ndarray) -> np.ndarray:
    """Pixels above each threshold, from the highest down: nothing first, everything last."""
    return np.concatenate([[0], np.cumsum(counts[::-1])])
