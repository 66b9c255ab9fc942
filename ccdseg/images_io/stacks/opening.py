"""Opening a file of several images, whatever its format."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ccdseg.errors import InputError
from ccdseg.images_io.names import HDF5, INSIDE, has_suffix, is_tiff, split_address
from ccdseg.images_io.stacks.stack import Stack

_MOST_PIXELS_PER_BYTE = 65536
"""Pixels of an image for each byte of its file, above what compression reaches."""


@contextmanager
def open_stack(path: str | Path) -> Iterator[Stack]:
    """Open a TIFF, HDF5, EDF or CBF file; of HDF5, ``FILE::DATASET`` chooses a data set.

    Raises
    ------
    InputError
        If it is missing, cannot be read, or holds no images of one size.
    """
    file, inside = split_address(path)
    if not file.is_file():
        raise InputError(f"No such file: {file}")
    if inside is not None and not has_suffix(file, HDF5):
        raise InputError(f"{path}: only a file of HDF5 has data sets; leave {INSIDE}{inside} away.")
    with named_errors(path):
        stack = _open(file, inside)
    try:
        with named_errors(path):
            _check(stack, file)
        yield stack
    finally:
        stack.close()


@contextmanager
def named_errors(path: str | Path) -> Iterator[None]:
    """Turn whatever damaged bytes raise into an `InputError` that names the file."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:  # noqa: BLE001 - damaged bytes can raise anything
        raise InputError(f"{path} cannot be read as images ({_reason(error)}).") from None


def _reason(error: Exception) -> str:
    """First line of what an error says of a file; other errors come from damaged bytes."""
    lines = str(error).splitlines()
    if lines and isinstance(error, OSError | ValueError):
        return lines[0].rstrip(".")
    return "truncated or damaged"


def _open(file: Path, inside: str | None) -> Stack:
    if is_tiff(file):
        from ccdseg.images_io.stacks.tiff import TiffStack

        return TiffStack(file)
    if has_suffix(file, HDF5):
        from ccdseg.images_io.stacks.hdf5 import Hdf5Stack

        return Hdf5Stack(file, inside)
    from ccdseg.images_io.stacks.fabio_stack import FabioStack

    return FabioStack(file)


def _check(stack: Stack, file: Path) -> None:
    """Refuse images of no pixels, of no numbers, and of more pixels than a file can hold."""
    height, width = stack.shape
    if not (stack.n_images and height and width):
        raise ValueError(f"it holds {stack.n_images} images of {height}×{width} pixels")
    if stack.dtype.kind not in "fiu":
        raise ValueError(f"its images are of type {stack.dtype}; numbers are needed")
    if height * width > _MOST_PIXELS_PER_BYTE * file.stat().st_size:
        raise ValueError(f"images of {height}×{width} pixels do not fit into it")
