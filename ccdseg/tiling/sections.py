"""Sections of a frame: cut out, stitched together again, found by class; padding by reflection."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from ccdseg.errors import InputError
from ccdseg.tiling.tile_plan import Tile, plan_tiles


def tiles_with(mask: np.ndarray, class_index: int, *, size: int = 256) -> Iterator[Tile]:
    """Find the size×size sections of a frame in which a class occurs, row by row.

    Parameters
    ----------
    mask : ndarray
        Class indices of shape (H, W).
    class_index : int
        The class to look for.
    size : int
        Edge length of a section (px).

    Returns
    -------
    iterator of Tile
    """
    wanted = mask == class_index
    return (tile for tile in plan_tiles(mask.shape, size) if wanted[tile.keep].any())


def pad_to_multiple(frame: np.ndarray, multiple: int) -> np.ndarray:
    """Pad a frame at its end by reflection, so that rows and columns are multiples of `multiple`.

    Parameters
    ----------
    frame : ndarray
        (H, W), or (N, H, W) for several, of any type.
    multiple : int
        Divisor of the resulting size (px).

    Returns
    -------
    ndarray
        The frame itself where nothing is to be added, else a larger copy.
    """
    return pad_to(frame, [-(-length // multiple) * multiple for length in frame.shape[-2:]])


def pad_to(frame: np.ndarray, size: Sequence[int]) -> np.ndarray:
    """Pad a frame at its end by reflection to rows and columns of at least `size` (px).

    Parameters
    ----------
    frame : ndarray
        (H, W), or (N, H, W) for several, of any type.
    size : sequence of int
        Rows and columns wanted (px); an axis that has as many or more stays as it is.

    Returns
    -------
    ndarray
        The frame itself where nothing is to be added, else a larger copy.
    """
    missing = [
        max(wanted - length, 0) for wanted, length in zip(size, frame.shape[-2:], strict=True)
    ]
    if not any(missing):
        return frame
    untouched = [(0, 0)] * (frame.ndim - 2)
    return np.pad(frame, [*untouched, *((0, rest) for rest in missing)], mode="reflect")


def cut(frame: np.ndarray, size: int, *, halo: int = 0) -> tuple[np.ndarray, list[Tile]]:
    """Cut a frame into square sections; its end is padded by reflection where needed.

    Parameters
    ----------
    frame : ndarray
        (H, W) of any type.
    size : int
        Edge length of a section, halo included (px).
    halo : int
        Border shared with the neighbours (px).

    Returns
    -------
    sections : ndarray
        (N, size, size), row by row.
    tiles : list of Tile
        Place of each section; `stitch` needs it.
    """
    if frame.ndim != 2 or frame.size == 0:
        raise InputError(f"A frame has rows and columns; this one has the shape {frame.shape}.")
    rows, columns = (_padded_length(length, size, halo) for length in frame.shape)
    shape = (rows, columns)
    missing = [(0, padded - length) for padded, length in zip(shape, frame.shape, strict=True)]
    padded = np.pad(frame, missing, mode="reflect") if shape != frame.shape else frame
    tiles = plan_tiles(shape, size, halo=halo)
    sections = np.empty((len(tiles), size, size), dtype=frame.dtype)
    for section, tile in zip(sections, tiles, strict=True):
        section[:] = padded[tile.read]
    return sections, tiles


def _padded_length(length: int, size: int, halo: int) -> int:
    """Length that a whole number of sections fills."""
    step = size - 2 * halo
    if step < 1:
        raise InputError(f"Sections of {size} px leave nothing inside a halo of {halo} px.")
    return size + max(0, -(-(length - size) // step)) * step


def stitch(sections: np.ndarray, tiles: list[Tile], shape: tuple[int, int]) -> np.ndarray:
    """Put sections together again.

    Parameters
    ----------
    sections : ndarray
        (N, size, size) or, with channels, (N, size, size, C).
    tiles : list of Tile
        As returned by `cut`.
    shape : tuple of int
        Rows and columns of the frame that was cut (px); what was padded is cropped away.

    Returns
    -------
    ndarray
        (H, W) or (H, W, C).
    """
    if len(sections) != len(tiles):
        raise InputError(f"{len(sections)} sections do not fit {len(tiles)} tiles.")
    end = tuple(part.stop for part in tiles[-1].keep)
    if shape[0] > end[0] or shape[1] > end[1]:
        raise InputError(f"The tiles cover {end} pixels; a frame of shape {shape} was not cut so.")
    frame = np.empty((*shape, *sections.shape[3:]), dtype=sections.dtype)
    for section, tile in zip(sections, tiles, strict=True):
        target = frame[tile.keep]
        top, left = (part.start for part in tile.inner)
        target[:] = section[top : top + target.shape[0], left : left + target.shape[1]]
    return frame
