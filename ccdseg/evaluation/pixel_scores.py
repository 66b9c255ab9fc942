"""Scores of masks over all their pixels, class by class."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.errors import InputError
from ccdseg.evaluation.counting import check_same_classes, confusion_counts, plain, ratio

_COLUMNS = ("precision", "recall", "f1", "iou", "dice")


@dataclass(frozen=True, eq=False)
class PixelReport:
    """Scores of predicted against true masks.

    A score whose denominator is zero, as the precision of a class that is never predicted, is NaN
    (null in JSON). Reports add up: `a + b` is the report of the pixels of both, so that frames can
    be scored one at a time.

    Attributes
    ----------
    classes : ClassCatalogue
        Names of the rows.
    confusion : ndarray
        Number of pixels, int64 of shape (classes, classes), by true and predicted class.
    """

    classes: ClassCatalogue
    confusion: np.ndarray

    def __add__(self, other: PixelReport) -> PixelReport:
        check_same_classes(self.classes, other.classes)
        return PixelReport(self.classes, self.confusion + other.confusion)

    @property
    def support(self) -> np.ndarray:
        """True pixels of each class."""
        return self.confusion.sum(axis=1)

    @property
    def precision(self) -> np.ndarray:
        """Share of the pixels predicted as a class that are of it."""
        return ratio(self._tp, self.confusion.sum(axis=0))

    @property
    def recall(self) -> np.ndarray:
        """Share of the pixels of a class that are predicted as it."""
        return ratio(self._tp, self.support)

    @property
    def f1(self) -> np.ndarray:
        """Harmonic mean of precision and recall."""
        return ratio(2 * self._tp, self.support + self.confusion.sum(axis=0))

    @property
    def dice(self) -> np.ndarray:
        """Dice coefficient ``2 |A ∩ B| / (|A| + |B|)``, which for pixels equals F1."""
        return self.f1

    @property
    def iou(self) -> np.ndarray:
        """Intersection over union ``|A ∩ B| / |A ∪ B|``."""
        return ratio(self._tp, self.support + self.confusion.sum(axis=0) - self._tp)

    @property
    def accuracy(self) -> float:
        """Share of all pixels whose class is right."""
        return float(ratio(self._tp.sum(), self.confusion.sum()))

    @property
    def _tp(self) -> np.ndarray:
        return self.confusion.diagonal()

    def to_dict(self) -> dict:
        """Scores as plain numbers, ready for JSON."""
        scores = {name: getattr(self, name) for name in _COLUMNS}
        return {
            "accuracy": plain(self.accuracy),
            "classes": {
                row.name: {name: plain(values[row.index]) for name, values in scores.items()}
                | {"support": int(self.support[row.index])}
                for row in self.classes
            },
            "confusion": self.confusion.tolist(),
        }

    def __str__(self) -> str:
        width = max(len(name) for name in self.classes.names) + 2
        head = "".join(f"{name:>11}" for name in (*_COLUMNS, "support"))
        lines = [" " * width + head]
        for row in self.classes:
            values = (getattr(self, name)[row.index] for name in _COLUMNS)
            cells = "".join("          –" if math.isnan(v) else f"{v:11.4f}" for v in values)
            lines.append(f"{row.name:<{width}}{cells}{self.support[row.index]:>11,}")
        lines.append(f"{'accuracy':<{width}}{self.accuracy:11.4%}")
        return "\n".join(lines)


def pixel_report(
    true: np.ndarray,
    predicted: np.ndarray,
    *,
    classes: ClassCatalogue = CLASSES,
    ignore: np.ndarray | None = None,
) -> PixelReport:
    """Compare masks.

    Parameters
    ----------
    true, predicted : ndarray
        Class indices of one shape.
    classes : ClassCatalogue
        Names of the indices.
    ignore : ndarray of bool, optional
        Pixels to leave out, of the same shape, as the ambiguous ones.

    Returns
    -------
    PixelReport

    Raises
    ------
    InputError
        If shapes differ or an index is no class.
    """
    true, predicted = np.asarray(true), np.asarray(predicted)
    if true.shape != predicted.shape or (ignore is not None and ignore.shape != true.shape):
        shapes = [array.shape for array in (true, predicted, ignore) if array is not None]
        raise InputError(f"The masks have different shapes: {', '.join(map(str, shapes))}.")
    held = [np.min([true, predicted]), np.max([true, predicted])] if true.size else []
    if not held or held[0] < 0 or held[1] >= len(classes):
        raise InputError(
            f"The masks of shape {true.shape} hold {held}; they must hold class indices from 0 to "
            f"{len(classes) - 1}."
        )
    if ignore is not None:
        true, predicted = true[~ignore], predicted[~ignore]
    return PixelReport(classes, confusion_counts(true, predicted, len(classes)))


def cross_entropy(true: np.ndarray, probabilities: np.ndarray) -> float:
    """Mean over the pixels of −ln(probability of the true class), without weights.

    Parameters
    ----------
    true : ndarray
        Class indices of shape (…).
    probabilities : ndarray
        Probabilities of shape (…, classes).
    """
    chosen = np.take_along_axis(probabilities, true[..., np.newaxis].astype(np.intp), axis=-1)
    return float(-np.log(np.maximum(chosen, 1e-7)).mean())
