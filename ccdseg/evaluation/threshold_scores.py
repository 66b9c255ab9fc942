"""Efficiency and false rate of a model at other operating points of one class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from astropy import units as u
from astropy.table import QTable
from scipy.special import logit

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.errors import InputError
from ccdseg.evaluation.class_scores import ImageScores, score_image, scored_class
from ccdseg.evaluation.counting import check_probabilities, plain

THRESHOLDS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.998)
"""Probabilities, against that of the background, from which a pixel is of the class."""

_NOTHING = ImageScores(*[0] * 8)


def threshold_of(operating_point: Sequence[float], index: int) -> float:
    """Probability from which a pixel is of a class rather than of the background.

    Parameters
    ----------
    operating_point : sequence of float
        One number per class.
    index : int
        The class.
    """
    return operating_point[index] / (operating_point[index] + operating_point[0])


def with_threshold(
    operating_point: Sequence[float], index: int, threshold: float
) -> tuple[float, ...]:
    """Operating point at which a class begins at another probability, beside the background.

    Parameters
    ----------
    operating_point : sequence of float
        One number per class.
    index : int
        The class, not 0, the background.
    threshold : float
        Probability above 0 and below 1.
    """
    changed = list(operating_point)
    changed[index] = operating_point[0] * threshold / (1 - threshold)
    return tuple(changed)


class ThresholdScores:
    """Scores of one class at each of `THRESHOLDS`, added up frame by frame.

    Parameters
    ----------
    operating_point : sequence of float
        Operating point of the model; the values of other classes stay.
    classes : ClassCatalogue
        Classes of the model.
    of : str, optional
        The class; by default that of `scored_class`.
    """

    def __init__(
        self,
        operating_point: Sequence[float],
        *,
        classes: ClassCatalogue = CLASSES,
        of: str | None = None,
    ) -> None:
        self.classes = classes
        self.scored = scored_class(classes, of)
        self.operating_point = tuple(operating_point)
        self.scores = dict.fromkeys(THRESHOLDS, _NOTHING)

    def add(
        self, true: np.ndarray, probabilities: np.ndarray, *, ignore: np.ndarray | None = None
    ) -> None:
        """Add a frame.

        Parameters
        ----------
        true : ndarray
            Class indices of shape (H, W).
        probabilities : ndarray
            Probabilities of shape (H, W, classes).
        ignore : ndarray of bool, optional
            Ambiguous pixels to leave out, of shape (H, W).
        """
        check_probabilities(true, probabilities, self.classes)
        named = {"classes": self.classes, "of": self.scored.name, "ignore": ignore}
        for threshold in THRESHOLDS:
            point = with_threshold(self.operating_point, self.scored.index, threshold)
            mask = np.argmax(probabilities / np.asarray(point, np.float32), axis=-1)
            self.scores[threshold] += score_image(true, mask.astype(np.uint8), **named)

    def to_table(self) -> QTable:
        """One row per threshold: ``threshold``, and scores of pixels and objects.

        ``recall`` and ``precision`` are of pixels; ``efficiency`` is the share of the true objects
        of which a pixel is found, ``false_rate`` the number of false objects per megapixel.
        """
        table = QTable()
        table["threshold"] = THRESHOLDS
        columns = {
            "recall": "recall",
            "precision": "precision",
            "efficiency": "object_recall",
            "false_rate": "false_per_megapixel",
        }
        for name, score in columns.items():
            table[name] = [float(getattr(scores, score)) for scores in self.scores.values()]
        table["false_rate"] /= u.Mpix
        return table

    def to_dict(self) -> dict:
        """Class and rows of the table as plain numbers, ready for JSON."""
        rows = [
            {name: plain(getattr(row[name], "value", row[name])) for name in row.colnames}
            for row in self.to_table()
        ]
        return {"class": self.scored.name, "rows": rows}


def scores_at(table: dict, threshold: float) -> dict[str, float | None]:
    """Scores between two thresholds of a table, by the logarithm of the odds.

    Parameters
    ----------
    table : dict
        As from `ThresholdScores.to_dict`.
    threshold : float
        Probability; one beyond the table gets the scores of its end.

    Returns
    -------
    dict of str to float or None
        ``recall``, ``precision``, ``efficiency`` and ``false_rate`` (1/Mpx); None for unknown ones.

    Raises
    ------
    InputError
        If this is no such table.
    """
    try:
        rows = table["rows"]
        places = logit([row["threshold"] for row in rows])
        names = [name for name in rows[0] if name != "threshold"]
        values = {
            name: np.array([np.nan if row[name] is None else row[name] for row in rows], float)
            for name in names
        }
    except (KeyError, TypeError, IndexError, ValueError) as error:
        raise InputError(f"The table of thresholds is damaged ({error!r}).") from None
    place = logit(threshold)
    return {name: plain(float(np.interp(place, places, column))) for name, column in values.items()}
