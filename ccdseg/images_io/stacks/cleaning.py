"""Writing a stack without its particles, in the format that it came in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from ccdseg.classes import ClassCatalogue
from ccdseg.errors import InputError
from ccdseg.files import refuse_existing
from ccdseg.images_io.names import EDF, HDF5, has_suffix, is_tiff
from ccdseg.images_io.stacks.fabio_stack import cbf_writer, edf_writer
from ccdseg.images_io.stacks.frames import StackFrame
from ccdseg.images_io.stacks.nexus import cleaned_writer
from ccdseg.images_io.stacks.opening import named_errors, open_stack
from ccdseg.images_io.stacks.stack import Stack
from ccdseg.images_io.stacks.tiff import tiff_writer
from ccdseg.postprocessing import clean

ON = np.uint8(255)
"""Value of a filled pixel in the map of them; the others are 0."""

Write = Callable[[np.ndarray, np.ndarray], None]


def write_cleaned_stack(
    path: str | Path,
    masks: Sequence[np.ndarray],
    *,
    frames: Sequence[StackFrame],
    classes: ClassCatalogue,
    model: str,
    map_path: str | Path | None = None,
    overwrite: bool = False,
) -> None:
    """Write a stack once more, the particles of its frames filled, and which pixels these are.

    All images of the stack are written; those that are no frame, and all other pixels, are the same
    to the last bit. The map of filled pixels, 255 where one is and 0 elsewhere, is the data set
    ``filled`` beside the images of HDF5, and a TIFF of its own for other formats.

    Parameters
    ----------
    path : str or Path
        File to write, of the format of the stack.
    masks : sequence of ndarray
        Class indices, uint8, each of the shape of its frame.
    frames : sequence of StackFrame
        Segmented frames, all of one stack, which is read again.
    classes : ClassCatalogue
        Meaning of the indices.
    model : str
        Name of the model that made the masks.
    map_path : str or Path, optional
        TIFF of the filled pixels; none by default, and none for HDF5.
    overwrite : bool
        Whether existing files are replaced.

    Raises
    ------
    InputError
        If a file exists, there is no class of particles, or a frame has no pixel left to fill
        from.
    """
    results = {frame.hdu_index: (frame, mask) for frame, mask in zip(frames, masks, strict=True)}
    for file in filter(None, (path, map_path)):
        refuse_existing(file, overwrite=overwrite)
    source = frames[0].path
    with open_stack(source) as stack, _writer(path, map_path, source, stack, model) as write:
        for index in range(stack.n_images):
            with named_errors(source):
                pixels = stack.read(index)
            filled = np.zeros(pixels.shape, np.uint8)
            if index in results:
                pixels, filled = _fill(pixels, *results[index], classes=classes)
            write(pixels, filled)


def _fill(
    pixels: np.ndarray,
    frame: StackFrame,
    mask: np.ndarray,
    *,
    classes: ClassCatalogue,
) -> tuple[np.ndarray, np.ndarray]:
    """Image with the particles of its frame filled, and the map of these pixels."""
    part = frame.section or (slice(None), slice(None))
    stored, bad = pixels[part], ~np.isfinite(frame.data)
    pixels, filled = pixels.copy(), np.zeros(pixels.shape, np.uint8)
    try:
        pixels[part] = clean(stored, mask, classes=classes, invalid=bad)
    except InputError as error:
        raise InputError(f"{frame.path}, {frame.label}: {error}") from None
    particles = mask == classes.need_particles().index
    filled[part] = ON * (particles & ~bad)
    return pixels, filled


@contextmanager
def _writer(
    path: str | Path, map_path: str | Path | None, source: Path, stack: Stack, model: str
) -> Iterator[Write]:
    """What writes one image after the other, and its map, by the format of the source."""
    note = f"cleaned by the model {model}"
    if has_suffix(source, HDF5):
        with cleaned_writer(path, stack, note=note) as write:
            yield write
        return
    if is_tiff(source):
        images = tiff_writer(path, note=note, n_bytes=stack.n_bytes)
    elif has_suffix(source, EDF):
        images = edf_writer(path, stack)
    else:
        images = cbf_writer(path, stack)
    with images as write_image:
        if map_path is None:
            yield lambda pixels, _: write_image(pixels)
            return
        with tiff_writer(map_path, note=f"filled pixels; {note}") as write_map:
            yield lambda pixels, filled: (write_image(pixels), write_map(filled))
