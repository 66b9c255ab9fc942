"""EDF and CBF files, read by FabIO."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import numpy as np

from ccdseg.files import atomic_path
from ccdseg.images_io.names import CBF, has_suffix
from ccdseg.images_io.stacks.cbf_check import check_cbf
from ccdseg.images_io.stacks.extra import import_extra
from ccdseg.images_io.stacks.stack import Stack, closed_on_error

_OF_STORAGE = ("COMPRESSION", "EDF_BINARYFILENAME", "EDF_BINARYFILEPOSITION", "EDF_BINARYFILESIZE")
"""Keywords about how the image was stored, which is plain in what is written."""


class FabioStack(Stack):
    """Frames of an EDF file, or the image of a CBF file, which hybrid detectors alone write.

    Raises
    ------
    InputError
        If FabIO is not installed.
    ValueError
        If the frames differ in size.
    """

    def __init__(self, path: Path) -> None:
        fabio = import_extra("fabio", path)
        self.is_hybrid = has_suffix(path, CBF)
        if self.is_hybrid:
            check_cbf(path)
        self._image = fabio.open(str(path))
        with closed_on_error(self):
            self.n_images = self._image.nframes
            first = self._image.get_frame(0)
            self.shape, self.dtype = tuple(first.shape), np.dtype(first.dtype)
            if len(self.shape) != 2:
                raise ValueError(f"its frames have the shape {self.shape}; give rows and columns")

    def read(self, index: int) -> np.ndarray:
        """Image of a number."""
        frame = self._image.get_frame(index)
        pixels = np.asarray(frame.data)
        if getattr(frame, "incomplete_data", False):
            raise ValueError("truncated")
        if pixels.shape != self.shape:
            raise ValueError(f"its shape is {pixels.shape}, that of the first {self.shape}")
        return pixels

    def header(self, index: int) -> dict[str, str]:
        """Header of an image."""
        return dict(self._image.get_frame(index).header)

    def close(self) -> None:
        """Close the file."""
        self._image.close()


@contextmanager
def edf_writer(path: str | Path, stack: FabioStack) -> Iterator[Callable[[np.ndarray], None]]:
    """Write images as frames of an EDF file, with the headers of those of a stack.

    Yields
    ------
    callable
        Writes the next image, (H, W).
    """
    from fabio.edfimage import EdfImage

    with atomic_path(path) as temporary, temporary.open("wb") as stream:
        numbers = count()

        def write(image: np.ndarray) -> None:
            number = next(numbers)
            header = {
                key: value
                for key, value in stack.header(number).items()
                if key.upper() not in _OF_STORAGE
            }
            frame = EdfImage(data=image, header=header).get_frame(0)
            frame._index = number  # noqa: SLF001 - its headers say which frame it is
            stream.write(frame.get_edf_block())

        yield write


@contextmanager
def cbf_writer(path: str | Path, stack: FabioStack) -> Iterator[Callable[[np.ndarray], None]]:
    """Write an image as CBF, with the header of that of a stack.

    Yields
    ------
    callable
        Writes the image, (H, W).
    """
    from fabio.cbfimage import CbfImage

    with atomic_path(path) as temporary:
        yield lambda image: CbfImage(data=image, header=stack.header(0)).write(str(temporary))
