"""Known defects taken out of an exposure before the network, and put into its mask behind it."""

from __future__ import annotations

import numpy as np

from ccdseg.arrays import copy_of, find_components
from ccdseg.calibration.defects.defect_map import WITHOUT_VALUE, Defect, DefectMap
from ccdseg.classes import CLASSES, ClassCatalogue
from ccdseg.errors import InputError
from ccdseg.mask import expand_box
from ccdseg.normalization import median_of, noise_of

_STAYS = Defect.HOT | Defect.DARK | Defect.UNSTABLE
"""Defects that may look like a particle; glow does not, and hides none."""

_BRIGHT = 10.0
"""Least level of the hot pixels that tell how long an exposure was (σ of the noise)."""

_FEWEST = 20
"""Hot pixels without which an exposure is taken as long as those of the map."""

_FULL = 0.5
"""Share of the range up to saturation from which a defect has made a pixel full, not a particle."""

_ON_DEFECT, _BESIDE = 5.0, 4.0
"""Least signal of a particle in one of its pixels, on a defect and beside it (σ of the pixel)."""

_SHOWN = 1.5
"""Least level of a defect that the mask shows (σ of the noise), as that of simulated truth."""

_SURROUNDINGS = 8  # px


def remove_defects(image: np.ndarray, defects: DefectMap, *, saturation: float) -> np.ndarray:
    """Take out of an exposure what stays in all of them.

    The level of the defects is subtracted, scaled by what bright hot pixels show, as dark charge
    grows with the exposure. Pixels that are dead, or saturated by what stays, become NaN.

    Parameters
    ----------
    image : ndarray
        Signal (ADU) of shape (H, W).
    defects : DefectMap
        Defects of the same shape.
    saturation : float
        Signal (ADU) from which a pixel is saturated; where a particle does that, it keeps it.

    Returns
    -------
    ndarray
        Copy, float32.

    Raises
    ------
    InputError
        If the shapes differ.
    """
    if image.shape != defects.shape:
        raise InputError(
            f"The map of defects has the shape {defects.shape} and the image {image.shape}; give "
            "the map of this detector."
        )
    places, values, pedestal = defects.places, image.ravel()[defects.places], median_of(image)
    stays = _scale(values - pedestal, defects) * defects.level
    full = values >= saturation
    lost = full & (stays > _FULL * (saturation - pedestal))
    cleaned = np.where(full, values, values - stays)
    cleaned[lost | defects.has(WITHOUT_VALUE)] = np.nan
    result = copy_of(image.astype(np.float32, copy=False))
    result.ravel()[places] = cleaned
    return result


def _scale(signal: np.ndarray, defects: DefectMap) -> np.float32:
    """Signal of the bright hot pixels outside glow over their level in the map."""
    bright = defects.has(Defect.HOT) & ~defects.has(WITHOUT_VALUE | Defect.GLOW)
    bright &= (defects.level > _BRIGHT * defects.noise) & np.isfinite(signal)
    if np.count_nonzero(bright) < _FEWEST:
        return np.float32(1.0)
    return np.float32(max(np.median(signal[bright] / defects.level[bright]), 0.0))


def mark_defects(
    mask: np.ndarray,
    image: np.ndarray,
    defects: DefectMap,
    *,
    classes: ClassCatalogue = CLASSES,
) -> np.ndarray:
    """Mask in which what stays is no particle, but what it is.

    A particle that lies on a defect stays one where a pixel shows it: by five standard deviations
    of what that defect varies by, or by four of the noise in a pixel without a defect.

    Parameters
    ----------
    mask : ndarray
        Class indices, uint8 of shape (H, W), of an image without its defects.
    image : ndarray
        That image (ADU), as from `remove_defects`.
    defects : DefectMap
        Defects of the same shape.
    classes : ClassCatalogue
        Meaning of the indices.

    Returns
    -------
    ndarray
        Changed copy: bright defects that no particle hides are hot pixels, where these are a class.
    """
    marked = copy_of(mask)
    flat = marked.ravel()
    particles = classes.particles
    if particles is not None:
        _drop_particles(marked, image, defects, particles.index)
    if "hot pixel" in classes.names:
        shown = defects.has(Defect.HOT) & (defects.level > _SHOWN * defects.noise)
        shown &= flat[defects.places] != (particles.index if particles else -1)
        flat[defects.places[shown]] = classes["hot pixel"].index
    return marked


def _drop_particles(mask: np.ndarray, image: np.ndarray, defects: DefectMap, index: int) -> None:
    """Make background, in place, of the particles that known defects explain."""
    if not (mask.ravel()[defects.places] == index).any():
        return
    components, noise = find_components(mask, index), noise_of(image)
    for number, (top, left, end_row, end_column) in enumerate(components.boxes):
        box = (slice(int(top), int(end_row)), slice(int(left), int(end_column)))
        known = defects.cut(box)
        if not len(known.places):
            continue
        pixels = components.pixels(number, box)
        on_defect = (known.image("flags") & np.uint8(_STAYS)) != 0
        deviation = known.image("scatter")
        if not (pixels & on_defect).any():
            continue
        around = expand_box(box, _SURROUNDINGS, mask.shape)
        outside = image[around][(mask[around] != index) & np.isfinite(image[around])]
        level = np.median(outside) if outside.size else median_of(image)
        with np.errstate(invalid="ignore"):
            signal = (image[box] - level) / np.where(on_defect, np.maximum(deviation, noise), noise)
        seen = signal > np.where(on_defect, _ON_DEFECT, _BESIDE)
        if not (seen & pixels).any():
            mask[box][pixels] = 0
