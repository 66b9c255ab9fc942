"""Tiles of compressed images, checked before C code writes what they tell into memory."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from math import prod
from pathlib import Path

import numpy as np
from astropy.io import fits

from ccdseg.errors import InputError

UNCHECKED = "HCOMPRESS_1"
"""Compression whose decompression believes the size that a tile tells: a larger one than that of
its place overwrites memory of others and ends the process."""

_SIZE = struct.Struct(">2xii")
"""Two bytes that name the format, then rows and columns of the tile."""


def check_tiles(hdus: fits.HDUList, path: Path) -> None:
    """Refuse images whose compressed tiles are larger than their places.

    Parameters
    ----------
    hdus : HDUList
        HDUs of the file, opened with ``disable_image_compression``.
    path : Path
        Name of the file for messages.

    Raises
    ------
    InputError
        If a tile has another size than that of its place by the header.
    """
    for index, hdu in enumerate(hdus):
        if str(hdu.header.get("ZCMPTYPE", "")).strip() != UNCHECKED:
            continue
        tiles = hdu.data["COMPRESSED_DATA"]
        for number, (tile, place) in enumerate(zip(tiles, _places(hdu.header), strict=False)):
            content = np.asarray(tile).tobytes()[: _SIZE.size]
            size = _SIZE.unpack(content) if len(content) == _SIZE.size else ()
            if content and size != place:  # without, it is kept in another column
                raise InputError(
                    f"{path}, HDU {index}: compressed tile {number} has the size {size}, its place "
                    f"{place}; the file is damaged."
                )


def _places(header: fits.Header) -> Iterator[tuple[int, ...]]:
    """Rows and columns of the places of tiles, in their order; axes of one pixel do not count."""
    axes = range(header["ZNAXIS"], 0, -1)
    shape = [header[f"ZNAXIS{axis}"] for axis in axes]
    tile = [header.get(f"ZTILE{axis}", shape[-1] if axis == 1 else 1) for axis in axes]
    grid = [-(-length // step) for length, step in zip(shape, tile, strict=True)]
    for number in range(prod(grid)):
        parts = zip(np.unravel_index(number, grid), tile, shape, strict=True)
        size = (int(min(step, length - at * step)) for at, step, length in parts)
        yield tuple(length for length in size if length != 1)
