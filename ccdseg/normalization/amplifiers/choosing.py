"""Sections of a frame by what a user chose: found, told, or none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ccdseg.normalization.amplifiers.section import Section, Sections, grid, parse_sections
from ccdseg.normalization.amplifiers.section_search import find_sections
from ccdseg.normalization.amplifiers.statistics import measured

_LARGEST = 2**31  # px

_AUTO = "auto"

Amplifiers = str | Sequence[str] | Sections | None
"""``"auto"``, what `parse_sections` reads, sections themselves, or None: one amplifier."""


def choose_sections(frame: np.ndarray, amplifiers: Amplifiers = "auto") -> Sections:
    """Sections of a frame, with the level and noise of each.

    Parameters
    ----------
    frame : ndarray
        Signal (ADU) of shape (H, W); what is not finite is left out.
    amplifiers : str, sequence of str, tuple of Section, or None
        ``"auto"`` for `find_sections`, what `parse_sections` reads, sections themselves, or None
        for one amplifier.

    Returns
    -------
    tuple of Section

    Raises
    ------
    InputError
        If sections are malformed, overlap, or lie beyond the frame.
    """
    if amplifiers is None:
        return measured(frame, grid((0, frame.shape[0]), (0, frame.shape[1])))
    if isinstance(amplifiers, str) and amplifiers.lower() == _AUTO:
        return find_sections(frame)
    if not _are_sections(amplifiers):
        return measured(frame, parse_sections(amplifiers, frame.shape))
    texts = [section.text for section in amplifiers]
    parse_sections(texts, frame.shape)  # refuses those that do not fit
    return amplifiers


def check_amplifiers(amplifiers: Amplifiers) -> None:
    """Raise `InputError` for a choice that fits no frame."""
    found = isinstance(amplifiers, str) and amplifiers.lower() == _AUTO
    if not (amplifiers is None or found or _are_sections(amplifiers)):
        parse_sections(amplifiers, (_LARGEST, _LARGEST))


def _are_sections(amplifiers: Amplifiers) -> bool:
    """Whether these are sections themselves."""
    if not isinstance(amplifiers, Sequence) or not amplifiers:
        return False
    return all(isinstance(one, Section) for one in amplifiers)
