"""Writing the masks of a stack: HDF5 for HDF5, TIFF for TIFF, EDF and CBF."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from astropy.table import QTable

from ccdseg.classes import ClassCatalogue
from ccdseg.errors import InputError
from ccdseg.files import refuse_existing
from ccdseg.fits_io import Frame
from ccdseg.images_io.names import HDF5, has_suffix
from ccdseg.images_io.stacks.nexus import write_mask_hdf5
from ccdseg.images_io.stacks.tiff import tiff_writer


def write_stack_masks(
    path: str | Path,
    masks: Sequence[np.ndarray],
    *,
    frames: Sequence[Frame],
    classes: ClassCatalogue,
    model: str,
    events: QTable | None = None,
    labels: Iterable[np.ndarray] = (),
    overwrite: bool = False,
) -> None:
    """Write masks as a stack, one image per frame.

    A TIFF holds one page per frame: 0 and 255 where there are two classes, class indices with the
    colours of the classes as palette where there are more. HDF5 holds the class indices, uint8 of
    shape (frames, rows, columns), as default data of NeXus, with their meaning, the numbers of the
    frames, and the table of events.

    Parameters
    ----------
    path : str or Path
        File to write, HDF5 or TIFF by its name.
    masks : sequence of ndarray
        Class indices, uint8, all of one shape (H, W).
    frames : sequence of Frame
        Segmented frames, all of one stack.
    classes : ClassCatalogue
        Meaning of the indices.
    model : str
        Name of the model that made the masks.
    events : astropy.table.QTable, optional
        Events of all frames, written into HDF5.
    labels : iterable of ndarray
        Event (`id`) of each pixel of each frame, written into HDF5; none where there are none.
    overwrite : bool
        Whether an existing file is replaced.

    Raises
    ------
    InputError
        If the file exists, or a mask does not fit its frame.
    """
    refuse_existing(path, overwrite=overwrite)
    for mask, frame in zip(masks, frames, strict=True):
        if mask.dtype != np.uint8 or mask.shape != masks[0].shape:
            raise InputError(
                f"Mask of shape {mask.shape}, type {mask.dtype} does not fit {frame.label}; it "
                f"must be uint8 of the shape {masks[0].shape}."
            )
    if has_suffix(path, HDF5):
        settings = {"frames": frames, "classes": classes, "model": model}
        write_mask_hdf5(path, masks, **settings, events=events, labels=labels)
        return
    on = np.uint8(255 if len(classes) == 2 else 1)
    colours = None if len(classes) == 2 else classes.colours
    note = f"mask made by the model {model}"
    with tiff_writer(path, note=note, colours=colours) as write:
        for mask in masks:
            write(mask * on)
