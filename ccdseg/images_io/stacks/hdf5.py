"""Stacks of images in HDF5 files, those of NeXus among them."""

from __future__ import annotations

from contextlib import suppress
from math import prod
from pathlib import Path

import numpy as np

from ccdseg.images_io.stacks.data_sets import choose_data_sets, walk
from ccdseg.images_io.stacks.extra import import_extra
from ccdseg.images_io.stacks.stack import Stack, closed_on_error

_CACHE = 64 * 2**20
"""Memory for chunks that hold several images (bytes)."""

_HYBRID = ("eiger", "pilatus")
"""Words in the description of detectors that count photons."""


class Hdf5Stack(Stack):
    """Data set of images, or data sets one behind the other, of an HDF5 file.

    The dimensions before the last two are counted through. Bad pixels, the saturation and the
    detector's name are those of ``pixel_mask``, ``saturation_value`` and ``description``, as NeXus
    calls them.

    Raises
    ------
    InputError
        If h5py is not installed.
    ValueError
        If there is no such data set, or none or several could be meant.
    """

    def __init__(self, path: Path, inside: str | None) -> None:
        h5py = import_extra("h5py", path)
        with suppress(ImportError):
            import hdf5plugin  # noqa: F401 - makes compressions known to h5py
        self.file = h5py.File(path, "r", rdcc_nbytes=_CACHE)
        with closed_on_error(self):
            self.data_sets = choose_data_sets(self.file, inside)
            self._lengths = [prod(one.shape[:-2]) for one in self.data_sets]
            self.n_images = sum(self._lengths)
            self.shape = self.data_sets[0].shape[-2:]
            self.dtype = self.data_sets[0].dtype.newbyteorder("=")
            self._read_detector()

    def read(self, index: int) -> np.ndarray:
        """Image of a number."""
        for data_set, length in zip(self.data_sets, self._lengths, strict=True):
            if index < length:
                place = np.unravel_index(index, data_set.shape[:-2]) if data_set.ndim > 2 else ()
                try:
                    return data_set[place].astype(self.dtype, copy=False)
                except OSError as error:
                    raise ValueError(_explained(error)) from None
            index -= length
        raise IndexError(index)

    @property
    def full_shape(self) -> tuple[int, ...]:
        """Shape of the data set of images; of several ones, that of all images."""
        one = self.data_sets[0]
        return one.shape if len(self.data_sets) == 1 else (self.n_images, *self.shape)

    @property
    def name(self) -> str | None:
        """Name of the data set of images; None where it is one of several or in another file."""
        one = self.data_sets[0]
        return one.name if len(self.data_sets) == 1 and one.file == self.file else None

    def close(self) -> None:
        """Close the file."""
        self.file.close()

    def _read_detector(self) -> None:
        for name, data_set in walk(self.file):
            last = name.rpartition("/")[2]
            if last == "pixel_mask" and data_set.shape == self.shape and self.bad is None:
                self.bad = data_set[()] != 0
            elif last == "saturation_value" and data_set.size == 1:
                self.told_saturation = float(np.ravel(data_set[()])[0])
            elif last == "description" and data_set.dtype.kind in "OS" and data_set.size == 1:
                text = np.ravel(data_set.asstr()[()])[0].lower()
                self.is_hybrid |= any(word in text for word in _HYBRID)


def _explained(error: OSError) -> str:
    """Why a data set cannot be read; a compression that is not known names its remedy."""
    if "filter" in str(error) or "plugin" in str(error):
        return "its compression is not known; install ccdseg[beamline]"
    return str(error)
