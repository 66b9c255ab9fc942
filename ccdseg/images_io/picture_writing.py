"""Writing pictures: pixels as another one has them, and masks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ccdseg.classes import ClassCatalogue
from ccdseg.errors import InputError
from ccdseg.files import atomic_path, refuse_existing
from ccdseg.images_io.formats import png_kind
from ccdseg.images_io.names import is_tiff
from ccdseg.images_io.picture_reading import red_and_blue_swapped

if TYPE_CHECKING:
    from PIL.PngImagePlugin import PngInfo

_WRITABLE = (
    *((bits, kind) for bits in (8, 16) for kind in ("grey", "RGB", "RGB with alpha")),
    (8, "grey with alpha"),
)
_GREY_OR_RGB = (0, 1, 2)  # photometric interpretations of TIFF: 0 is white, 0 is black, RGB


def write_picture(
    path: str | Path,
    pixels: np.ndarray,
    *,
    like: str | Path,
    note: str = "",
    overwrite: bool = False,
) -> None:
    """Write pixels as they were read from another picture, with its bit depth and channels.

    Parameters
    ----------
    path : str or Path
        PNG or TIFF, the same as `like`.
    pixels : ndarray
        Pixels as from `read_picture`.
    like : str or Path
        The picture that they were read from; what else it holds (resolution, colour profile) is
        not carried over.
    note : str
        Text about its origin, written into the file.
    overwrite : bool
        Whether an existing file is replaced.

    Raises
    ------
    InputError
        If the file exists and `overwrite` was not asked for; as `check_writable`.
    """
    refuse_existing(path, overwrite=overwrite)
    check_writable(like)
    with atomic_path(path) as temporary:
        if is_tiff(Path(path)):
            _write_tiff(temporary, pixels, Path(like), note)
        elif pixels.dtype == np.uint16 and pixels.ndim == 3:
            _write_deep_colour(temporary, pixels)
        else:
            _save_png(temporary, pixels, note)


def check_writable(path: str | Path) -> None:
    """Refuse a picture whose pixels cannot be written back as they are.

    Raises
    ------
    InputError
        If it has a palette, or another number of bits or channels than can be written.
    """
    path = Path(path)
    if is_tiff(path):
        import tifffile

        with tifffile.TiffFile(path) as tiff:
            page = tiff.pages.first
            kind = f"{page.bitspersample} bit and photometric interpretation {page.photometric:d}"
            fits = page.photometric in _GREY_OR_RGB and page.bitspersample in (8, 16, 32, 64)
    else:
        bits, name = png_kind(path)
        kind = f"{bits} bit and kind {name!r}"
        fits = (bits, name) in _WRITABLE
    if not fits:
        raise InputError(
            f"{path} is a picture of {kind}, which cannot be written back; give grey or RGB of 8 "
            "or 16 bit."
        )


def write_png(
    path: str | Path, pixels: np.ndarray, *, note: str = "", overwrite: bool = False
) -> None:
    """Write whole numbers, uint8 or uint16 of shape (H, W), as PNG of 8 or 16 bit.

    Raises
    ------
    InputError
        If the type or the shape is another, or the file exists and `overwrite` was not asked for.
    """
    refuse_existing(path, overwrite=overwrite)
    if pixels.dtype not in (np.uint8, np.uint16) or pixels.ndim != 2:
        raise InputError(
            f"An array of shape {pixels.shape} and type {pixels.dtype} cannot be written as PNG; "
            "give uint8 or uint16 of shape (rows, columns)."
        )
    with atomic_path(path) as temporary:
        _save_png(temporary, pixels, note)


def write_mask_png(
    path: str | Path,
    mask: np.ndarray,
    *,
    classes: ClassCatalogue,
    note: str = "",
    overwrite: bool = False,
) -> None:
    """Write a mask so that it is seen as well as read: `images_io.folders.read_mask` reads it.

    Of two classes, the second is written as 255, as data sets of masks have it. Of more classes,
    the PNG has a palette: it holds the indices and shows the colours of the classes;
    ``numpy.asarray(PIL.Image.open(path))`` gives the indices.

    Parameters
    ----------
    path : str or Path
        File to write.
    mask : ndarray
        Class indices, uint8 of shape (H, W).
    classes : ClassCatalogue
        Meaning of the indices.
    note : str
        Text about its origin, written into the file.
    overwrite : bool
        Whether an existing file is replaced.

    Raises
    ------
    InputError
        If the file exists and `overwrite` was not asked for.
    """
    if len(classes) == 2:
        write_png(path, mask * np.uint8(255), note=note, overwrite=overwrite)
        return
    refuse_existing(path, overwrite=overwrite)
    from PIL import Image

    picture = Image.frombytes("P", mask.shape[::-1], np.ascontiguousarray(mask).tobytes())
    picture.putpalette(np.rint(255 * classes.colours).astype(np.uint8).tobytes())
    with atomic_path(path) as temporary:
        picture.save(temporary, pnginfo=_text(note))


def _write_tiff(path: Path, pixels: np.ndarray, like: Path, note: str) -> None:
    import tifffile

    with tifffile.TiffFile(like) as tiff:
        photometric = tiff.pages.first.photometric
    tifffile.imwrite(
        path,
        pixels,
        photometric=photometric,
        planarconfig="contig" if pixels.ndim == 3 else None,
        compression="zlib",
        metadata=None,
        description=note.encode(),
    )


def _write_deep_colour(path: Path, pixels: np.ndarray) -> None:
    import cv2

    _, encoded = cv2.imencode(".png", red_and_blue_swapped(pixels))
    encoded.tofile(path)


def _save_png(path: Path, pixels: np.ndarray, note: str) -> None:
    from PIL import Image

    Image.fromarray(pixels).save(path, pnginfo=_text(note))


def _text(note: str) -> PngInfo | None:
    """Metadata of a PNG: its origin."""
    from PIL.PngImagePlugin import PngInfo

    if not note:
        return None
    text = PngInfo()
    text.add_itxt("Software", note)
    return text
