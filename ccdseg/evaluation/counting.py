"""Arithmetic and checks that all scores share."""

from __future__ import annotations

import math

import numpy as np

from ccdseg.classes import ClassCatalogue
from ccdseg.errors import InputError


def ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """`part` / `whole`; NaN where both are zero."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.true_divide(part, whole)


def half_width(values: np.ndarray) -> float:
    """Half the width of the middle 68 %, which is σ of a normal distribution; NaN of nothing."""
    return float(np.ptp(np.percentile(values, (15.87, 84.13)))) / 2 if len(values) else math.nan


def confusion_counts(true: np.ndarray, predicted: np.ndarray, n: int) -> np.ndarray:
    """Confusion matrix of class indices below `n`: true in rows, predicted in columns.

    A frame has millions of pixels: `numpy.bincount` takes a twentieth of the time of
    `sklearn.metrics.confusion_matrix`.
    """
    pairs = true.ravel().astype(np.int64) * n + predicted.ravel()
    return np.bincount(pairs, minlength=n * n).reshape(n, n)


def plain(value: float) -> float | None:
    """`value` for JSON, which knows no NaN."""
    return None if math.isnan(value) else float(value)


def check_same_classes(first: ClassCatalogue, second: ClassCatalogue) -> None:
    """Refuse to add scores of different classes.

    Raises
    ------
    InputError
    """
    if first != second:
        raise InputError(
            f"Scores of the classes {', '.join(first.names)} cannot be added to scores of "
            f"{', '.join(second.names)}."
        )


def check_probabilities(
    true: np.ndarray, probabilities: np.ndarray, classes: ClassCatalogue
) -> tuple[np.ndarray, np.ndarray]:
    """True classes of shape (pixels,) and probabilities of shape (pixels, classes).

    Raises
    ------
    InputError
        If the shapes do not fit each other, or an index is no class.
    """
    true, probabilities = np.asarray(true), np.asarray(probabilities)
    if probabilities.shape != (*true.shape, len(classes)):
        raise InputError(
            f"The probabilities have shape {probabilities.shape}; masks of shape {true.shape} and "
            f"{len(classes)} classes need {(*true.shape, len(classes))}."
        )
    classes.check_indices(true)
    return true.ravel(), probabilities.reshape(-1, len(classes))
