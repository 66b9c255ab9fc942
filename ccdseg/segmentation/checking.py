"""Checks of a model's folder: its files whole, its network as described, its masks as expected."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ccdseg.errors import InputError
from ccdseg.files import read_npz
from ccdseg.segmentation.digests import check_converted, check_network
from ccdseg.segmentation.store import (
    CARD,
    CHECK,
    find_model,
    read_description,
    read_report,
    read_training,
)

_MOST_DIFFERENT = 1e-4
"""Share of the pixels that rounding may give another class on another processor."""


def check_model(name_or_folder: str | Path) -> str:
    """Check a model's files, load it, and segment its check image.

    Parameters
    ----------
    name_or_folder : str or Path
        Name of a model that ships, or a model's folder.

    Returns
    -------
    str
        Result in a line.

    Raises
    ------
    InputError
        If the model is missing, a file is missing or damaged, or the mask is another one.
    """
    folder = find_model(name_or_folder)
    description = read_description(folder)
    if "sha256" not in description.get("network", {}):
        raise InputError(f"{folder} holds no SHA-256 of its network; save the model anew.")
    check_network(folder, description)
    if "converted" in description["network"]:
        check_converted(folder, description)
    read_training(folder)
    read_report(folder)
    for name in (CARD, CHECK):
        if not (folder / name).is_file():
            raise InputError(f"{folder} holds no {name}; save the model with a check_image.")
    n_pixels, n_different = _segment_check_image(folder)
    return (
        f"SHA-256 {description['network']['sha256'][:12]}…, "
        f"{n_different} of {n_pixels:,} pixels of the check image differ"
    )


def _segment_check_image(folder: Path) -> tuple[int, int]:
    """Number of pixels of the check image, and of those of another class than expected."""
    from ccdseg.segmentation.segmenter import Segmenter

    arrays = read_npz(folder / CHECK)
    if set(arrays) != {"image", "mask"} or arrays["image"].shape != arrays["mask"].shape:
        raise InputError(f"{folder / CHECK} is damaged: it must hold an image and its mask.")
    mask = Segmenter.load(folder).predict(arrays["image"], probabilities=False).mask
    n_different = int(np.count_nonzero(mask != arrays["mask"]))
    if n_different > _MOST_DIFFERENT * mask.size:
        raise InputError(
            f"{folder}: {n_different:,} of {mask.size:,} pixels of the check image are of another "
            "class than expected; the model or its description was changed. Copy the folder anew."
        )
    return mask.size, n_different
