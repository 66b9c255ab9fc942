"""Steps in the level or the noise along an axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from ccdseg.normalization.amplifiers.profiles import SIGMA, deviation, joined, median, without_lines

REACH = 32
"""Pixels on each side of a seam from which its step is measured."""

NEXT_EDGE = 6
"""Pixels within which a sharp edge is the seam itself."""

_SHARP_EDGE = 5.0  # standard deviations of the change from one position to the next
_LEAST_CONSISTENT = 0.75  # share of the bands that show the same step
_ALIKE = 0.2  # of a step, by which one band may differ
_DROP = 0.5  # of a step, by which the far end of a block falls
_LEAST_ERROR = 0.1  # of the least step


@dataclass(frozen=True)
class Step:
    """A step at a seam.

    Attributes
    ----------
    size : float
        Step of the profile (ADU).
    significance : float
        Size over its standard deviation.
    """

    size: float
    significance: float


@dataclass(frozen=True, eq=False)
class Profile:
    """Level or noise along an axis, in one group of bands across it.

    Attributes
    ----------
    line : ndarray
        All bands joined (ADU), finite.
    bands : ndarray
        ADU, shape (bands, positions).
    least_step : float
        Size from which a step counts (ADU).
    other_edges : ndarray, optional
        Sharp edges of another quantity of the same bands.
    """

    line: np.ndarray
    bands: np.ndarray
    least_step: float
    other_edges: np.ndarray | None = None

    @classmethod
    def of(
        cls, bands: np.ndarray, least_step: float, other_edges: np.ndarray | None = None
    ) -> Profile:
        """Profile whose line has no narrow outliers, as hot columns are."""
        return cls(without_lines(joined(bands)), bands, least_step, other_edges)

    @cached_property
    def sharp_edges(self) -> np.ndarray:
        """First positions after abrupt changes, and the two ends."""
        change = self._change
        sharp = np.abs(change - median(change)) > max(
            _SHARP_EDGE * deviation(change), self.least_step
        )
        edges = np.concatenate([[0], np.flatnonzero(sharp) + 1, [self.line.size]])
        return edges if self.other_edges is None else np.union1d(edges, self.other_edges)

    @cached_property
    def _change(self) -> np.ndarray:
        return np.diff(self.line)

    @cached_property
    def _white(self) -> float:
        """Scatter from position to position."""
        return deviation(self._change) / 2**0.5

    @cached_property
    def _smooth_scatter(self) -> float:
        """Scatter of steps where there are none: slopes, glow and fringes, noise along the axis."""
        change = self._change.copy()
        change[self.sharp_edges[1:-1] - 1] = 0
        found = all_steps(np.cumsum(change), REACH)
        found = found[np.isfinite(found)]
        return deviation(found) if found.size > REACH else 0.0

    def sides(self, seam: int) -> tuple[int, int]:
        """Positions of the last sharp edge before the seam and of the first after it."""
        edges = self.sharp_edges
        before, after = edges[edges <= seam - NEXT_EDGE], edges[edges >= seam + NEXT_EDGE]
        return int(before.max(initial=0)), int(after.min(initial=self.line.size))

    def step(self, seam: int) -> Step:
        """Step at a seam, which counts for nothing where it is not sharp."""
        start, end = self.sides(seam)
        size = step_size(self.line, seam, start, end)
        error = max(self.error(seam), self._smooth_scatter)
        if abs(size) < self.least_step or not self.is_sharp(seam, size):
            return Step(size, 0.0)
        return Step(size, size / error)

    def error(self, seam: int) -> float:
        """Standard deviation of a step at a seam by the scatter from position to position (ADU)."""
        start, end = self.sides(seam)
        near = self._change[max(seam - REACH, start) : min(seam + REACH, end) - 1]
        white = max(self._white, deviation(near) / 2**0.5)
        error = white * error_factor(seam - start, end - seam)
        return max(error, _LEAST_ERROR * self.least_step)

    def is_block(self, seam: int, size: float, ends: Sequence[float]) -> bool:
        """Whether the brighter side of a step ends in a drop that is none of the ends of parts."""
        start, end = self.sides(seam)
        far, outward = (start, -1) if size < 0 else (end, 1)
        if not ends[0] < far < ends[-1] or min(abs(far - end) for end in ends) <= NEXT_EDGE:
            return False
        return outward * self._change[far - 1] < -_DROP * abs(size)

    def is_sharp(self, seam: int, size: float) -> bool:
        """Whether the step happens between two positions, give or take one."""
        near = self.line[seam : seam + 2].mean() - self.line[seam - 2 : seam].mean()
        return bool(abs(near - size) <= 0.4 * abs(size) + 3 * self._white)

    def is_consistent(self, seam: int, size: float) -> bool:
        """Whether the step is the same along the seam, and the sides stay apart beyond it."""
        return self._stays(seam, size) and self._share(seam, size) >= _LEAST_CONSISTENT

    def _share(self, seam: int, size: float) -> float:
        """Share of the bands that show the step."""
        start, end = self.sides(seam)
        factor = error_factor(seam - start, end - seam)
        alike = []
        for band in self.bands:
            if np.isnan(band[seam - 2 : seam + 2]).sum() > 2:
                continue
            line = without_lines(band)
            error = factor * deviation(np.diff(line)) / 2**0.5
            difference = abs(step_size(line, seam, start, end) - size)
            alike.append(difference <= max(3 * error, _ALIKE * abs(size)))
        return float(np.mean(alike)) if alike else 0.0

    def _stays(self, seam: int, size: float) -> bool:
        """Whether the step is still there beyond close sharp edges, as of strips or wide lines."""
        start, end = self.sides(seam)
        if seam - start >= REACH and end - seam >= REACH:
            return True
        before = self.line[max(start - REACH, 0) : start] if seam - start < REACH else ()
        after = self.line[end : end + REACH] if end - seam < REACH else ()
        before = before if len(before) else self.line[start:seam]
        after = after if len(after) else self.line[seam:end]
        beyond = median(after) - median(before)
        return beyond * size > 0 and abs(beyond) >= 0.5 * abs(size)


def step_size(profile: np.ndarray, seam: int, start: int, end: int) -> float:
    """Step at a seam between straight lines through both sides.

    Parameters
    ----------
    profile : ndarray
        Level at each position, finite.
    seam : int
        First position after the seam.
    start, end : int
        Positions from which the sides reach.

    Returns
    -------
    float
        Step of the profile across the seam.
    """
    before = profile[max(start, seam - REACH) : seam][::-1]
    after = profile[seam : min(end, seam + REACH)]
    return _at_seam(after) - _at_seam(before)


def _at_seam(side: np.ndarray) -> float:
    """Value at the seam of the line through one side, from the seam on, without outliers."""
    if side.size < REACH // 2:
        return float(side[_typical(side - median(side))].mean()) if side.size else 0.0
    half = side.size // 2
    near, far = median(side[:half]), median(side[half:])
    distance = np.arange(side.size) + 0.5
    slope = (far - near) / (side.size - half)
    kept = _typical(side - near - slope * (distance - half / 2))
    if kept.all():
        return float(_towards_seam(side.size) @ side)
    return float(np.polynomial.polynomial.polyfit(distance[kept], side[kept], 1)[0])


def _typical(residual: np.ndarray) -> np.ndarray:
    """Mask of residuals that are no outliers."""
    centred = np.abs(residual - median(residual))
    return centred <= 5 * SIGMA * median(centred)


def all_steps(profile: np.ndarray, reach: int) -> np.ndarray:
    """Step at every position that has `reach` pixels on both sides; NaN at the others."""
    weights = _towards_seam(reach)
    result = np.full(profile.size, np.nan)
    if profile.size >= 2 * reach:
        kernel = np.concatenate([-weights[::-1], weights])
        result[reach : profile.size - reach + 1] = np.correlate(profile, kernel, mode="valid")
    return result


@lru_cache
def error_factor(before: int, after: int) -> float:
    """Error of `step_size` with sides of these sizes, in units of that of one position."""
    weights = [_towards_seam(min(size, REACH)) for size in (before, after)]
    return float(np.sqrt(sum(weight @ weight for weight in weights)))


@lru_cache
def _towards_seam(size: int) -> np.ndarray:
    """Weights of the pixels of a side, from the seam on, for the line through them at the seam.

    Of fewer than half as many as are usual, the mean: a slope of so few would be noise.
    """
    if size < REACH // 2:
        return np.full(size, 1 / max(size, 1))
    distance = np.arange(size) + 0.5
    return np.linalg.pinv(np.stack([np.ones(size), distance], axis=1))[0]
