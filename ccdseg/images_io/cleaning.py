"""Writing a picture without its particles."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ccdseg.classes import ClassCatalogue
from ccdseg.errors import InputError
from ccdseg.files import refuse_existing
from ccdseg.images_io.reading import read_picture
from ccdseg.images_io.writing import write_picture
from ccdseg.postprocessing import clean


def write_cleaned_picture(
    path: str | Path,
    mask: np.ndarray,
    *,
    source: str | Path,
    classes: ClassCatalogue,
    section: tuple[slice, slice] | None = None,
    note: str = "",
    overwrite: bool = False,
) -> None:
    """Write a picture once more, its particles filled by `ccdseg.postprocessing.clean`.

    Every channel is filled by itself but for transparency, which stays. All other pixels are the
    same to the last bit; what else the file holds (resolution, colour profile) is not carried over.

    Parameters
    ----------
    path : str or Path
        File to write, PNG or TIFF as the source.
    mask : ndarray
        Class indices, uint8 of the shape of the picture or of its section.
    source : str or Path
        The picture.
    classes : ClassCatalogue
        Meaning of the indices.
    section : tuple of slice, optional
        Rows and columns of the picture that the mask is of, all by default; they are filled from
        themselves alone.
    note : str
        What is written into the file about its origin.
    overwrite : bool
        Whether an existing file is replaced.

    Raises
    ------
    InputError
        Where the file exists, the picture has a palette or such a type that it cannot be written
        back, there is no class of particles, or no pixel is left to fill from.
    """
    refuse_existing(path, overwrite=overwrite)
    pixels = read_picture(source)
    channels = pixels[..., np.newaxis] if pixels.ndim == 2 else pixels
    part = channels[section or (slice(None), slice(None))]
    n_filled = part.shape[2] - (part.shape[2] in (2, 4))  # the last of two or four is transparency
    for channel in range(n_filled):
        try:
            part[..., channel] = clean(part[..., channel], mask, classes=classes)
        except InputError as error:
            raise InputError(f"{source}: {error}") from None
    write_picture(path, pixels, like=source, note=note)
