"""TIFF files of several images."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path

import numpy as np

from ccdseg.files import atomic_path
from ccdseg.images_io.stacks.stack import Stack, closed_on_error

_PLANE = {"Y", "X"}
_LARGE = 2**31 - 2**25
"""Bytes above which a TIFF needs offsets of 64 bit."""


class TiffStack(Stack):
    """Pages of a TIFF, and images that ImageJ keeps behind its only page.

    Raises
    ------
    ValueError
        If the images differ in size or type.
    """

    def __init__(self, path: Path) -> None:
        import tifffile

        self._path = path
        self._file = tifffile.TiffFile(path)
        with closed_on_error(self):
            self._find_images()

    def _find_images(self) -> None:
        series = self._file.series
        if len(series) > 1:
            kinds = ", ".join(f"{one.shape} of {one.dtype}" for one in series[:3])
            raise ValueError(f"its pages are not alike: {kinds}; give one size and type")
        self._series = series[0]
        self.n_images = _count(self._series)
        sizes = dict(zip(self._series.axes, self._series.shape, strict=True))
        self.shape = sizes["Y"], sizes["X"]
        self.dtype = self._series.dtype.newbyteorder("=")

    def read(self, index: int) -> np.ndarray:
        """Image of a number; of several channels the first."""
        pages = self._series.pages
        if len(pages) == self.n_images:
            pixels = self._decoded(index)
            if pixels.ndim == 2:
                return pixels
            return pixels[..., 0] if self._series.axes.endswith("S") else pixels[0]
        n_values = prod(self.shape)
        stored = self._series.dtype.newbyteorder(self._file.byteorder)
        offset = self._series.dataoffset
        if offset is None:
            raise ValueError("its images are compressed together, which is not supported")
        with self._path.open("rb") as stream:
            stream.seek(offset + index * n_values * stored.itemsize)
            pixels = np.fromfile(stream, stored, n_values)
        return pixels.reshape(self.shape).astype(self.dtype, copy=False)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _decoded(self, index: int) -> np.ndarray:
        """A page by tifffile, which knows all types, or by Pillow, which knows all compressions."""
        from PIL import Image

        try:
            return self._series.pages[index].asarray()
        except ValueError as error:
            if "imagecodecs" not in str(error):
                raise
        with Image.open(self._path) as picture:
            picture.seek(index)
            return np.array(picture)


def count_images(path: Path) -> int:
    """Number of images of the first kind in a TIFF."""
    import tifffile

    with tifffile.TiffFile(path) as file:
        return _count(file.series[0])


def _count(series: object) -> int:
    """Planes of a series; the channels of a colour are no planes."""
    colour = series.keyframe.photometric.name == "RGB"
    kept = _PLANE | ({"S"} if colour or series.axes[-1] == "S" else set())
    return prod(
        length for axis, length in zip(series.axes, series.shape, strict=True) if axis not in kept
    )


@contextmanager
def tiff_writer(
    path: str | Path, *, note: str, n_bytes: int = 0, colours: np.ndarray | None = None
) -> Iterator[Callable[[np.ndarray], None]]:
    """Write images as pages of a TIFF, one after the other, losslessly compressed.

    Parameters
    ----------
    path : str or Path
        File to write; it appears when it is whole.
    note : str
        Text about its origin.
    n_bytes : int
        Size of all images (bytes): above 2 GB the TIFF is a BigTIFF.
    colours : ndarray, optional
        Colours of the values 0, 1, …, from 0 to 1, of shape (values, 3).

    Yields
    ------
    callable
        Writes an image, (H, W).
    """
    import tifffile

    settings = {"metadata": None, "compression": "zlib", "photometric": "minisblack"}
    if colours is not None:
        palette = np.zeros((3, 256), np.uint16)
        palette[:, : len(colours)] = np.rint(65535 * colours.T)
        settings |= {"photometric": "palette", "colormap": palette}
    with (
        atomic_path(path) as temporary,
        tifffile.TiffWriter(temporary, bigtiff=n_bytes > _LARGE) as file,
    ):

        def write(image: np.ndarray) -> None:
            file.write(image, description=note.encode(), contiguous=False, **settings)

        yield write
