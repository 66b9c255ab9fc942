"""Reading images: the pixels of pictures as they are stored, and FITS or pictures as frames."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from astropy.io import fits

from ccdseg import fits_io
from ccdseg.errors import InputError
from ccdseg.fits_io import BadPixelMaps, Frame, HeaderFacts, cut_to, read_frames
from ccdseg.fits_io.dq_bits import ALL_BITS, BitChoice
from ccdseg.images_io.formats import DEEP_COLOUR, png_kind, unreadable
from ccdseg.images_io.names import SUFFIXES, is_picture, is_stack, is_tiff
from ccdseg.images_io.stacks import BadValues, StackFrames, check_bad_values, find_bad
from ccdseg.images_io.stacks.stack import saturation_of

_FITS_STARTS = (b"SIMPLE", b"\x1f\x8b")  # plain, gzipped
_ANY_HDU = (None, "all", "0", 0)


def read_images(
    path: str | Path,
    *,
    hdu: str | int | None = "all",
    section: str | None = None,
    half: str | None = None,
    dq_bits: BitChoice = ALL_BITS,
    bad_pixels: BadPixelMaps | None = None,
    bad_values: BadValues = "auto",
) -> Sequence[Frame]:
    """Read the images of a FITS file, of a stack, or a picture, of several channels the first.

    Parameters
    ----------
    path : str or Path
        FITS, PNG, TIFF, HDF5 (``FILE::DATASET`` chooses a data set), EDF or CBF.
    hdu, section, half, dq_bits
        As `ccdseg.fits_io.read_frames`; a picture has no HDU but 0, that of a stack is the number
        of an image. Rows of pictures and stacks count from the upper one.
    bad_pixels : BadPixelMaps, optional
        Bad pixels of the images, beside those that their file tells.
    bad_values : "auto", sequence of float, or None
        Numbers of pictures and stacks that stand for no value, as
        `ccdseg.images_io.stacks.find_bad`; these pixels become NaN and are flagged.

    Returns
    -------
    sequence of Frame
        A list, of one ``picture``; the `StackFrames` of a stack, which are read one by one.

    Raises
    ------
    InputError
        If the file is of another type; as `ccdseg.fits_io.read_frames`.
    """
    path = Path(path)
    check_bad_values(bad_values)
    if is_stack(path):
        part = {"hdu": hdu, "section": section, "half": half}
        return StackFrames(path, **part, bad_values=bad_values, bad_pixels=bad_pixels)
    if is_picture(path):
        frames = [cut_to(_read_picture_frame(path, hdu, bad_values), section=section, half=half)]
    else:
        if path.is_file() and not path.name.lower().endswith(fits_io.SUFFIXES):
            _check_fits(path)
        frames = read_frames(path, hdu=hdu, section=section, half=half, dq_bits=dq_bits)
    return frames if bad_pixels is None else [bad_pixels.applied_to(one) for one in frames]


def read_picture(path: str | Path) -> np.ndarray:
    """Read a PNG or TIFF as it is stored.

    Returns
    -------
    ndarray
        (H, W), or (H, W, channels) with two to four channels.

    Raises
    ------
    InputError
        If it cannot be read, or holds several images.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"No such file: {path}")
    try:
        pixels = _decoded(path)
    except ImportError as error:
        raise InputError(
            f"{path} cannot be read: OpenCV does not start ({error}); install libgl1 and "
            "libglib2.0-0, or opencv-python-headless in place of opencv-python."
        ) from None
    except Exception as error:  # noqa: BLE001 - damaged bytes can raise anything
        raise unreadable(path, error) from None
    plain = pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] in (2, 3, 4))
    if not plain or pixels.size == 0:
        raise InputError(
            f"{path} has the shape {pixels.shape}; give one image of rows and columns."
        )
    return pixels.astype(pixels.dtype.newbyteorder("="), copy=False)


def first_channel(pixels: np.ndarray) -> np.ndarray:
    """The first of several channels, (H, W)."""
    return pixels if pixels.ndim == 2 else pixels[..., 0]


def red_and_blue_swapped(pixels: np.ndarray) -> np.ndarray:
    """Channels in the order of OpenCV, which has blue first, or back."""
    return np.ascontiguousarray(pixels[..., [2, 1, 0, 3][: pixels.shape[2]]])


def _read_picture_frame(path: Path, hdu: str | int | None, bad_values: BadValues) -> Frame:
    if hdu not in _ANY_HDU:
        raise InputError(f"{path} is a picture, which has no HDU {hdu!r}; leave --hdu away.")
    pixels = first_channel(read_picture(path))
    if pixels.dtype.kind not in "fiu":
        raise InputError(f"{path} is of type {pixels.dtype}; give images of numbers.")
    signal, bad = pixels.astype(np.float32), find_bad(pixels, bad_values)
    if bad is not None:
        signal[bad] = np.nan
    return Frame(
        data=signal,
        header=fits.Header(),
        primary_header=fits.Header(),
        path=path,
        hdu_index=0,
        hdu_name="picture",
        top_first=True,
        facts=HeaderFacts(saturation=saturation_of(pixels.dtype)),
        flagged=bad,
    )


def _check_fits(path: Path) -> None:
    """Refuse what is neither called nor made like FITS."""
    with path.open("rb") as stream:
        if not stream.read(6).startswith(_FITS_STARTS):
            raise InputError(
                f"{path} is of an unsupported type; give one of {', '.join(SUFFIXES)}."
            )


def _decoded(path: Path) -> np.ndarray:
    if is_tiff(path):
        return _decoded_tiff(path)
    kind = png_kind(path)
    if kind in DEEP_COLOUR:
        return _decoded_deep_colour(path)
    from PIL import Image

    with Image.open(path) as picture:
        pixels = np.array(picture.convert("RGB") if picture.mode == "P" else picture)
    return pixels.astype(np.uint16) if kind == (16, "grey") else pixels


def _decoded_tiff(path: Path) -> np.ndarray:
    """Pixels by tifffile, which knows all types, or by Pillow, which knows all compressions."""
    import tifffile
    from PIL import Image

    try:
        with tifffile.TiffFile(path) as tiff:
            first = tiff.series[0]
            pixels = first.asarray()
            return np.moveaxis(pixels, 0, -1) if first.axes == "SYX" else pixels
    except ValueError as error:
        if "imagecodecs" not in str(error):
            raise
        with Image.open(path) as picture:
            if picture.n_frames > 1:
                raise ValueError(f"{picture.n_frames} pages; one is needed") from None
            return np.array(picture)


def _decoded_deep_colour(path: Path) -> np.ndarray:
    """Pixels of a PNG in colours of 16 bit, of which Pillow would drop eight."""
    import cv2

    pixels = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)
    if pixels is None:
        raise ValueError("truncated or damaged")
    return red_and_blue_swapped(pixels)
