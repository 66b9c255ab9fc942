"""Operating point of a model: which probability is enough for which class."""

from __future__ import annotations

import numpy as np

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.evaluation.counting import check_probabilities, confusion_counts, ratio
from ccdseg.evaluation.pixel_scores import PixelReport

DECIDED = 0.999
"""A pixel with a class of this probability keeps it at every operating point."""

REACH = 30.0
"""The values of an operating point lie between 1/30 and 30. Two of them differ by a factor of 900
at most, the probabilities of a decided pixel by 999 at least: its class is independent of them."""

_HALF_GRID = np.geomspace(1.0, REACH, 100)
_GRID = np.concatenate([1 / _HALF_GRID[:0:-1], _HALF_GRID])
"""Values to choose from: steps of 3.5 %, with 1 in the middle."""

_MOST_SWEEPS = 50


class PixelSample:
    """True classes and probabilities of pixels of many frames, in bounded memory.

    Pixels whose class is beyond doubt (a probability of `DECIDED` or more) are counted by true and
    predicted class. Of the others, every one is kept until there are more than `most`; then every
    second of those held is dropped, and from there on every second of those that come, and so on:
    they remain spread evenly over all frames, each stands for equally many, and no chance is
    involved.

    Parameters
    ----------
    classes : ClassCatalogue
        Classes of the pixels.
    most : int
        Most pixels to hold; a million of four classes take 17 MB.
    """

    def __init__(self, *, classes: ClassCatalogue = CLASSES, most: int = 1_000_000) -> None:
        self.classes = classes
        self.most = most
        self.stride = 1
        self._n_undecided = 0
        self._decided = np.zeros((len(classes), len(classes)), dtype=np.int64)
        self._true = np.zeros(0, dtype=np.uint8)
        self._probabilities = np.zeros((0, len(classes)), dtype=np.float32)

    def __len__(self) -> int:
        return len(self._true)

    def add(
        self, true: np.ndarray, probabilities: np.ndarray, *, ignore: np.ndarray | None = None
    ) -> None:
        """Add a frame.

        Parameters
        ----------
        true : ndarray
            Class indices of shape (…).
        probabilities : ndarray
            Probabilities of shape (…, classes).
        ignore : ndarray of bool, optional
            Pixels to leave out, of shape (…).

        Raises
        ------
        InputError
            If shapes do not fit or an index is no class.
        """
        true, probabilities = check_probabilities(true, probabilities, self.classes)
        if ignore is not None:
            true, probabilities = true[~ignore.ravel()], probabilities[~ignore.ravel()]
        decided = probabilities.max(axis=1) >= DECIDED
        self._decided += _confusion(true[decided], probabilities[decided])
        true, probabilities = true[~decided], probabilities[~decided]
        kept = slice(-self._n_undecided % self.stride, None, self.stride)
        self._n_undecided += len(true)
        self._true = np.concatenate([self._true, true[kept].astype(np.uint8)])
        self._probabilities = np.concatenate(
            [self._probabilities, probabilities[kept].astype(np.float32)]
        )
        while len(self) > self.most:
            self._true, self._probabilities = self._true[::2], self._probabilities[::2]
            self.stride *= 2

    def report(self, operating_point: tuple[float, ...]) -> PixelReport:
        """Scores where a pixel's class is the one of the highest probability / operating point."""
        confusion = _confusion(self._true, self._probabilities / np.asarray(operating_point))
        return PixelReport(self.classes, self._decided + self.stride * confusion)

    def confusions(self, operating_point: np.ndarray, index: int, grid: np.ndarray) -> np.ndarray:
        """Confusions with each value of `grid` (ascending) as the operating point of class `index`.

        A pixel goes to that class as long as the value lies below its probability, divided by
        the highest quotient of the other classes. So pixels are counted once by this limit, and
        all values of the grid follow by summing up.

        Returns
        -------
        ndarray
            int64 of shape (values, classes, classes).
        """
        n, n_values = len(self.classes), len(grid)
        others = self._probabilities / operating_point
        others[:, index] = -1
        rival = others.argmax(axis=1)
        highest = np.take_along_axis(others, rival[:, np.newaxis], axis=1)[:, 0]
        limit = np.searchsorted(grid, ratio(self._probabilities[:, index], highest))
        groups = np.ravel_multi_index((self._true, rival, limit), (n, n, n_values + 1))
        counts = np.bincount(groups, minlength=n * n * (n_values + 1)).reshape(n, n, -1)
        lost = counts.cumsum(axis=2)[..., :-1]
        confusions = np.moveaxis(lost, 2, 0)
        confusions[:, :, index] = counts.sum(axis=(1, 2)) - confusions.sum(axis=2)
        return self._decided + self.stride * confusions


def choose_operating_point(sample: PixelSample) -> tuple[float, ...]:
    """Choose the operating point of the highest mean F1.

    It holds one value per class; the class of a pixel is then the one of the highest probability /
    value. A network that is trained with weights, or on frames with other shares of the classes,
    gives probabilities that are too high for some classes; the operating point mends this without
    another training. Choose it on frames that are neither trained on nor reported on.

    The value of the first class, the background, is 1: only ratios matter. The others start
    from 1 and are improved one after the other, each set to the best value of a logarithmic grid
    from 1/30 to 30 while the others stay, until a sweep over all changes none. The F1 of every
    value is exact for the sample. The mean F1 never falls; the result is an optimum with respect
    to each value alone, not necessarily the highest of all. Of equally good values, the one
    nearest to 1 is taken. A class without a true pixel keeps 1 and does not count. The same sample
    gives the same operating point.

    Parameters
    ----------
    sample : PixelSample
        Pixels of validation frames.

    Returns
    -------
    tuple of float
        One value per class.
    """
    chosen = np.ones(len(sample.classes))
    present = sample.report(tuple(chosen)).support > 0
    for _ in range(_MOST_SWEEPS):
        before = chosen.copy()
        for index in np.flatnonzero(present[1:]) + 1:
            scores = _mean_f1(sample.confusions(chosen, index, _GRID), present)
            best = _GRID[scores >= scores.max() - 1e-12]
            chosen[index] = best[np.argmin(np.abs(np.log(best)))]
        if np.array_equal(chosen, before):
            break
    return tuple(chosen.tolist())


def _confusion(true: np.ndarray, scores: np.ndarray) -> np.ndarray:
    return confusion_counts(true, scores.argmax(axis=1), scores.shape[1])


def _mean_f1(confusions: np.ndarray, present: np.ndarray) -> np.ndarray:
    """Mean F1 over the classes that occur, for each of the confusions (…, classes, classes)."""
    tp = np.diagonal(confusions, axis1=-2, axis2=-1)
    f1 = ratio(2 * tp, confusions.sum(axis=-1) + confusions.sum(axis=-2))
    return f1[..., present].mean(axis=-1)
