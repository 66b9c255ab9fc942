"""Sections of a frame brought to one pedestal and one noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ccdseg.arrays import empty, strips
from ccdseg.normalization.amplifiers.borders import find_borders, solve
from ccdseg.normalization.amplifiers.overscan_levelling import raise_overscan
from ccdseg.normalization.amplifiers.section import Section, Sections
from ccdseg.normalization.amplifiers.statistics import measured

_CHANCE = 5.0  # four standard deviations of the logarithm of the noise of one pixel
_ALIKE = 0.07  # difference of the logarithms of two noises that is none
_FEW_ROWS = 16
_FINE = 256  # parts of the noise to which pedestals are told
_SAMPLE = 2**18  # px that show the range of the signal of a section
_RANGE = (10, 90)  # percentiles between which it is, hot lines left out
_ROUNDED = 1 / 24  # half of the variance of rounding to whole numbers (ADU²)


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
    them; light that lies over a seam, as glow, is the same on both sides and stays. Prescan and
    overscan are brought to the image beside them.

    Parameters
    ----------
    frame : ndarray
        Signal (ADU) of shape (H, W); what is not finite stays so.
    sections : tuple of Section
        Sections of it, as from `find_sections` or `parse_sections`.
    equal_noise : bool
        Whether the signal of a section is scaled too, so that its noise is that of the largest
        section: so that a network sees all alike. Without, charges keep their size, but come to
        the gain of the largest section where the gains are known.

    Returns
    -------
    ndarray
        float32 of shape (H, W); the frame itself where there is only one section.
    """
    if len(sections) < 2:
        return frame
    levelled = empty(frame.shape)
    found = corrections(frame, sections, equal_noise=equal_noise)
    for strip in strips(frame, levelled):
        levelled[strip] = frame[strip]
        for section, correct in zip(sections, found, strict=True):
            first, end = max(strip.start, section.rows.start), min(strip.stop, section.rows.stop)
            correct.apply(levelled[first : max(first, end), section.columns])
    for section in sections:
        raise_overscan(levelled, section, equal_noise=equal_noise)
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
    largest = max(sections, key=lambda section: section.n_pixels)
    reference = sections.index(largest)
    levels = [float(np.nan_to_num(one.level)) for one in sections]
    factors = (_factors if equal_noise else _gain_factors)(frame, sections, reference)
    known = [Correction(*both) for both in zip(levels, factors, strict=True)]
    borders = find_borders(frame, sections, lambda index, pixels: known[index].apply(pixels))
    ranges = [_light_range(frame, *both) for both in zip(sections, factors, strict=True)]
    steps = [
        border.pedestal(levels[after] - levels[before], light=ranges[before] + ranges[after])
        for border in borders
        for before, after in [(border.before, border.after)]
    ]
    offsets = _exact(solve(steps, levels, reference=reference), sections[reference])
    return [
        Correction(each.level, each.factor, float(offset))
        for each, offset in zip(known, offsets, strict=True)
    ]


def _light_range(frame: np.ndarray, section: Section, factor: float) -> float:
    """Range of the signal of a section (ADU), but for the few lowest and highest pixels."""
    pixels = frame[section.image_area]
    step = max(int((pixels.size / _SAMPLE) ** 0.5), 1)
    sample = pixels[::step, ::step]
    sample = sample[np.isfinite(sample)]
    if not sample.size:
        return np.inf
    low, high = np.percentile(sample, _RANGE)
    return float(high - low) * abs(factor)


def _gain_factors(_frame: np.ndarray, sections: Sections, reference: int) -> list[float]:
    """Gain of the reference over that of each section; 1 where one of them is not known."""
    ratios = sections[reference].gain / np.array([one.gain for one in sections])
    return np.where(np.isfinite(ratios), ratios, 1.0).tolist()


def _exact(offsets: np.ndarray, reference: Section) -> np.ndarray:
    """Offsets rounded to a power of two far below the noise.

    So subtracting them from whole numbers is exact in float32, and equal pixels stay equal.
    """
    if not (reference.noise > 0 and np.isfinite(reference.level)):
        return offsets
    unit = max(
        2.0 ** np.floor(np.log2(reference.noise / _FINE)),
        float(np.spacing(np.float32(abs(reference.level)))),
    )
    return np.round(offsets / unit) * unit


def _factors(frame: np.ndarray, sections: Sections, reference: int) -> list[float]:
    """Noise of the reference over that of each section; 1 where the two are alike.

    Light and dark charge change the noise over a section, and hot lines that of the pixels beside a
    seam; so the smaller of the two differences counts, and none where they disagree. What rounding
    to whole numbers makes of a small noise depends on the pedestal, so a difference as large as
    that is none either.
    """
    borders = find_borders(frame, sections, lambda _index, _pixels: None)
    noises = [one.noise if one.noise > 0 else 1.0 for one in sections]
    whole = np.log(noises) - np.log(noises[reference])
    beside = solve([border.log_noise() for border in borders], whole.tolist(), reference=reference)
    ratios = np.where(whole * beside > 0, np.sign(whole) * np.minimum(abs(whole), abs(beside)), 0)
    n_pixels = np.array([one.n_pixels for one in sections])
    limits = np.maximum(_ALIKE, _CHANCE * (1 / n_pixels + 1 / n_pixels[reference]) ** 0.5)
    if _is_whole(frame):
        limits = limits + _ROUNDED / np.square(noises)
    return np.where(abs(ratios) < limits, 1.0, np.exp(-ratios)).tolist()


def _is_whole(frame: np.ndarray) -> bool:
    """Whether the signal is whole numbers, judged by some rows."""
    if frame.dtype.kind != "f":
        return True
    rows = frame[:: max(len(frame) // _FEW_ROWS, 1)]
    rows = rows[np.isfinite(rows)]
    return bool((rows == np.round(rows)).all())
