"""What is told of each pixel beside its class: its event, and bits of its data quality."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ccdseg.arrays import empty, find_components, strips
from ccdseg.calibration.defects import Defect
from ccdseg.classes import ClassCatalogue

if TYPE_CHECKING:
    from ccdseg.workflows.segment.frame_result import FrameResult

_STATES = ("NOT_FINITE", "FLAGGED", "SATURATED", "DEFECT")
"""Bits of pixels whatever their class, from the lowest; the classes but the first come behind."""


def quality_bits(classes: ClassCatalogue) -> dict[str, int]:
    """Values of the bits of `quality_of` by their names: states, then classes but the first."""
    names = [*_STATES, *(row.name.upper().replace(" ", "_") for row in list(classes)[1:])]
    return {name: 2**bit for bit, name in enumerate(names)}


def quality_of(result: FrameResult) -> np.ndarray:
    """Data quality of the pixels of a frame.

    Returns
    -------
    ndarray
        Sums of `quality_bits`, of the smallest type that FITS knows, (H, W). A pixel is not finite
        in its file, flagged by a map of bad pixels, saturated, a known defect that stays, and of
        one class.
    """
    bits, frame = quality_bits(result.classes), result.frame
    highest = max(bits.values())
    kind = np.uint8 if highest < 2**8 else np.int16 if highest < 2**15 else np.int32
    quality = empty(result.mask.shape, kind)
    of_class = np.array([0, *list(bits.values())[len(_STATES) :]], dtype=kind)
    for rows in strips(quality, frame.data, result.mask):
        pixels = frame.data[rows]
        flagged = np.zeros(pixels.shape, bool) if frame.flagged is None else frame.flagged[rows]
        states = (~np.isfinite(pixels) & ~flagged, flagged, pixels >= frame.saturation)
        part = of_class[result.mask[rows]]
        for name, chosen in zip(_STATES, states, strict=False):
            part[chosen] |= kind(bits[name])
        quality[rows] = part
    if result.defects is not None:
        places = result.defects.places[result.defects.has(~Defect.GLOW)]
        quality.ravel()[places] |= kind(bits["DEFECT"])
    return quality


def labels_of(result: FrameResult) -> np.ndarray:
    """Events of the pixels of a frame.

    Returns
    -------
    ndarray
        `id` in the table of the event that owns each pixel, 0 without one: int16, or int32 where
        there are more than 32,767 events, of shape (H, W).
    """
    kind = np.int16 if len(result.events) < 2**15 else np.int32
    labels, width = empty(result.mask.shape, kind), slice(0, result.mask.shape[1])
    labels_in = (
        _labels_of_cosmics(result) if result.event_map is None else result.event_map.labels_in
    )
    for rows in strips(labels):
        labels[rows] = labels_in((rows, width))
    return labels


def _labels_of_cosmics(result: FrameResult) -> Callable[[tuple[slice, slice]], np.ndarray]:
    """Labels of an area, where photons are events, too, and the mask shows cosmics alone."""
    components = find_components(result.mask, result.classes.need_particles().index)
    rows, columns = (
        result.events[f"peak_{axis}"].value - start
        for axis, start in zip(("row", "column"), result.frame.origin, strict=True)
    )
    ids = np.zeros(components.n + 1, dtype=np.int32)
    ids[components.at(rows, columns)] = result.events["id"]  # −1, of photons, is the last
    return lambda area: components.painted(area, ids)
