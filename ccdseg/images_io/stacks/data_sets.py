"""Which data set of an HDF5 file holds the images."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import h5py

_LEAST_EDGE = 8
"""Least edge of an image (px); smaller ones are tables."""

_PART = re.compile(r"data_\d+")
"""Names of data sets that hold a series one behind the other, as detectors of Dectris write it."""

_NO_IMAGE = re.compile("mask|flatfield|filled|countrate")
"""Names of data sets of the size of an image that are none."""

_MOST_LISTED = 12


def choose_data_sets(file: h5py.File, inside: str | None) -> list[h5py.Dataset]:
    """Find the data set of images, or the data sets that hold them one behind the other.

    Parameters
    ----------
    file : h5py.File
        Open file.
    inside : str or None
        Name of a data set or a group; None for the default of NeXus or, where there is none, the
        one stack of images in the file, or the one image.

    Raises
    ------
    ValueError
        If there is none or several could be meant: they are listed.
    """
    chosen = file if inside is None else _named(file, inside)
    found = _default(chosen) or _series_in(chosen) or _only_one(chosen)
    if len({(one.shape[-2:], one.dtype) for one in found}) > 1:
        raise ValueError("its data sets of images differ in size or type")
    return found


def walk(
    group: h5py.Group, where: str = "", *, seen: set | None = None
) -> Iterator[tuple[str, h5py.Dataset]]:
    """All data sets below a group, each once, those behind links too; dead links are left out.

    Parameters
    ----------
    group : h5py.Group
        Group to look through.
    where : str
        What the names of the data sets begin with.
    seen : set, optional
        Entries that are left out, and to which those found are added.

    Yields
    ------
    tuple of str and h5py.Dataset
        Name, and data set.
    """
    import h5py

    seen = set() if seen is None else seen
    for key in group:
        try:
            entry = group[key]
            info = h5py.h5o.get_info(entry.id)
        except (KeyError, OSError):
            continue
        name = f"{where}/{key}"
        if (info.fileno, info.addr) in seen:
            continue
        seen.add((info.fileno, info.addr))
        if isinstance(entry, h5py.Dataset):
            yield name, entry
        elif isinstance(entry, h5py.Group):
            yield from walk(entry, name, seen=seen)


def is_image(entry: object) -> bool:
    """Whether it is a data set of numbers of two dimensions or more, and no narrow table."""
    import h5py

    return (
        isinstance(entry, h5py.Dataset)
        and entry.dtype.kind in "fiu"
        and entry.ndim >= 2
        and min(entry.shape[-2:]) >= _LEAST_EDGE
    )


def _named(file: h5py.File, inside: str) -> h5py.Group | h5py.Dataset:
    try:
        return file[inside]
    except (KeyError, OSError, ValueError):
        raise ValueError(f"it has no data set {inside}; {_listing(file)}") from None


def _default(entry: h5py.Group | h5py.Dataset) -> list[h5py.Dataset]:
    """The data set itself, or that to which the attributes of NeXus lead."""
    import h5py

    for _ in range(4):  # root, entry, data, and one more
        if isinstance(entry, h5py.Dataset):
            if is_image(entry):
                return [entry]
            raise ValueError(
                f"{entry.name} holds no images: its shape is {entry.shape}, its type {entry.dtype}"
            )
        name = entry.attrs.get("signal", entry.attrs.get("default"))
        name = name.decode() if isinstance(name, bytes) else name
        if not isinstance(name, str) or name not in entry:
            return []
        if not (is_image(entry[name]) or isinstance(entry[name], h5py.Group)):
            return []
        entry = entry[name]
    return []


def _series_in(group: h5py.Group) -> list[h5py.Dataset]:
    """Data sets of the only series ``data_000001``, ``data_000002``, … below a group."""
    series = defaultdict(list)
    for name, data_set in _images(group):
        place, _, last = name.rpartition("/")
        if _PART.fullmatch(last):
            series[place].append((last, data_set))
    if len(series) != 1:
        return []
    (parts,) = series.values()
    return [data_set for _, data_set in sorted(parts, key=lambda part: part[0])]


def _only_one(group: h5py.Group) -> list[h5py.Dataset]:
    images = [image for image in _images(group) if not _NO_IMAGE.search(image[0])]
    stacks = [data_set for _, data_set in images if data_set.ndim > 2]
    found = stacks or [data_set for _, data_set in images]
    if len(found) == 1:
        return found
    raise ValueError(_listing(group))


def _images(group: h5py.Group) -> Iterator[tuple[str, h5py.Dataset]]:
    return (
        (name, data_set)
        for name, data_set in walk(group, group.name.rstrip("/"))
        if is_image(data_set)
    )


def _listing(group: h5py.Group) -> str:
    """What could be meant."""
    images = [f"{name} {data_set.shape}" for name, data_set in _images(group)]
    if not images:
        return "it holds no data set of images"
    more = ", …" if len(images) > _MOST_LISTED else ""
    return f"choose one as FILE::DATASET of: {', '.join(images[:_MOST_LISTED])}{more}"
