"""Differences of neighbouring sections, measured across the seam between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import permutations
from typing import NamedTuple

import numpy as np

from ccdseg.arrays import copy_of
from ccdseg.normalization.amplifiers.level_steps import REACH, Profile, step_size
from ccdseg.normalization.amplifiers.profiles import (
    deviation,
    filled,
    joined,
    median,
    profiles,
    typical_noise,
)
from ccdseg.normalization.amplifiers.section import Section, Sections

_LEAST_SHARED = 8  # px of a border from which differences are measured
_WEAK = 1e-6  # weight of a guess beside that of a seam


class Difference(NamedTuple):
    """By how much a quantity is larger in one section than in another.

    Attributes
    ----------
    before, after : int
        Numbers of the sections; the second one is the one with more, where `size` is above 0.
    size : float
        Difference.
    error : float
        Its standard deviation, above 0.
    """

    before: int
    after: int
    size: float
    error: float


class Border(NamedTuple):
    """Level and noise of two sections up to 32 px from the seam between them.

    Attributes
    ----------
    before, after : int
        Numbers of the sections.
    seam : int
        Position of the seam in the profiles.
    level, noise : ndarray
        Profiles across the seam (ADU) in bands along it, of shape (bands, positions).
    """

    before: int
    after: int
    seam: int
    level: np.ndarray
    noise: np.ndarray

    def pedestal(self, expected: float, *, light: float) -> Difference:
        """Step of the level at the seam (ADU): light is the same on both sides of it.

        A hot line beside the seam misleads: a narrow one the change from one pixel to the next, a
        wide one the lines through both sides. Of these, and of the step between what lies beyond
        close sharp edges, the one nearest to `expected` counts, where they disagree. Between
        several hot lines all of them may be wrong: a step that light cannot explain is none.

        Parameters
        ----------
        expected : float
            Difference of the medians of the sections (ADU).
        light : float
            By how much light can make that differ from the step (ADU): the range of the signal in
            both sections.
        """
        line = joined(self.level)
        line = np.concatenate([filled(line[: self.seam]), filled(line[self.seam :])])
        profile = Profile(line, self.level, least_step=typical_noise(self.noise) or 1.0)
        sizes = [profile.step(self.seam).size]
        if not profile.is_sharp(self.seam, sizes[0]):
            sizes.append(float(line[self.seam] - line[self.seam - 1]))
        start, end = profile.sides(self.seam)
        start = start if self.seam - start < REACH // 2 and start else self.seam
        end = end if end - self.seam < REACH // 2 and end < line.size else self.seam
        if start < end:
            beyond = np.concatenate([line[:start], line[end:]])
            sizes.append(step_size(beyond, start, 0, beyond.size))
        size = min(sizes, key=lambda one: abs(one - expected))
        if abs(size - expected) > light:
            return Difference(self.before, self.after, expected, light)
        return Difference(self.before, self.after, size, profile.error(self.seam))

    def log_noise(self) -> Difference:
        """Logarithm of the ratio of the noises at the seam."""
        sides = [
            part[part > 0] for part in (self.noise[:, : self.seam], self.noise[:, self.seam :])
        ]
        if not all(side.size for side in sides):
            return Difference(self.before, self.after, 0.0, 1 / _WEAK)
        values = [median(side) for side in sides]
        errors = [
            1.25 * max(deviation(side), 1e-3 * value) / value / side.size**0.5
            for side, value in zip(sides, values, strict=True)
        ]
        size = float(np.log(values[1] / values[0]))
        return Difference(self.before, self.after, size, float(np.hypot(*errors)))


def find_borders(
    frame: np.ndarray, sections: Sections, scale: Callable[[int, np.ndarray], None]
) -> Iterator[Border]:
    """Borders of a frame at which both sections have finite pixels.

    Parameters
    ----------
    frame : ndarray
        Signal (ADU) of shape (H, W); what is not finite is left out.
    sections : tuple of Section
        Sections of it.
    scale : callable
        Changes pixels of a section, float32, in place before they are measured; takes the number of
        the section and the pixels.

    Yields
    ------
    Border
    """
    for before, after in permutations(range(len(sections)), 2):
        for axis in (0, 1):
            shared = _shared(sections[before], sections[after], axis)
            if shared is None:
                continue
            patches = []
            sides = _sides(sections[before], sections[after], axis)
            for index, side in zip((before, after), sides, strict=True):
                area = (side, shared) if axis == 0 else (shared, side)
                patch = copy_of(frame[area]).astype(np.float32)
                scale(index, patch)
                patches.append(patch)
            if all(np.isfinite(patch).any() for patch in patches):
                measured = profiles(np.concatenate(patches, axis=axis), axis)
                yield Border(before, after, patches[0].shape[axis], *measured)


def solve(
    differences: Sequence[Difference], guesses: Sequence[float], *, reference: int
) -> np.ndarray:
    """Value of each section above that of the reference, by least squares.

    Parameters
    ----------
    differences : sequence of Difference
        Measured differences.
    guesses : sequence of float
        Value of each section, which decides where no border leads to it.
    reference : int
        Number of the section that has 0.

    Returns
    -------
    ndarray
        float64, one value per section.
    """
    weak = [
        Difference(reference, index, guess - guesses[reference], 1 / _WEAK)
        for index, guess in enumerate(guesses)
        if index != reference
    ]
    equations = [*differences, *weak]
    matrix = np.zeros((len(equations), len(guesses)))
    for row, one in zip(matrix, equations, strict=True):
        row[one.after], row[one.before] = 1 / one.error, -1 / one.error
    values = np.array([one.size / one.error for one in equations])
    solution = np.linalg.lstsq(matrix, values, rcond=1e-12)[0]
    return solution - solution[reference]


def _shared(before: Section, after: Section, axis: int) -> slice | None:
    """Lines along which a section ends where the other one starts; None where it does not."""
    if before.area[axis].stop != after.area[axis].start:
        return None
    along = [one.image_area[1 - axis] for one in (before, after)]
    first, end = max(part.start for part in along), min(part.stop for part in along)
    return slice(first, end) if end - first >= _LEAST_SHARED else None


def _sides(before: Section, after: Section, axis: int) -> tuple[slice, slice]:
    """The last positions of the image of a section, and the first of that of the one after it."""
    one, other = before.image_area[axis], after.image_area[axis]
    return (
        slice(max(one.start, one.stop - REACH), one.stop),
        slice(other.start, min(other.stop, other.start + REACH)),
    )
