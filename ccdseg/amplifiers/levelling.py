"""Sections of a frame brought to one pedestal and one noise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from ccdseg.amplifiers.profiles import filled, joined, profiles, typical_noise
from ccdseg.amplifiers.section import Section, Sections
from ccdseg.amplifiers.statistics import SAMPLE_SIZE, measured
from ccdseg.amplifiers.steps import REACH, Profile

_LEAST_SHARED = 8  # px of a border from which its step is measured
_ALIKE = 0.05  # relative difference of two noises that is none
_NOISE_ERROR = 1.2  # relative error of the noise of one pixel
_WEAK = 1e-6  # weight of the medians beside that of a seam


@dataclass(frozen=True)
class Correction:
    """Correction of a section: (signal − level) × factor + level − offset.

    Attributes
    ----------
    level : float
        Median of the section (ADU).
    factor : float
        Noise of the reference section over that of this one.
    offset : float
        Pedestal (ADU) above that of the reference section.
    """

    level: float
    factor: float = 1.0
    offset: float = 0.0

    def apply(self, pixels: np.ndarray) -> None:
        """Correct pixels (ADU) of the section, float32, in place."""
        if self.factor != 1:
            pixels -= np.float32(self.level)
            pixels *= np.float32(self.factor)
            pixels += np.float32(self.level - self.offset)
        elif self.offset:
            pixels -= np.float32(self.offset)


def level(frame: np.ndarray, sections: Sections, *, equal_noise: bool = True) -> np.ndarray:
    """Bring all sections to the pedestal and the noise of the largest one.

    The pedestals differ by what the signal steps by across the seams, by least squares over all of
    them; light that lies over a seam, as glow, is the same on both sides and stays.

    Parameters
    ----------
    frame : ndarray
        Signal (ADU) of shape (H, W); what is not finite stays so.
    sections : tuple of Section
        Sections of it, as from `find_sections` or `parse_sections`.
    equal_noise : bool
        Whether the signal of a section is scaled too, so that its noise is that of the largest
        section: so that a network sees all alike. Without, charges keep their size.

    Returns
    -------
    ndarray
        float32 of shape (H, W); the frame itself where there is only one section.
    """
    if len(sections) < 2:
        return frame
    levelled = np.array(frame, dtype=np.float32)
    for section, correct in zip(
        sections, corrections(frame, sections, equal_noise=equal_noise), strict=True
    ):
        correct.apply(levelled[section.area])
    return levelled


def corrections(
    frame: np.ndarray, sections: Sections, *, equal_noise: bool = True
) -> list[Correction]:
    """Corrections of all sections, as `level` applies them.

    Parameters
    ----------
    frame, sections, equal_noise
        As for `level`.

    Returns
    -------
    list of Correction
        In the order of the sections; the largest is left as it is.
    """
    if any(np.isnan(one.level) for one in sections):
        sections = measured(frame, sections)
    reference = max(sections, key=lambda section: section.n_pixels)
    known = [Correction(np.nan_to_num(one.level)) for one in sections]
    if equal_noise:
        known = [
            Correction(each.level, _factor(one, reference))
            for each, one in zip(known, sections, strict=True)
        ]
    offsets = _offsets(frame, sections, known, sections.index(reference))
    return [
        Correction(each.level, each.factor, float(offset))
        for each, offset in zip(known, offsets, strict=True)
    ]


def _factor(section: Section, reference: Section) -> float:
    """Noise of the reference over that of a section; 1 where the two are alike."""
    if not (section.noise > 0 and reference.noise > 0):
        return 1.0
    n_pixels = [min(one.n_pixels, SAMPLE_SIZE) for one in (section, reference)]
    error = _NOISE_ERROR * sum(1 / n for n in n_pixels) ** 0.5
    alike = abs(section.noise / reference.noise - 1) < max(_ALIKE, 4 * error)
    return 1.0 if alike else reference.noise / section.noise


def _offsets(
    frame: np.ndarray, sections: Sections, known: list[Correction], reference: int
) -> np.ndarray:
    """Pedestal of each section above that of the reference (ADU), by least squares."""
    rows, values = [], []
    for index, one in enumerate(known):  # where no seam leads to, the medians decide
        row = np.zeros(len(sections))
        row[index], row[reference] = _WEAK, row[reference] - _WEAK
        rows.append(row)
        values.append(_WEAK * (one.level - known[reference].level))
    for before, after, size, error in _seams(frame, sections, known):
        row = np.zeros(len(sections))
        row[after], row[before] = 1 / error, -1 / error
        rows.append(row)
        values.append(size / error)
    offsets = np.linalg.lstsq(np.array(rows), np.array(values), rcond=1e-12)[0]
    return offsets - offsets[reference]


def _seams(
    frame: np.ndarray, sections: Sections, known: list[Correction]
) -> Iterator[tuple[int, int, float, float]]:
    """Sections before and after each seam, its step and the error of that (ADU)."""
    for before, after in permutations(range(len(sections)), 2):
        for axis in (0, 1):
            shared = _shared(sections[before], sections[after], axis)
            if shared is None:
                continue
            sides = _sides(sections[before], sections[after], axis)
            patches = []
            for index, side in zip((before, after), sides, strict=True):
                patch = frame[(side, shared) if axis == 0 else (shared, side)].astype(np.float32)
                known[index].apply(patch)
                patches.append(patch)
            seam = len(patches[0]) if axis == 0 else patches[0].shape[1]
            bands, noise = profiles(np.concatenate(patches, axis=axis), axis)
            line = joined(bands)
            halves = line[:seam], line[seam:]
            if not all(np.isfinite(half).any() for half in halves):
                continue
            line = np.concatenate([filled(half) for half in halves])
            profile = Profile(line, bands, least_step=typical_noise(noise) or 1.0)
            yield before, after, profile.step(seam).size, profile.error(seam)


def _shared(before: Section, after: Section, axis: int) -> slice | None:
    """Lines along which a section ends where the other one starts; None where it does not."""
    if before.area[axis].stop != after.area[axis].start:
        return None
    along = [one.image_area[1 - axis] for one in (before, after)]
    first, end = max(part.start for part in along), min(part.stop for part in along)
    return slice(first, end) if end - first >= _LEAST_SHARED else None


def _sides(before: Section, after: Section, axis: int) -> tuple[slice, slice]:
    """The last positions of a section, and the first of the one after it."""
    one, other = before.area[axis], after.area[axis]
    return (
        slice(max(one.start, one.stop - REACH), one.stop),
        slice(other.start, min(other.stop, other.start + REACH)),
    )
