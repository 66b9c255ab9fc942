"""How good masks are, image by image, for one class against all others."""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass

import numpy as np
from scipy import ndimage

from ccdseg.classes import CLASSES, ClassCatalogue, PixelClass
from ccdseg.evaluation.pixels import pixel_report
from ccdseg.mask import EIGHT_CONNECTED

SCORES = {
    "iou": "IoU",
    "dice": "Dice",
    "accuracy": "pixel accuracy",
    "specificity": "specificity",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "count_ratio": "number predicted / true",
}
"""Titles of the scores of an image by their names."""

COUNTS = {"n_predicted": "number predicted", "n_true": "number true"}
"""Titles of the numbers of connected objects of an image by their names."""


@dataclass(frozen=True)
class ImageScores:
    """Scores of one class in an image, or in several: those of two images add up.

    Every score of pixels is defined for every image. Where the class is neither true nor predicted,
    all is right: IoU, Dice, F1, precision and recall are 1. Where it is only predicted or only
    true, they are 0, precision without a predicted pixel and recall without a true one among them.
    Specificity is 1 where every pixel is of the class. The ratio of counts is 1 where both are 0,
    and NaN where objects were predicted in an image without a true one: no finite number says how
    wrong that is, so means leave it out; it counts in the sum of several images.

    Attributes
    ----------
    hits, false, missed, rejected : int
        Pixels that are of the class and predicted as it; only predicted; only true; neither.
    n_predicted, n_true : int
        8-connected objects of the class.
    """

    hits: int
    false: int
    missed: int
    rejected: int
    n_predicted: int
    n_true: int

    def __add__(self, other: ImageScores) -> ImageScores:
        return ImageScores(*map(sum, zip(astuple(self), astuple(other), strict=True)))

    @property
    def iou(self) -> float:
        """Intersection over union."""
        return _share(self.hits, self.hits + self.false + self.missed, otherwise=1.0)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return _share(2 * self.hits, 2 * self.hits + self.false + self.missed, otherwise=1.0)

    @property
    def dice(self) -> float:
        """Dice coefficient, which for pixels equals F1."""
        return self.f1

    @property
    def accuracy(self) -> float:
        """Share of the pixels that are rightly said to be of the class or not."""
        return _share(self.hits + self.rejected, sum(astuple(self)[:4]), otherwise=1.0)

    @property
    def specificity(self) -> float:
        """Share of the pixels of other classes that are not predicted as this one."""
        return _share(self.rejected, self.rejected + self.false, otherwise=1.0)

    @property
    def precision(self) -> float:
        """Share of the predicted pixels that are true."""
        return _share(self.hits, self.hits + self.false, otherwise=float(self.missed == 0))

    @property
    def recall(self) -> float:
        """Share of the true pixels that are predicted."""
        return _share(self.hits, self.hits + self.missed, otherwise=float(self.false == 0))

    @property
    def count_ratio(self) -> float:
        """Number of predicted over number of true objects."""
        return _share(
            self.n_predicted, self.n_true, otherwise=math.nan if self.n_predicted else 1.0
        )


def score_image(
    true: np.ndarray,
    predicted: np.ndarray,
    *,
    classes: ClassCatalogue = CLASSES,
    of: str | None = None,
    ignore: np.ndarray | None = None,
) -> ImageScores:
    """Score one class of a predicted mask.

    Parameters
    ----------
    true, predicted : ndarray
        Class indices of shape (H, W).
    classes : ClassCatalogue
        Names of the indices.
    of : str, optional
        Name of the class; by default that of `scored_class`.
    ignore : ndarray of bool, optional
        Pixels to leave out, of shape (H, W): the ambiguous ones for the *clear* scores. An object
        counts where one of its pixels is not left out.

    Returns
    -------
    ImageScores

    Raises
    ------
    InputError
        Where shapes differ, an index is no class, or there is no such class.
    """
    index = scored_class(classes, of).index
    confusion = pixel_report(true, predicted, classes=classes, ignore=ignore).confusion
    hits = int(confusion[index, index])
    false, missed = (int(confusion.sum(axis=axis)[index]) - hits for axis in (0, 1))
    return ImageScores(
        hits=hits,
        false=false,
        missed=missed,
        rejected=int(confusion.sum()) - hits - false - missed,
        n_predicted=_count(np.asarray(predicted) == index, ignore),
        n_true=_count(np.asarray(true) == index, ignore),
    )


def scored_class(classes: ClassCatalogue, name: str | None = None) -> PixelClass:
    """Class of a name; without one that of particles, and where there is none the last.

    Raises
    ------
    InputError
        Where there is no class of that name.
    """
    return classes[name] if name else classes.particles or classes[-1]


def _count(chosen: np.ndarray, ignore: np.ndarray | None) -> int:
    labels, number = ndimage.label(chosen, EIGHT_CONNECTED)
    if ignore is None:
        return int(number)
    return len(np.unique(labels[chosen & ~ignore]))


def _share(part: int, whole: int, *, otherwise: float) -> float:
    return part / whole if whole else otherwise
