"""False clusters on empty dark frames, by operating point, noise and dark charge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
from scipy import ndimage
from scipy.special import expit, logit
from tqdm import tqdm

from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.errors import InputError
from ccdseg.evaluation.class_scores import scored_class
from ccdseg.mask import EIGHT_CONNECTED

NOISES = (0.2, 0.5, 1.6, 5.0)
"""Noise of a pixel (e⁻) of the empty frames."""

DARK_CHARGES = (0.0, 0.001)
"""Mean dark charge of a pixel (e⁻) of the empty frames."""

GAIN = 3.0
"""Gain (ADU/e⁻) of the empty frames: the geometric middle of the recipe ``general``."""

_PEDESTAL = 1000.0
_LOG_ODDS = np.linspace(-4, 12, 33)


class ChosenThreshold(NamedTuple):
    """Threshold for a false rate.

    Attributes
    ----------
    threshold : float
        Probability, beside the background, from which a pixel is of the class.
    false_rate : float
        False clusters per megapixel that the table expects there, at most.
    """

    threshold: float
    false_rate: float


@dataclass(frozen=True, eq=False)
class FalseRates:
    """False clusters of a class by threshold, one row per noise and dark charge.

    A network that sees frames in units of their noise cannot tell the noise of one frame from that
    of another: in white noise alone its false clusters are as many whatever the noise. What changes
    with the noise is how far one electron of dark charge rises above it. So the rows are by noise
    in electrons.

    Attributes
    ----------
    of : str
        The class.
    thresholds : ndarray
        Probabilities, beside the background, from which a pixel is of the class; ascending.
    noise, dark_charge : ndarray
        Noise and mean dark charge of a pixel (e⁻) of each row.
    counts : ndarray
        False clusters (8-connected) of shape (rows, thresholds).
    megapixels : float
        Million pixels of each row.
    """

    of: str
    thresholds: np.ndarray
    noise: np.ndarray
    dark_charge: np.ndarray
    counts: np.ndarray
    megapixels: float

    @property
    def least_rate(self) -> float:
        """Least rate (1/Mpx) that the table tells: of one cluster, or those that never vanish."""
        return max(1.0, float(self.counts[:, -1].max())) / self.megapixels

    def threshold_for(self, rate: float, noise: float | None) -> ChosenThreshold:
        """Lowest threshold at which no more false clusters than asked are expected.

        The dark charge of a frame is not known: of the rows of one noise the one of the highest
        threshold counts. Between two noises the logarithm of the odds of the threshold is
        interpolated by the logarithm of the noise; beyond them that of the end is taken.

        Parameters
        ----------
        rate : float
            False clusters per megapixel.
        noise : float or None
            Noise of a pixel (e⁻); None where it is not known: of all noises the one of the highest
            threshold counts.

        Returns
        -------
        ChosenThreshold
            Its rate is that asked for, but never below `least_rate`.
        """
        rate = max(rate, self.least_rate)
        noises = np.unique(self.noise)
        needed = [
            max(self._log_odds(row, rate) for row in np.flatnonzero(self.noise == one))
            for one in noises
        ]
        log_odds = (
            max(needed) if noise is None else np.interp(np.log(noise), np.log(noises), needed)
        )
        return ChosenThreshold(float(expit(log_odds)), rate)

    def _log_odds(self, row: int, rate: float) -> float:
        """Logarithm of the odds from which on a row has no more than this rate."""
        places, counts = logit(self.thresholds), self.counts[row]
        allowed = rate * self.megapixels
        above = np.flatnonzero(counts > allowed)
        if not above.size:
            return float(places[0])
        last = min(above[-1], len(places) - 2)
        pair = slice(last, last + 2)
        logarithms = np.log(np.maximum(counts[pair], 0.5))
        return float(np.interp(-np.log(allowed), -logarithms, places[pair]))

    def __str__(self) -> str:
        lines = ["False clusters per megapixel at the threshold, by noise and dark charge (e⁻)"]
        shown = np.arange(0, len(self.thresholds), 4)
        head = "".join(f"{one:>10.4g}" for one in self.thresholds[shown])
        lines.append(f"{'noise':>8}{'dark':>8}{head}")
        rows = zip(self.noise, self.dark_charge, self.counts / self.megapixels, strict=True)
        for noise, dark, rates in rows:
            cells = "".join(f"{rate:>10.3g}" for rate in rates[shown])
            lines.append(f"{noise:>8g}{dark:>8g}{cells}")
        return "\n".join(lines)

    def to_dict(self) -> dict:
        """Everything as plain numbers, ready for JSON."""
        rows = zip(self.noise, self.dark_charge, self.counts, strict=True)
        return {
            "class": self.of,
            "megapixels": self.megapixels,
            "thresholds": [round(float(one), 7) for one in self.thresholds],
            "rows": [
                {"noise": float(noise), "dark_charge": float(dark), "false": counts.tolist()}
                for noise, dark, counts in rows
            ],
        }

    @classmethod
    def from_dict(cls, record: dict) -> FalseRates:
        """Rebuild from `to_dict`.

        Raises
        ------
        InputError
            If this is no such table.
        """
        try:
            rows = record["rows"]
            table = cls(
                record["class"],
                np.array(record["thresholds"], float),
                np.array([row["noise"] for row in rows], float),
                np.array([row["dark_charge"] for row in rows], float),
                np.array([row["false"] for row in rows], float),
                float(record["megapixels"]),
            )
            damaged = table.counts.shape != (len(rows), len(table.thresholds))
            damaged |= len(table.thresholds) < 2 or not (rows and table.megapixels > 0)
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"The table of false rates is damaged ({error!r}).") from None
        if damaged:
            raise InputError(
                "The table of false rates is damaged: its numbers do not fit together."
            )
        return table


def measure_false_rates(
    probabilities_of: Callable[[np.ndarray], np.ndarray],
    operating_point: Sequence[float],
    *,
    classes: ClassCatalogue = CLASSES,
    n_frames: int = 30,
    shape: tuple[int, int] = (512, 512),
    rng: np.random.Generator,
    progress: bool = False,
) -> FalseRates:
    """Count false clusters on simulated frames of white noise and dark charge alone.

    Parameters
    ----------
    probabilities_of : callable
        Maps an image (ADU) of shape (H, W) to probabilities of shape (H, W, classes).
    operating_point : sequence of float
        Operating point of the model; the values of other classes stay.
    classes : ClassCatalogue
        Classes of the model.
    n_frames : int
        Frames of each noise (`NOISES`) and dark charge (`DARK_CHARGES`).
    shape : tuple of int
        Rows and columns of a frame (px).
    rng : numpy.random.Generator
        Source of randomness.
    progress : bool
        Whether to show a progress bar.
    """
    scored = scored_class(classes, None)
    conditions = np.array(list(product(NOISES, DARK_CHARGES)))
    counts = np.zeros((len(conditions), len(_LOG_ODDS)), int)
    frames = np.repeat(np.arange(len(conditions)), n_frames)
    for row in tqdm(frames, desc="Empty frames", unit="frame", disable=not progress):
        noise, dark_charge = conditions[row]
        image = empty_frame(shape, noise=noise, dark_charge=dark_charge, rng=rng)
        probabilities = probabilities_of(image)
        counts[row] += count_clusters(probabilities, operating_point, index=scored.index)
    megapixels = n_frames * shape[0] * shape[1] / 1e6
    return FalseRates(scored.name, expit(_LOG_ODDS), *conditions.T, counts, megapixels)


def empty_frame(
    shape: tuple[int, int], *, noise: float, dark_charge: float, rng: np.random.Generator
) -> np.ndarray:
    """Frame (ADU, float32) of white noise and dark charge (e⁻) alone, of the gain `GAIN`."""
    charge = rng.poisson(dark_charge, shape) + rng.normal(0, noise, shape)
    return (_PEDESTAL + GAIN * charge).astype(np.float32)


def count_clusters(
    probabilities: np.ndarray, operating_point: Sequence[float], *, index: int
) -> np.ndarray:
    """Clusters of a class at each threshold of the table, of shape (thresholds,).

    A pixel is of the class where its probability over the operating point is the highest of all
    classes: below an operating point of its own, which this gives as the logarithm of its odds.
    """
    point = np.asarray(operating_point, np.float64)
    others = np.delete(probabilities / point, index, axis=-1).max(axis=-1)
    tiny = np.finfo(np.float32).tiny
    own = np.log(np.maximum(probabilities[..., index], tiny))
    height = own - np.log(np.maximum(others, tiny) * point[0])
    return np.array([ndimage.label(height > place, EIGHT_CONNECTED)[1] for place in _LOG_ODDS])
