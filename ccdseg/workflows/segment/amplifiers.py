"""Amplifiers of a frame: told by a detector, by its header, or found; and the gain of each."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ccdseg.detector import Detector
from ccdseg.detector.amplifier import Amplifier, amplifiers_of
from ccdseg.detector.image_section import common, parse_section, section_text
from ccdseg.errors import InputError
from ccdseg.estimation import DetectorEstimate, estimate_detector
from ccdseg.fits_io import Frame
from ccdseg.normalization import any_finite
from ccdseg.normalization.amplifiers import (
    Amplifiers,
    Section,
    Sections,
    choose_sections,
    measured,
)

_AUTO = "auto"

logger = logging.getLogger(__name__)


def find_amplifiers(frame: Frame, amplifiers: Amplifiers, detector: Detector | None) -> Sections:
    """Sections of a frame by what a user chose, by its detector or header, or as they are found.

    Parameters
    ----------
    frame : Frame
        The frame.
    amplifiers : str, sequence of str, tuple of Section, or None
        Choice of the user: told sections go before all others.
    detector : Detector or None
        Detector in the unit of the frame: its amplifiers go before those of the header. Where the
        header says where they lie, since the frame was put together, the detector gives gains and
        directions of those of the same names.

    Returns
    -------
    tuple of Section
        With level and noise; with name, gain and direction where they are known.

    Raises
    ------
    InputError
        If sections are malformed, overlap, or lie beyond the frame.
    """
    if not (isinstance(amplifiers, str) and amplifiers.lower() == _AUTO):
        return choose_sections(frame.data, amplifiers)
    told = () if detector is None else amplifiers_of(detector.amplifiers, frame.label)
    known = _known(frame, told)
    if not known:
        return choose_sections(frame.data, amplifiers)
    return measured(frame.data, _sections(frame, known))


def _known(frame: Frame, told: Sequence[Amplifier]) -> tuple[Amplifier, ...]:
    in_header = frame.amplifiers
    if not (told and in_header):
        return tuple(_with_section(one, frame) for one in told) or in_header
    by_name = {one.name: one for one in told}
    if len(told) == len(in_header):
        by_name = {
            there.name: by_name.get(there.name, one)
            for there, one in zip(in_header, told, strict=True)
        }
    return tuple(
        one
        if one.name not in by_name
        else replace(by_name[one.name], section=one.section, overscan=(), name=one.name)
        for one in in_header
    )


def _with_section(amplifier: Amplifier, frame: Frame) -> Amplifier:
    """The amplifier, all of the frame where no section is told."""
    if amplifier.section:
        return amplifier
    parts = zip(frame.origin, frame.data.shape, strict=True)
    return replace(amplifier, section=section_text(*(slice(a, a + n) for a, n in parts)))


def _sections(frame: Frame, amplifiers: Sequence[Amplifier]) -> Sections:
    """Sections within the part of the image that the frame holds."""
    shape = frame.data.shape
    if frame.section is None:
        for amplifier in amplifiers:
            try:
                amplifier.check_in(shape)
            except InputError as error:
                raise InputError(
                    f"{frame.path}, {frame.label}, amplifier {amplifier.name}: {error}"
                ) from None
    whole = tuple(slice(first, first + n) for first, n in zip(frame.origin, shape, strict=True))
    found = [_section(one, str(number), whole) for number, one in enumerate(amplifiers, start=1)]
    sections = tuple(section for section in found if section is not None)
    if not sections:
        raise InputError(
            f"{frame.path}, {frame.label}: no amplifier reads {frame.section_text}; take another "
            "section."
        )
    return sections


def _section(amplifier: Amplifier, number: str, whole: tuple[slice, slice]) -> Section | None:
    light = parse_section(amplifier.section)
    strips = [parse_section(text) for text in amplifier.overscan]
    read = tuple(
        slice(
            min(p[axis].start for p in (light, *strips)),
            max(p[axis].stop for p in (light, *strips)),
        )
        for axis in (0, 1)
    )
    inside, image = common(read, whole), common(light, whole)
    if image is None:
        return None
    parts = [
        slice(part.start - frame.start, part.stop - frame.start)
        for area in (inside, image)
        for part, frame in zip(area, whole, strict=True)
    ]
    return Section(
        *parts,
        name=amplifier.name or number,
        gain=np.nan if amplifier.gain is None else amplifier.gain,
        first_read=_first_read(amplifier, whole),
    )


def _first_read(amplifier: Amplifier, whole: tuple[slice, slice]) -> tuple[int, int] | None:
    """Row and column in the frame (px), perhaps outside of it, of the pixel that is read first."""
    if amplifier.readout is None:
        return None
    rows, columns = parse_section(amplifier.section)
    vertical, horizontal = amplifier.readout.split()
    row = rows.start if vertical == "lower" else rows.stop - 1
    column = columns.start if horizontal == "left" else columns.stop - 1
    return row - whole[0].start, column - whole[1].start


def estimate_gains(
    frame: Frame, mask: np.ndarray, sections: Sections
) -> tuple[Sections, DetectorEstimate | None]:
    """Sections with the gain that single-electron peaks show in each, and the largest's estimate.

    Returns
    -------
    sections : tuple of Section
        As given where the gain of any does not show. One without background takes that of the
        largest that has some, where its own is not known, which is warned of; one without pixels
        keeps its own.
    estimate : DetectorEstimate or None
        None where the gain of a section of several does not show, or where no pixel is background.
    """
    estimates: list[DetectorEstimate | None] = []
    for section in sections:
        pixels = frame.data[section.image_area]
        estimate = background_estimate(pixels, mask[section.image_area])
        if estimate is not None and estimate.gain is None:
            return sections, (estimate if len(sections) == 1 else None)
        estimates.append(estimate)
    known = [pair for pair in zip(sections, estimates, strict=True) if pair[1] is not None]
    if not known:
        return sections, None
    _, chosen = max(known, key=lambda pair: pair[0].n_pixels)
    found = [
        _with_gain(section, estimate, chosen, frame)
        for section, estimate in zip(sections, estimates, strict=True)
    ]
    return tuple(found), chosen


def background_estimate(data: np.ndarray, mask: np.ndarray) -> DetectorEstimate | None:
    """Estimate from the background of a frame (H, W) and its mask; None where there is none."""
    try:
        return estimate_detector(data, mask=mask)
    except InputError:
        return None


def _with_gain(
    section: Section, estimate: DetectorEstimate | None, chosen: DetectorEstimate, frame: Frame
) -> Section:
    if estimate is not None:
        return replace(section, gain=estimate.gain)
    if np.isfinite(section.gain) or not any_finite(frame.data[section.image_area]):
        return section
    logger.warning(
        "%s, %s: amplifier %s has no background pixel that shows its gain, so %.4g of the largest "
        "other one is taken.",
        *(frame.path, frame.label, section.name or section.text, chosen.gain),
    )
    return replace(section, gain=chosen.gain)
