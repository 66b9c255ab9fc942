"""Reading the pixels of a picture as they are stored."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ccdseg.errors import InputError
from ccdseg.images_io.formats import DEEP_COLOUR, is_tiff, png_kind, red_and_blue_swapped


def read_picture(path: str | Path) -> np.ndarray:
    """Read a PNG or TIFF as it is stored.

    Returns
    -------
    ndarray
        (H, W), or (H, W, channels) with two to four channels.

    Raises
    ------
    InputError
        Where it cannot be read, or holds several images.
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
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError(f"{path} cannot be read as an image ({reason}).") from None
    plain = pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] in (2, 3, 4))
    if not plain or pixels.size == 0:
        raise InputError(
            f"{path} has the shape {pixels.shape}; give one image of rows and columns."
        )
    return pixels.astype(pixels.dtype.newbyteorder("="), copy=False)


def first_channel(pixels: np.ndarray) -> np.ndarray:
    """The first of several channels, (H, W)."""
    return pixels if pixels.ndim == 2 else pixels[..., 0]


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
