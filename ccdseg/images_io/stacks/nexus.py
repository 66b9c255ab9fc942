"""Masks and cleaned stacks as HDF5 files after NeXus, which viewers open at their images."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from astropy.table import QTable

from ccdseg.classes import ClassCatalogue
from ccdseg.files import atomic_path
from ccdseg.fits_io import Frame
from ccdseg.version import package_version

if TYPE_CHECKING:
    import h5py

    from ccdseg.images_io.stacks.hdf5 import Hdf5Stack

IMAGES = "/entry/data/data"
"""Where images are where nothing else is known."""

FILLED = "filled"
EVENTS = "/entry/events"
LABELS = "/entry/data/labels"


def write_mask_hdf5(
    path: str | Path,
    masks: Sequence[np.ndarray],
    *,
    frames: Sequence[Frame],
    classes: ClassCatalogue,
    model: str,
    events: QTable | None = None,
    labels: Iterable[np.ndarray] = (),
) -> None:
    """Write masks and events; see `ccdseg.images_io.stacks.write_stack_masks`."""
    import h5py
    from astropy.io.misc.hdf5 import write_table_hdf5

    with atomic_path(path) as temporary, h5py.File(temporary, "w") as file:
        images = create_images(file, IMAGES, (len(masks), *masks[0].shape), np.uint8)
        for number, mask in enumerate(masks):
            images[number] = mask
        images.attrs["classes"] = list(classes.names)
        images.attrs["long_name"] = "class of each pixel"
        images.parent["frame"] = [frame.hdu_index for frame in frames]
        images.parent.attrs["axes"] = ["frame", ".", "."]
        for number, one in enumerate(labels):
            if number == 0:
                events_of = create_images(file, LABELS, images.shape, np.int32)
                events_of.attrs["long_name"] = "id of the event of each pixel, 0 without one"
            events_of[number] = one
        if frames[0].section is not None:
            images.attrs["section"] = frames[0].section_text
        _sign(file, f"mask of {frames[0].path.name} by the model {model}")
        if events is not None:
            write_table_hdf5(events, file, path=EVENTS, serialize_meta=True)


@contextmanager
def cleaned_writer(
    path: str | Path, stack: Hdf5Stack, *, note: str
) -> Iterator[Callable[[np.ndarray, np.ndarray], None]]:
    """Write images of a stack and the map of their filled pixels, all else as in its file.

    Data sets one behind the other become one, ``/entry/data/data``; links to other files lead to
    the same places.

    Yields
    ------
    callable
        Writes the next image and its map, (H, W).
    """
    import h5py

    with atomic_path(path) as temporary, h5py.File(temporary, "w") as file:
        _copy_without(stack.file, file, set(stack.data_sets))
        images = create_images(file, stack.name or IMAGES, stack.full_shape, stack.dtype)
        for key, value in stack.data_sets[0].attrs.items():
            images.attrs[key] = value
        name = f"{images.parent.name.rstrip('/')}/{FILLED}"
        filled = create_images(file, name, stack.full_shape, np.uint8)
        filled.attrs["long_name"] = "255 where a pixel was filled"
        _sign(file, note)
        places = np.ndindex(stack.full_shape[:-2])

        def write(image: np.ndarray, filled_pixels: np.ndarray) -> None:
            place = next(places)
            images[place], filled[place] = image, filled_pixels

        yield write


def create_images(
    file: h5py.File, name: str, shape: tuple[int, ...], dtype: np.dtype | type
) -> h5py.Dataset:
    """Make an empty data set of images, compressed one by one, the default of the file if none is.

    What has the name already is replaced.
    """
    if name in file:
        del file[name]
    chunks = (*(1 for _ in shape[:-2]), *shape[-2:])
    images = file.create_dataset(
        name, shape, dtype, chunks=chunks, compression="gzip", compression_opts=4, shuffle=True
    )
    group = images.parent
    group.attrs.setdefault("NX_class", "NXdata")
    group.attrs.setdefault("signal", name.rpartition("/")[2])
    while group.name != "/":
        key = group.name.rpartition("/")[2]
        group = group.parent
        group.attrs.setdefault("default", key)
        group.attrs.setdefault("NX_class", "NXroot" if group.name == "/" else "NXentry")
    return images


def _sign(file: h5py.File, note: str) -> None:
    """Say what made the file, and when, as a process of NeXus."""
    process = file.require_group(IMAGES.split("/")[1]).require_group("ccdseg")
    process.attrs["NX_class"] = "NXprocess"
    for key, text in {
        "program": "ccdseg",
        "version": package_version(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "note": note,
    }.items():
        if key in process:
            del process[key]
        process[key] = text


def _copy_without(source: h5py.Group, target: h5py.Group, left_out: set[h5py.Dataset]) -> None:
    """Copy attributes, groups and data sets but for some; links stay links."""
    import h5py

    for key, value in source.attrs.items():
        target.attrs[key] = value
    for key in source:
        link = source.get(key, getlink=True)
        if isinstance(link, h5py.ExternalLink):
            if not _leads_to(source, key, left_out):
                file = (Path(source.file.filename).parent / link.filename).resolve()
                target[key] = h5py.ExternalLink(str(file), link.path)
        elif isinstance(link, h5py.SoftLink):
            target[key] = h5py.SoftLink(link.path)
        elif isinstance(source[key], h5py.Group):
            _copy_without(source[key], target.create_group(key), left_out)
        elif source[key] not in left_out:
            source.copy(key, target)


def _leads_to(group: h5py.Group, key: str, data_sets: set[h5py.Dataset]) -> bool:
    try:
        return group[key] in data_sets
    except (KeyError, OSError):
        return False
