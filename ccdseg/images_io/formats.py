"""Sizes and depths of images, from their headers."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from ccdseg.errors import InputError
from ccdseg.fits_io import read_shape
from ccdseg.images_io.names import is_picture, is_stack, is_tiff
from ccdseg.images_io.stacks import open_stack

DEEP_COLOUR = ((16, "RGB"), (16, "RGB with alpha"))
"""Kinds of PNG of which Pillow would drop eight bits of each channel."""

_PNG_KINDS = {
    "1": "grey",
    "L": "grey",
    "I": "grey",
    "LA": "grey with alpha",
    "P": "palette",
    "RGB": "RGB",
    "RGBA": "RGB with alpha",
}
"""Kinds of pixels by the names that Pillow gives their layout in the file, less the bits."""


class ImageHeader(NamedTuple):
    """Rows and columns of an image (px), and how its values are stored, as ``16 bit``."""

    shape: tuple[int, int]
    depth: str


def read_header(path: Path) -> ImageHeader:
    """Read the size and depth of an image, and no pixels.

    Raises
    ------
    InputError
        If the header cannot be read, or the file holds several images.
    """
    if is_stack(path):
        with open_stack(path) as stack:
            if stack.n_images > 1:
                raise InputError(f"{path} holds {stack.n_images} images; give files of one image.")
            return ImageHeader(stack.shape, f"{8 * stack.dtype.itemsize} bit")
    if not is_picture(path):
        return ImageHeader(read_shape(path), "FITS")
    try:
        return _tiff_header(path) if is_tiff(path) else _png_header(path)
    except Exception as error:  # noqa: BLE001 - damaged bytes can raise anything
        raise unreadable(path, error) from None


def count_images(path: Path) -> int:
    """Number of images of a stack; 1 for other files, and where it cannot be read."""
    if not is_stack(path):
        return 1
    try:
        with open_stack(path) as stack:
            return stack.n_images
    except InputError:
        return 1


def png_kind(path: Path) -> tuple[int, str]:
    """Bits per channel and kind of the pixels of a PNG.

    Raises
    ------
    ValueError
        If it is none.
    """
    return _open_png(path)[1:]


def unreadable(path: Path, error: Exception) -> InputError:
    """Error that names a picture and the first line of why it cannot be read."""
    reason = (str(error).splitlines() or [type(error).__name__])[0]
    return InputError(f"{path} cannot be read as an image ({reason}).")


def _png_header(path: Path) -> ImageHeader:
    shape, bits, _ = _open_png(path)
    return ImageHeader(shape, f"{max(bits, 8)} bit")


def _open_png(path: Path) -> tuple[tuple[int, int], int, str]:
    """Rows and columns, bits per channel and kind of the pixels of a PNG."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path, formats=["PNG"]) as picture:
            # the layout in the file, as 'RGB;16B': Pillow's mode does not tell the bits
            layout, _, bits = picture.tile[0].args.partition(";")
            shape = picture.size[::-1]
    except UnidentifiedImageError:
        raise ValueError("it does not begin as a PNG does") from None
    n_bits = int(bits.removesuffix("B")) if bits else 1 if layout == "1" else 8
    return shape, n_bits, _PNG_KINDS[layout]


def _tiff_header(path: Path) -> ImageHeader:
    import tifffile

    with tifffile.TiffFile(path) as file:
        page = file.pages[0]
        return ImageHeader((page.imagelength, page.imagewidth), f"{max(page.bitspersample, 8)} bit")
