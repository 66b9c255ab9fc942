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
"""File that says how the images were made."""

_SHARE = 0.15
"""Share of the images that validates, and of those that test."""


def write_folders(
    folder: Path, images: Iterator[SimulatedImage], n_images: int, origin: dict, *, overwrite: bool
) -> SimulatedImage:
    """Write images as PNG of 16 bit and their particles as masks of 0 and 255, in one go.

    Parameters
    ----------
    folder : Path
        Data set to write: the folders ``Train``, ``TrainAnnotation``, ``Validation``, … that
        `ccdseg.images_io.folders.find_parts` finds.
    images : iterator of SimulatedImage
        Images of whole numbers from 0 to 65535 (ADU).
    n_images : int
        How many there are, at least 3; 70 % train, 15 % validate, 15 % test.
    origin : dict
        What makes the images again; written as ``simulation.json``.
    overwrite : bool
        Whether an existing folder is replaced.

    Returns
    -------
    SimulatedImage
        The first image, to show.

    Raises
    ------
    InputError
        Where there are fewer than three images, or the folder exists.
    """
    n_held_out = max(round(_SHARE * n_images), 1)
    if n_images <= 2 * n_held_out:
        raise InputError(f"{n_images} images do not fill {', '.join(PARTS)}; give at least --n 3.")
    n_training = n_images - 2 * n_held_out
    parts = np.repeat(PARTS, [n_training, n_held_out, n_held_out])
    with atomic_folder(folder, overwrite=overwrite) as temporary:
        bar = tqdm(images, desc="Simulating", unit="image", total=n_images)
        for number, (part, simulated) in enumerate(zip(parts, bar, strict=True)):
            if number == 0:
                first = simulated
            mask = np.uint8(255) * simulated.mask_in(COSMICS)
            write_png(temporary / part / f"{number:05d}.png", simulated.image.astype(np.uint16))
            write_png(temporary / mask_folder(part) / f"{number:05d}.png", mask)
        (temporary / ORIGIN).write_text(json.dumps(origin, indent=2) + "\n", encoding="utf-8")
    return first
