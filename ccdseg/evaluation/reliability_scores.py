"""Calibration of class probabilities: predicted against observed frequencies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.evaluation.counting import check_probabilities, check_same_classes, plain, ratio

_LOW = np.array([0.0, 0.001, 0.003, 0.01, 0.03, 0.06])
RELIABILITY_EDGES = np.concatenate([_LOW, np.linspace(0.1, 0.9, 9), 1 - _LOW[::-1]])
"""Limits of the bins of predicted probability: twenty, narrower near 0 and 1."""


@dataclass(frozen=True, eq=False)
class Reliability:
    """Predicted probabilities against what turned out true, by bins of probability.

    Of pixels to which a network gives a cluster probability of 0.3, three in ten should be of
    clusters. Where the observed frequency lies below the prediction, the network is too sure.

    Reliabilities add up: `a + b` is that of the pixels of both, so that frames can be measured one
    at a time.

    Attributes
    ----------
    classes : ClassCatalogue
        Names of the rows.
    n_pixels : ndarray
        Pixels of each bin of `RELIABILITY_EDGES`, int64 of shape (classes, bins). Every pixel is in
        one bin of every class.
    n_true : ndarray
        Those of them that are of the class, int64 of the same shape.
    sum_predicted : ndarray
        Sum of the probabilities in each bin, float64 of the same shape.
    """

    classes: ClassCatalogue
    n_pixels: np.ndarray
    n_true: np.ndarray
    sum_predicted: np.ndarray

    def __add__(self, other: Reliability) -> Reliability:
        check_same_classes(self.classes, other.classes)
        return Reliability(
            self.classes,
            self.n_pixels + other.n_pixels,
            self.n_true + other.n_true,
            self.sum_predicted + other.sum_predicted,
        )

    @property
    def predicted(self) -> np.ndarray:
        """Mean probability in each bin, of shape (classes, bins); NaN in an empty one."""
        return ratio(self.sum_predicted, self.n_pixels)

    @property
    def observed(self) -> np.ndarray:
        """Share of the pixels of each bin that are of the class; NaN in an empty one."""
        return ratio(self.n_true, self.n_pixels)

    @property
    def calibration_error(self) -> np.ndarray:
        """Expected calibration error of each class.

        The mean of ``|observed − predicted|`` over all pixels. Most pixels of a frame are beyond
        doubt, and make it small.
        """
        return self._error(slice(None))

    @property
    def calibration_error_in_doubt(self) -> np.ndarray:
        """The same over the pixels whose probability lies between 0.001 and 0.999."""
        return self._error(slice(1, -1))

    def _error(self, bins: slice) -> np.ndarray:
        differences = np.abs(self.n_true - self.sum_predicted)[:, bins]
        return ratio(differences.sum(axis=1), self.n_pixels[:, bins].sum(axis=1))

    def to_dict(self) -> dict:
        """Errors and bins as plain numbers, ready for JSON."""
        return {
            "edges": RELIABILITY_EDGES.tolist(),
            "classes": {
                row.name: {
                    "calibration_error": plain(self.calibration_error[row.index]),
                    "calibration_error_in_doubt": plain(self.calibration_error_in_doubt[row.index]),
                    "n_pixels": self.n_pixels[row.index].tolist(),
                    "predicted": [plain(value) for value in self.predicted[row.index]],
                    "observed": [plain(value) for value in self.observed[row.index]],
                }
                for row in self.classes
            },
        }

    def __str__(self) -> str:
        width = max(len(name) for name in self.classes.names) + 2
        lines = [" " * width + f"{'all pixels':>12}{'in doubt':>12}{'pixels in doubt':>18}"]
        errors = zip(self.calibration_error, self.calibration_error_in_doubt, strict=True)
        for row, pair in zip(self.classes, errors, strict=True):
            cells = "".join(f"{'–' if np.isnan(error) else f'{error:.5f}':>12}" for error in pair)
            in_doubt = self.n_pixels[row.index, 1:-1].sum()
            lines.append(f"{row.name:<{width}}{cells}{in_doubt:>18,}")
        return "\n".join(lines)


def measure_reliability(
    true: np.ndarray, probabilities: np.ndarray, *, classes: ClassCatalogue = CLASSES
) -> Reliability:
    """Sort pixels by the probabilities predicted for them.

    Parameters
    ----------
    true : ndarray
        Class indices of shape (…).
    probabilities : ndarray
        Probabilities of shape (…, classes).
    classes : ClassCatalogue
        Names of the indices.

    Returns
    -------
    Reliability

    Raises
    ------
    InputError
        If shapes do not fit or an index is no class.
    """
    true, probabilities = check_probabilities(true, probabilities, classes)
    n_bins = len(RELIABILITY_EDGES) - 1
    n_pixels, n_true, sum_predicted = (np.zeros((len(classes), n_bins)) for _ in range(3))
    for index in range(len(classes)):
        predicted = probabilities[:, index]
        bins = np.searchsorted(RELIABILITY_EDGES[1:-1], predicted, side="right")
        n_pixels[index] = np.bincount(bins, minlength=n_bins)
        n_true[index] = np.bincount(bins[true == index], minlength=n_bins)
        sum_predicted[index] = np.bincount(bins, weights=predicted, minlength=n_bins)
    return Reliability(classes, n_pixels.astype(np.int64), n_true.astype(np.int64), sum_predicted)
