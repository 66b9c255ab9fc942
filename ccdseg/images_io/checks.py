"""Folders of images looked through before a training: sizes and depths, from the files' heads."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from ccdseg.errors import InputError
from ccdseg.fits_io import read_frame
from ccdseg.images_io.folders import ImageFolder, check_sizes

_PNG = b"\x89PNG\r\n\x1a\n"


class ImageHead(NamedTuple):
    """What an image says of itself: rows and columns (px), and how its values are stored."""

    shape: tuple[int, int]
    depth: str


def check_folders(folders: Iterable[ImageFolder], *, progress: bool = True) -> tuple[int, int]:
    """Look through images and their masks before they are read for good.

    Pixels are read where the file has no head that says enough (FITS); elsewhere a damaged image,
    or a mask of other values, is found when it is read.

    Parameters
    ----------
    folders : iterable of ImageFolder
        Images with masks.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    tuple of int
        Most rows and most columns of an image (px).

    Raises
    ------
    InputError
        Where a file cannot be read, an image and its mask have different sizes, or images differ
        in depth: the first such pair is named.
    """
    pairs = [pair for folder in folders for pair in zip(folder.images, folder.masks, strict=True)]
    first, heads = pairs[0][0], []
    for image, mask in tqdm(pairs, "Checking", unit="image", disable=not progress):
        head = read_head(image)
        check_sizes(image, head.shape, mask, read_head(mask).shape)
        heads.append(head)
        if head.depth != heads[0].depth:
            raise InputError(
                f"{image} is of {head.depth} and {first} of {heads[0].depth}; give images of one "
                "depth, or one value would mean two brightnesses."
            )
    return tuple(max(sides) for sides in zip(*(head.shape for head in heads), strict=True))


def read_head(path: Path) -> ImageHead:
    """Read the size and depth of an image.

    Raises
    ------
    InputError
        Where it cannot be read.
    """
    name = path.name.lower()
    if ".fit" in name:
        return ImageHead(read_frame(path).data.shape, "FITS")
    try:
        return _png_head(path) if name.endswith(".png") else _tiff_head(path)
    except Exception as error:  # noqa: BLE001 - damaged bytes can raise anything
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(f"{path} cannot be read as an image ({reason}).") from None


def _png_head(path: Path) -> ImageHead:
    with path.open("rb") as stream:
        start = stream.read(25)
    if start[:8] != _PNG:
        raise InputError("it does not begin as a PNG does")
    columns, rows, bits = struct.unpack(">IIB", start[16:])
    return ImageHead((rows, columns), f"{max(bits, 8)} bit")


def _tiff_head(path: Path) -> ImageHead:
    import tifffile

    with tifffile.TiffFile(path) as file:
        page = file.pages[0]
        return ImageHead((page.imagelength, page.imagewidth), f"{max(page.bitspersample, 8)} bit")
