"""Defects of a detector from many of its exposures: what stays, while particles come and go."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ccdseg import arrays
from ccdseg.calibration.defects.defect_map import Defect, DefectMap
from ccdseg.calibration.defects.statistics import statistics_by_strips
from ccdseg.calibration.defects.structure import BOX, SmoothBackground, line_levels, strips_of_boxes
from ccdseg.errors import InputError
from ccdseg.normalization import median_of, sample_of
from ccdseg.normalization.amplifiers import Amplifiers, choose_sections, level

FEWEST = 5
"""Least number of exposures, so that a particle in one of them changes no median much."""

_SIGNIFICANT = 5.0
"""Least excess of a pixel or a line (standard deviations of its median)."""

_LEAST_PIXEL, _LEAST_LINE, _LEAST_GLOW = 0.5, 0.15, 0.3
"""Least excess of a pixel, a line and glow that matters (σ of the noise of an exposure)."""

_MEDIAN_ERROR, _SCATTER_ERROR = 1.2533, 1.17
"""Standard deviations of the median and of the scatter of n values, times √n (σ)."""


def find_defects(
    exposures: Iterable[np.ndarray],
    n_exposures: int,
    *,
    saturation: float = np.inf,
    amplifiers: Amplifiers = None,
) -> DefectMap:
    """Find what stays in exposures of one detector.

    Each exposure is taken above its median. A pixel is hot or dark where its median over the
    exposures differs from the smooth background by five standard deviations of that median, or
    where the median of 32 pixels of its column or row does; the background is glow where it rises
    above most of the image. A particle is in few exposures of a pixel, and changes no median.

    Parameters
    ----------
    exposures : iterable of ndarray
        Signals (ADU) of shape (H, W) each, of one shape; what is not finite is left out. They are
        taken one by one, and held in a temporary file where they are large.
    n_exposures : int
        Number of exposures, at least `FEWEST`.
    saturation : float
        Signal (ADU) from which a pixel is saturated.
    amplifiers : str, sequence of str, tuple of Section, or None
        Sections of amplifiers, brought to one pedestal; as
        `ccdseg.normalization.amplifiers.choose_sections`.

    Returns
    -------
    DefectMap

    Raises
    ------
    InputError
        If there are too few exposures, or they differ in shape.
    """
    if n_exposures < FEWEST:
        raise InputError(
            f"{n_exposures} exposures: give at least {FEWEST}, or particles look like defects."
        )
    stack = _Stack(n_exposures, saturation=saturation, amplifiers=amplifiers)
    for exposure in exposures:
        stack.add(exposure)
    return _find(stack)


class _Stack:
    """Exposures above their pedestals, and which pixels are the same in all of them."""

    def __init__(self, n_exposures: int, *, saturation: float, amplifiers: Amplifiers) -> None:
        self.n_exposures, self.n_added = n_exposures, 0
        self.saturation, self.amplifiers = saturation, amplifiers
        self.values = self.constant = self._first = np.zeros((0, 0))

    def add(self, exposure: np.ndarray) -> None:
        """Add one, of the shape of the others."""
        if self.n_added == 0:
            self.values = arrays.empty((self.n_exposures, *exposure.shape), np.float32)
            self.constant = np.ones(exposure.shape, dtype=bool)
            self._first = arrays.copy_of(exposure)
        if exposure.shape != self.constant.shape:
            raise InputError(
                f"Exposure {self.n_added + 1} has the shape {exposure.shape} and the first one "
                f"{self.constant.shape}; give exposures of one detector."
            )
        levelled = exposure
        if self.amplifiers is not None:
            sections = choose_sections(exposure, self.amplifiers)
            levelled = level(exposure, sections, equal_noise=False)
        pedestal = median_of(levelled)
        target = self.values[self.n_added]
        for rows in arrays.strips(target, exposure, levelled, self._first):
            pixels = exposure[rows]
            self.constant[rows] &= pixels == self._first[rows]
            above = np.where(np.isfinite(pixels), levelled[rows] - pedestal, np.nan)
            target[rows] = np.where(pixels >= self.saturation, np.inf, above)
        self.n_added += 1


def _find(stack: _Stack) -> DefectMap:
    shape = stack.constant.shape
    median, scatter = (arrays.empty(shape, np.float32) for _ in range(2))
    flags = arrays.empty(shape, np.uint8)
    for rows, middle, deviation in statistics_by_strips(stack.values):
        median[rows], scatter[rows] = middle, deviation
    noise = float(np.median(sample_of(scatter))) or 1.0
    background = SmoothBackground.of(median)
    usual = np.float32(np.median(background.by_columns))
    for rows in strips_of_boxes(*shape):
        flags[rows], median[rows] = _judge(
            median[rows] - usual,
            scatter[rows],
            background.rows(rows) - usual,
            dead=stack.constant[rows],
            noise=noise,
            n_exposures=stack.n_exposures,
        )
        arrays.release(median, scatter, flags)
    return DefectMap.of_images(flags, median, scatter, noise=noise, n_exposures=stack.n_exposures)


def _judge(
    level: np.ndarray,
    scatter: np.ndarray,
    smooth: np.ndarray,
    *,
    dead: np.ndarray,
    noise: float,
    n_exposures: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Flags of some rows, and the signal above the background that stays in each pixel (ADU)."""
    flags = np.zeros(level.shape, dtype=np.uint8)
    excess = level - smooth
    saturated = np.isposinf(level)
    excess[saturated] = np.nan
    stays = np.zeros(level.shape, dtype=np.float32)
    usual = np.full(level.shape, noise, dtype=np.float32)
    for axis in (0, 1):
        lines, of_line = (line_levels(image, axis=axis) for image in (excess, scatter))
        np.maximum(usual, of_line, out=usual)
        error = _MEDIAN_ERROR**2 * np.maximum(of_line, noise) / (n_exposures * BOX) ** 0.5
        chosen = np.abs(lines) > np.maximum(_SIGNIFICANT * error, _LEAST_LINE * noise)
        chosen &= np.abs(lines) > np.abs(stays)
        stays[chosen] = lines[chosen]
    error = _MEDIAN_ERROR * np.maximum(scatter, usual) / n_exposures**0.5
    alone = np.abs(excess) > np.maximum(_SIGNIFICANT * error, _LEAST_PIXEL * noise)
    stays[alone] = excess[alone]
    flags[stays > 0] |= np.uint8(Defect.HOT)
    flags[stays < 0] |= np.uint8(Defect.DARK)
    flags[smooth > _LEAST_GLOW * noise] |= np.uint8(Defect.GLOW)
    flags[dead & ~saturated] |= np.uint8(Defect.DEAD)
    most = 1 + _SIGNIFICANT * _SCATTER_ERROR / n_exposures**0.5
    flags[scatter > most * usual] |= np.uint8(Defect.UNSTABLE)
    flags[saturated] |= np.uint8(Defect.SATURATED)
    return flags, stays
