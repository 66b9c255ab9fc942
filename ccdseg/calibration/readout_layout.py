"""Amplifiers of a raw image: by a detector, by the keywords of its header, or one of all pixels."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from ccdseg.detector import Detector
from ccdseg.detector.amplifier import Amplifier, amplifiers_of, check_apart
from ccdseg.detector.image_section import Part, parse_section, section_text
from ccdseg.errors import InputError

_KEYWORDS = {
    "light": ("TRIMSEC", "TSEC", "DATASEC", "DSEC"),
    "overscan": ("BIASSEC", "BSEC"),
}
"""Keywords of sections; those of several amplifiers end on a letter or a number: BIASSECA, BSEC11.
TRIMSEC, what is to be kept, goes before DATASEC."""

_SUFFIX = r"_?([A-H]|\d{1,2})?"


def find_layout(
    header: Mapping[str, object],
    shape: tuple[int, int],
    *,
    detector: Detector | None = None,
    hdu: str = "",
) -> tuple[Amplifier, ...]:
    """Amplifiers of an image whose samples are averaged.

    Parameters
    ----------
    header : mapping
        Header of the image, those of the file behind it.
    shape : tuple of int
        Rows and columns of the image (px), its overscan included.
    detector : Detector, optional
        Amplifiers told by the user, which go before those of the header.
    hdu : str
        Name of the image: EXTNAME, or ``HDU`` and its number.

    Returns
    -------
    tuple of Amplifier
        At least one; without any knowledge, one that reads all pixels.

    Raises
    ------
    InputError
        If sections are malformed, overlap, or reach beyond the image.
    """
    amplifiers = amplifiers_of(detector.amplifiers, hdu) if detector is not None else ()
    if not amplifiers or not all(one.section for one in amplifiers):
        whole = Amplifier(section_text(slice(0, shape[0]), slice(0, shape[1])))
        there = _by_header(header, shape) or [whole]
        amplifiers = [_placed(one, there) for one in amplifiers] or there
    for amplifier in amplifiers:
        amplifier.check_in(shape)
    check_apart(amplifiers)
    names = [one.name for one in amplifiers if one.name]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"Two amplifiers are called {twice!r}; give each a name of its own.")
    return tuple(amplifiers)


def _placed(amplifier: Amplifier, there: Sequence[Amplifier]) -> Amplifier:
    """A told amplifier with the sections of the header, by its name or as the only one."""
    if amplifier.section:
        return amplifier
    named = [one for one in there if one.name == amplifier.name] or there
    if len(named) > 1:
        names = ", ".join(one.name for one in there)
        raise InputError(
            f"Amplifier {amplifier.name!r} has no section, and the header names {names}; give it "
            "one of these names, or a section."
        )
    return replace(amplifier, section=named[0].section, overscan=named[0].overscan)


def _by_header(header: Mapping[str, object], shape: tuple[int, int]) -> list[Amplifier]:
    light, overscan = (_sections(header, names) for names in _KEYWORDS.values())
    names = sorted({*light, *overscan} - {""}) or [""]
    amplifiers = []
    for name in names:
        strips = overscan.get(name, overscan.get("", ()) if len(names) == 1 else ())
        seen = light.get(name) or (light.get("") if len(names) == 1 else None)
        if seen is None and strips:
            seen = [_beside(strips[0], shape)]
        if seen:
            amplifiers.append(Amplifier(seen[0], name=name, overscan=tuple(strips)))
    return amplifiers


def _sections(header: Mapping[str, object], names: Sequence[str]) -> dict[str, list[str]]:
    """Sections by the suffix of their keyword, that of the first of several names."""
    found: dict[str, list[str]] = {}
    for name in names:
        pattern = re.compile(name + _SUFFIX)
        for key, value in header.items():
            match = pattern.fullmatch(key)
            if match and isinstance(value, str) and value.strip():
                found.setdefault(match[1] or "", [value.strip()])
    return found


def _beside(overscan: str, shape: tuple[int, int]) -> str:
    """The larger part of an image beside an overscan at one of its edges."""
    rows, columns = parse_section(overscan, shape)
    height, width = shape
    if rows.stop - rows.start == height:
        parts = [(rows, slice(0, columns.start)), (rows, slice(columns.stop, width))]
    elif columns.stop - columns.start == width:
        parts = [(slice(0, rows.start), columns), (slice(rows.stop, height), columns)]
    else:
        raise InputError(
            f"The overscan {overscan} leaves no rectangle of an image of {height}×{width} pixels; "
            "name the other pixels in TRIMSEC or in a detector file."
        )
    return section_text(*max(parts, key=_area))


def _area(part: Part) -> int:
    return max(part[0].stop - part[0].start, 0) * max(part[1].stop - part[1].start, 0)


def put_together(
    amplifiers: Sequence[Amplifier],
) -> tuple[tuple[int, int], tuple[Amplifier, ...]]:
    """Shape of the image without all overscan, and its amplifiers in it.

    Returns
    -------
    shape : tuple of int
        Rows and columns (px): those of the raw image in which an amplifier sees light.
    amplifiers : tuple of Amplifier
        With their sections in the new image, without overscan.
    """
    parts = [parse_section(one.section) for one in amplifiers]
    places, shape = [], []
    for axis in (0, 1):
        kept = np.zeros(max(part[axis].stop for part in parts) + 1, dtype=int)
        for part in parts:
            kept[part[axis]] = 1
        places.append(np.concatenate([[0], np.cumsum(kept)]))
        shape.append(int(kept.sum()))
    moved = (
        section_text(
            *(slice(int(to[p.start]), int(to[p.stop])) for to, p in zip(places, part, strict=True))
        )
        for part in parts
    )
    placed = (
        replace(one, section=section, overscan=())
        for one, section in zip(amplifiers, moved, strict=True)
    )
    return tuple(shape), tuple(placed)
