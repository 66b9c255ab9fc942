"""Small picture of a frame with its classes, for the index of a run."""

from __future__ import annotations

from math import ceil
from pathlib import Path

import numpy as np
from PIL import Image

from ccdseg.classes import ClassCatalogue
from ccdseg.files import atomic_path
from ccdseg.plotting.pages.colours import LEVELS
from ccdseg.plotting.pages.scaled_picture import ScaledPicture, brightest

_LONGEST, _LEAST = 320, 40
"""Greatest and least length (px)."""

_TINT = 0.6
"""Opacity of a class over the frame."""


def save_thumbnail(
    path: Path, picture: ScaledPicture, *, classes: ClassCatalogue, top_first: bool = False
) -> None:
    """Write a small picture as PNG.

    Parameters
    ----------
    path : Path
        File to write.
    picture : ScaledPicture
        Picture of the frame.
    classes : ClassCatalogue
        Colours.
    top_first : bool
        Whether the first row is the upper one.
    """
    block = ceil(max(picture.levels.shape) / _LONGEST)
    white = picture.contrast.stretched(picture.contrast.white)
    grey = np.clip(brightest(picture.levels, block) / (LEVELS * white), 0, 1)
    colours = np.repeat(grey[..., np.newaxis], 3, axis=2)
    for name, layer in picture.layers.items():
        chosen = brightest(layer, block) > 0
        colours[chosen] += _TINT * (np.array(classes[name].colour) - colours[chosen])
    if not top_first:
        colours = colours[::-1]
    image = Image.fromarray(np.rint(255 * colours).astype(np.uint8))
    height, width = grey.shape
    if min(image.size) < _LEAST:  # a strip, whose pixels need not be squares
        image = image.resize((max(width, _LEAST), max(height, _LEAST)), Image.Resampling.NEAREST)
    with atomic_path(path) as temporary:
        image.save(temporary, format="PNG", optimize=True)
