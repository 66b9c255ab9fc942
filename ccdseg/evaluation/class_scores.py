"""Scores of one class against all others in an image."""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass

import numpy as np
from scipy import ndimage

from ccdseg.classes import CLASSES, ClassCatalogue, PixelClass
from ccdseg.evaluation.pixel_scores import pixel_report
from ccdseg.mask import EIGHT_CONNECTED

IMAGE_SCORES = {
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

OBJECT_SCORES = {
    "n_true": "number true",
    "n_predicted": "number predicted",
    "n_found": "true ones found",
    "n_false": "predicted ones that are false",
    "object_recall": "share of true ones found",
    "false_per_megapixel": "false ones per Mpixel",
}
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
    tp, fp, fn, tn : int
        True positive, false positive, false negative and true negative pixels.
    n_true, n_predicted : int
        8-connected objects of the class.
    n_found : int
        True objects that a predicted pixel touches.
    n_false : int
        Predicted objects without a true pixel.
    """

    tp: int
    fp: int
    fn: int
    tn: int
    n_true: int
    n_predicted: int
    n_found: int
    n_false: int

    def __add__(self, other: ImageScores) -> ImageScores:
        return ImageScores(*map(sum, zip(astuple(self), astuple(other), strict=True)))

    @property
    def iou(self) -> float:
        """Intersection over union."""
        return _share(self.tp, self.tp + self.fp + self.fn, otherwise=1.0)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return _share(2 * self.tp, 2 * self.tp + self.fp + self.fn, otherwise=1.0)

    @property
    def dice(self) -> float:
        """Dice coefficient, which for pixels equals F1."""
        return self.f1

    @property
    def accuracy(self) -> float:
        """Share of the pixels that are rightly said to be of the class or not."""
        return _share(self.tp + self.tn, self.n_pixels, otherwise=1.0)

    @property
    def specificity(self) -> float:
        """Share of the pixels of other classes that are not predicted as this one."""
        return _share(self.tn, self.tn + self.fp, otherwise=1.0)

    @property
    def precision(self) -> float:
        """Share of the predicted pixels that are true."""
        return _share(self.tp, self.tp + self.fp, otherwise=float(self.fn == 0))

    @property
    def recall(self) -> float:
        """Share of the true pixels that are predicted."""
        return _share(self.tp, self.tp + self.fn, otherwise=float(self.fp == 0))

    @property
    def count_ratio(self) -> float:
        """Number of predicted over number of true objects."""
        return _share(
            self.n_predicted, self.n_true, otherwise=math.nan if self.n_predicted else 1.0
        )

    @property
    def object_recall(self) -> float:
        """Share of the true objects that are found; NaN without any."""
        return _share(self.n_found, self.n_true, otherwise=math.nan)

    @property
    def false_per_megapixel(self) -> float:
        """Number of false objects per million pixels; NaN without a pixel."""
        return 1e6 * _share(self.n_false, self.n_pixels, otherwise=math.nan)

    @property
    def n_pixels(self) -> int:
        """Number of the pixels that are scored."""
        return self.tp + self.fp + self.fn + self.tn


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
        Pixels to leave out, of shape (H, W), as the ambiguous ones. An object counts where one of
        its pixels is not left out; it is false where it touches neither a true pixel nor one that
        is left out.

    Returns
    -------
    ImageScores

    Raises
    ------
    InputError
        If shapes differ, an index is no class, or there is no such class.
    """
    index = scored_class(classes, of).index
    is_true, is_predicted = np.asarray(true) == index, np.asarray(predicted) == index
    confusion = pixel_report(true, predicted, classes=classes, ignore=ignore).confusion
    tp = int(confusion[index, index])
    fp, fn = (int(confusion.sum(axis=axis)[index]) - tp for axis in (0, 1))
    return ImageScores(
        tp=tp,
        fp=fp,
        fn=fn,
        tn=int(confusion.sum()) - tp - fp - fn,
        **_objects(is_true, is_predicted, ignore),
    )


def scored_class(classes: ClassCatalogue, name: str | None = None) -> PixelClass:
    """Class of a name; without one that of particles, and where there is none the last.

    Raises
    ------
    InputError
        If there is no class of that name.
    """
    return classes[name] if name else classes.particles or classes[-1]


def _objects(true: np.ndarray, predicted: np.ndarray, ignore: np.ndarray | None) -> dict[str, int]:
    """Numbers of objects of two boolean masks, as in `ImageScores`."""
    ignore = np.zeros(true.shape, dtype=bool) if ignore is None else ignore
    true_labels, _ = ndimage.label(true, EIGHT_CONNECTED)
    labels, _ = ndimage.label(predicted, EIGHT_CONNECTED)
    counted = np.unique(true_labels[true & ~ignore])
    scored = np.unique(labels[predicted & ~ignore])
    return {
        "n_true": len(counted),
        "n_predicted": len(scored),
        "n_found": len(np.intersect1d(counted, true_labels[true & predicted])),
        "n_false": len(np.setdiff1d(scored, labels[predicted & (true | ignore)])),
    }


def _share(part: int, whole: int, *, otherwise: float) -> float:
    return part / whole if whole else otherwise
