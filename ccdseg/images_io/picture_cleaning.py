"""Writing pictures without their particles."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ccdseg.classes import ClassCatalogue
from ccdseg.errors import InputError
from ccdseg.files import refuse_existing
from ccdseg.images_io.picture_reading import first_channel, read_picture
from ccdseg.images_io.picture_writing import write_picture, write_png
from ccdseg.postprocessing import clean


def write_cleaned_picture(
    path: str | Path,
    mask: np.ndarray,
    *,
    source: str | Path,
    classes: ClassCatalogue,
    section: tuple[slice, slice] | None = None,
    invalid: np.ndarray | None = None,
    note: str = "",
    map_path: str | Path | None = None,
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
    invalid : ndarray of bool, optional
        Pixels without a value, of the shape of the mask: they stay as they are.
    note : str
        Text about its origin, written into the file.
    map_path : str or Path, optional
        PNG of the pixels that were filled, 255 where one was and 0 elsewhere; none by default.
    overwrite : bool
        Whether existing files are replaced.

    Raises
    ------
    InputError
        If a file exists, the picture has a palette or such a type that it cannot be written
        back, there is no class of particles, or no pixel is left to fill from.
    """
    for file in filter(None, (path, map_path)):
        refuse_existing(file, overwrite=overwrite)
    pixels = read_picture(source)
    channels = pixels[..., np.newaxis] if pixels.ndim == 2 else pixels
    part = channels[section or (slice(None), slice(None))]
    n_filled = part.shape[2] - (part.shape[2] in (2, 4))  # the last of two or four is transparency
    for channel in range(n_filled):
        try:
            part[..., channel] = clean(part[..., channel], mask, classes=classes, invalid=invalid)
        except InputError as error:
            raise InputError(f"{source}: {error}") from None
    write_picture(path, pixels, like=source, note=note, overwrite=overwrite)
    if map_path is not None:
        filled = (mask == classes.need_particles().index) & np.isfinite(first_channel(part))
        if invalid is not None:
            filled &= ~invalid
        shown = np.zeros(pixels.shape[:2], np.uint8)
        shown[section or ...] = 255 * filled
        write_png(map_path, shown, note=f"Filled pixels. {note}", overwrite=overwrite)
