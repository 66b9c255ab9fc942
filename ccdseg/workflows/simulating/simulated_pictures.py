"""Simulated images as folders of pictures: parts to train, to validate and to test."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ccdseg.classes import COSMICS
from ccdseg.errors import InputError
from ccdseg.files import atomic_folder
from ccdseg.images_io import write_png
from ccdseg.images_io.folders import PARTS, mask_folder
from ccdseg.simulation import SimulatedImage

ORIGIN = "simulation.json"
"""File that tells what makes the images again."""

_HELD_OUT = 0.15
"""Share of the images that validates, and of those that test."""


def write_folders(
    folder: Path, images: Iterator[SimulatedImage], origin: dict, *, overwrite: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Write images as PNG of 16 bits and their particles as masks of 0 and 255, in one go.

    Parameters
    ----------
    folder : Path
        Data set to write: the folders ``Train``, ``TrainAnnotation``, ``Validation``, … that
        `ccdseg.images_io.folders.find_parts` finds; 70 % train, 15 % validate, 15 % test.
    images : iterator of SimulatedImage
        Images of whole numbers from 0 to 65535 (ADU).
    origin : dict
        Record of the images, written as ``simulation.json``; ``n_images`` is their number.
    overwrite : bool
        Whether an existing folder is replaced.

    Returns
    -------
    tuple of ndarray
        The first image and its mask.

    Raises
    ------
    InputError
        If there are fewer than three images, or the folder exists.
    """
    n_images = origin["n_images"]
    n_held_out = max(round(_HELD_OUT * n_images), 1)
    if n_images <= 2 * n_held_out:
        raise InputError(
            f"{n_images} images do not fill {', '.join(PARTS)}; give n_images=3 (--n 3) or more."
        )
    parts = np.repeat(PARTS, [n_images - 2 * n_held_out, n_held_out, n_held_out])
    first = None
    with atomic_folder(folder, overwrite=overwrite) as temporary:
        bar = tqdm(images, desc="Simulating", unit="image", total=n_images)
        for number, (part, simulated) in enumerate(zip(parts, bar, strict=True)):
            first = first or (simulated.image, simulated.mask)
            mask = np.uint8(255) * simulated.mask_in(COSMICS)
            write_png(temporary / part / f"{number:05d}.png", simulated.image.astype(np.uint16))
            write_png(temporary / mask_folder(part) / f"{number:05d}.png", mask)
        (temporary / ORIGIN).write_text(json.dumps(origin, indent=2) + "\n", encoding="utf-8")
    return first
