"""How good masks are, image by image, for one class against all others."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import astuple, dataclass

import numpy as np
from astropy import units as u
from astropy.table import QTable
from scipy import ndimage

from ccdseg.classes import CLASSES, ClassCatalogue, PixelClass
from ccdseg.connected import TOUCHING
from ccdseg.errors import InputError
from ccdseg.evaluation.common import plain
from ccdseg.evaluation.pixels import pixel_report

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

_TITLES = SCORES | COUNTS
_SHOWN = {
    "mean": "mean",
    "standard_deviation": "std",
    "median": "median",
    "pooled": "pooled",
    "n_images": "images",
}


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
        Pixels to leave out, of shape (H, W): the unclear ones for the *clear* scores. An object
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
    labels, number = ndimage.label(chosen, TOUCHING)
    if ignore is None:
        return int(number)
    return len(np.unique(labels[chosen & ~ignore]))


def _share(part: int, whole: int, *, otherwise: float) -> float:
    return part / whole if whole else otherwise


@dataclass(frozen=True)
class ImageRow:
    """Scores of one image by one method.

    Attributes
    ----------
    group : str
        Set that the image belongs to.
    image : str
        Its name.
    method : str
        What predicted the mask.
    shape : tuple of int
        Rows and columns (px).
    strict : ImageScores
        Scores of all pixels.
    clear : ImageScores or None
        Without the pixels that no method can decide; None where they are not known.
    """

    group: str
    image: str
    method: str
    shape: tuple[int, int]
    strict: ImageScores
    clear: ImageScores | None = None


class ImageTable:
    """Scores of one class, image by image; no image is held.

    Parameters
    ----------
    name : str
        Name of the class.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.rows: list[ImageRow] = []

    def add(self, row: ImageRow) -> None:
        """Add an image."""
        self.rows.append(row)

    def parts(self) -> Iterator[tuple[tuple[str, str, str], list[ImageScores]]]:
        """Scores of the images by (group, method, pixels), pixels being ``all`` or ``clear``."""
        keys = dict.fromkeys((row.group, row.method) for row in self.rows)
        for key in keys:
            rows = [row for row in self.rows if (row.group, row.method) == key]
            yield (*key, "all"), [row.strict for row in rows]
            if all(row.clear for row in rows):
                yield (*key, "clear"), [row.clear for row in rows]

    def to_table(self) -> QTable:
        """One row per image and method: where it is from, its size, counts and scores.

        Columns that begin with ``clear_`` are of the pixels that can be decided: NaN where they are
        not known, and left out where they are known for no image.
        """
        table = QTable(meta={"class": self.name})
        for title, key in {"set": "group", "image": "image", "method": "method"}.items():
            table[title] = np.array([getattr(row, key) for row in self.rows], dtype=str)
        for axis, title in enumerate(("rows", "columns")):
            lengths = [row.shape[axis] for row in self.rows]
            table[title] = u.Quantity(lengths, u.pix, dtype=np.int64)
        for prefix, key in {"": "strict", "clear_": "clear"}.items():
            scores = [getattr(row, key) for row in self.rows]
            for name in (*COUNTS, *SCORES) if any(scores) else ():
                table[prefix + name] = [getattr(one, name, math.nan) for one in scores]
        return table

    def summary(self) -> QTable:
        """Mean, standard deviation and median over the images, and the score of all pixels pooled.

        Returns
        -------
        astropy.table.QTable
            One row per set, method, pixels (``all`` or ``clear``) and score: ``n_images`` with a
            value, their ``mean``, ``standard_deviation`` and ``median``, NaN without any; and
            ``pooled``, the score of the pixels or objects of all images together.
        """
        rows = []
        for (group, method, pixels), scores in self.parts():
            pooled = sum(scores[1:], scores[0])
            for name in _TITLES:
                values = np.array([getattr(one, name) for one in scores], dtype=float)
                labels = {"set": group, "method": method, "pixels": pixels, "score": name}
                rows.append(labels | _spread(values) | {"pooled": float(getattr(pooled, name))})
        if not rows:
            raise InputError("No image was scored; add at least one.")
        return QTable(rows=rows, meta={"class": self.name})

    def to_dict(self, group: str) -> dict:
        """Summary of one set of images by method, pixels and score, ready for JSON."""
        found: dict[str, dict] = {}
        for row in self.summary():
            if row["set"] == group:
                pixels = found.setdefault(str(row["method"]), {}).setdefault(str(row["pixels"]), {})
                pixels[str(row["score"])] = {name: plain(row[name]) for name in _SHOWN}
        return found

    def to_text(self, group: str) -> str:
        """Summary of one set of images, one row per score and a block per method."""
        table = self.summary()
        table = table[table["set"] == group]
        blocks = []
        for method, pixels in dict.fromkeys(zip(table["method"], table["pixels"], strict=True)):
            title = f"{method}, {'all pixels' if pixels == 'all' else pixels}"
            lines = [f"{title:<30}{''.join(f'{name:>12}' for name in _SHOWN.values())}"]
            for row in table[(table["method"] == method) & (table["pixels"] == pixels)]:
                cells = "".join(f"{_cell(row[name]):>12}" for name in _SHOWN)
                lines.append(f"{_TITLES[row['score']]:<30}{cells}")
            blocks.append("\n".join(lines))
        return "\n\n".join(blocks)


def _spread(values: np.ndarray) -> dict:
    """Mean, standard deviation (of these images, not of others) and median of what is a number."""
    held = values[np.isfinite(values)]
    some = len(held) > 0
    return {
        "n_images": len(held),
        "mean": float(held.mean()) if some else math.nan,
        "standard_deviation": float(held.std()) if some else math.nan,
        "median": float(np.median(held)) if some else math.nan,
    }


def _cell(value: float) -> str:
    if math.isnan(value):
        return "–"
    return f"{value:,}" if isinstance(value, np.integer) else f"{value:,.4f}"
