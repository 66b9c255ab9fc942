"""Formats of pictures, and what the pixels of a PNG are."""

from __future__ import annotations

from pathlib import Path

import numpy as np

TIFF = (".tif", ".tiff")
SUFFIXES = (".png", *TIFF)
DEEP_COLOUR = ((16, "RGB"), (16, "RGB with alpha"))
"""Kinds of PNG of which Pillow would drop eight bits of each channel."""

_PNG_HEADER = slice(24, 26)  # bits per channel, and the number of the kind
_PNG_KINDS = {0: "grey", 2: "RGB", 3: "palette", 4: "grey with alpha", 6: "RGB with alpha"}


def is_picture(path: str | Path) -> bool:
    """Whether the name is that of a PNG or TIFF."""
    return Path(path).suffix.lower() in SUFFIXES


def is_tiff(path: Path) -> bool:
    """Whether the name is that of a TIFF."""
    return path.suffix.lower() in TIFF


def png_kind(path: Path) -> tuple[int, str]:
    """Bits per channel and kind of the pixels of a PNG; 0 bits where it is none."""
    with path.open("rb") as stream:
        header = stream.read(_PNG_HEADER.stop)[_PNG_HEADER]
    bits, kind = header if len(header) == 2 else (0, 0)
    return bits, _PNG_KINDS.get(kind, "unknown")


def red_and_blue_swapped(pixels: np.ndarray) -> np.ndarray:
    """Channels in the order of OpenCV, which has blue first, or back."""
    return np.ascontiguousarray(pixels[..., [2, 1, 0, 3][: pixels.shape[2]]])
