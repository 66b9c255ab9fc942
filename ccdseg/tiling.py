"""Cutting a frame into tiles and stitching what a network says of each, without losing a pixel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, product
from math import prod

import numpy as np

from ccdseg.errors import InputError


@dataclass(frozen=True)
class Tile:
    """A piece of a frame: what is read, and which part of it is kept.

    Attributes
    ----------
    read : tuple of slice
        Rows and columns of the frame that are read, halo included.
    keep : tuple of slice
        Rows and columns of the frame for which this tile's result counts. The keeps of all tiles
        cover the frame once.
    """

    read: tuple[slice, slice]
    keep: tuple[slice, slice]

    @property
    def inner(self) -> tuple[slice, slice]:
        """The kept part in the coordinates of the tile."""
        return tuple(
            slice(keep.start - read.start, keep.stop - read.start)
            for read, keep in zip(self.read, self.keep, strict=True)
        )

    def __repr__(self) -> str:
        def span(part: slice) -> str:
            return f"{part.start}:{part.stop}"

        reads, keeps = (", ".join(map(span, area)) for area in (self.read, self.keep))
        return f"Tile(read [{reads}], keep [{keeps}])"


def plan_tiles(
    shape: tuple[int, int], size: int | tuple[int, int], *, halo: int = 0, stride: int = 1
) -> list[Tile]:
    """Lay tiles over a frame, row by row.

    All tiles have the same size; the last of a row or column is moved inward where it would reach
    beyond the frame. At the frame's own edge there is no halo, so that a network sees the same edge
    as in the untiled frame.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the frame (px), both divisible by `stride`.
    size : int or tuple of int
        Side of a tile, or its rows and columns, halo included (px); a smaller frame is one tile
        along that axis.
    halo : int
        Border that is read and thrown away again (px).
    stride : int
        Tiles start at multiples of this (px): the pooling stride of the network.

    Returns
    -------
    list of Tile

    Raises
    ------
    InputError
        Where the tile is no larger than twice its halo, or sizes are no multiples of `stride`.
    """
    if any(length < 1 or length % stride for length in shape):
        raise InputError(f"Frame shape {shape} is not a multiple of the stride {stride}; pad it.")
    if halo < 0:
        raise InputError(f"The halo is {halo} px; it must not be negative.")
    sizes = [_rounded_up(side, stride) for side in (size if np.ndim(size) else (size, size))]
    halo = _rounded_up(halo, stride)
    for side, length in zip(sizes, shape, strict=True):
        if side <= 2 * halo and length > side:
            raise InputError(
                f"Tiles of {side} px leave nothing inside a halo of {halo} px; "
                f"take tiles of more than {2 * halo} px."
            )
    spans = [_plan_axis(length, side, halo) for length, side in zip(shape, sizes, strict=True)]
    return [
        Tile(read=(row[0], column[0]), keep=(row[1], column[1])) for row, column in product(*spans)
    ]


def _plan_axis(length: int, size: int, halo: int) -> list[tuple[slice, slice]]:
    """Pairs of what is read and what is kept along one axis."""
    if length <= size:
        return [(slice(0, length), slice(0, length))]
    starts = [*range(0, length - size, size - 2 * halo), length - size]
    cuts = [0, *(start + halo for start in starts[1:]), length]
    return [
        (slice(start, start + size), slice(cuts[i], cuts[i + 1])) for i, start in enumerate(starts)
    ]


def choose_tile_size(
    shape: tuple[int, int], n_pixels: int, *, halo: int = 0, stride: int = 1
) -> tuple[int, int]:
    """Rows and columns of the tiles of which a frame needs the fewest pixels, halo included.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the frame (px), both divisible by `stride`.
    n_pixels : int
        Pixels of a tile at most; more only where the halo leaves no choice.
    halo, stride : int
        As for `plan_tiles`.

    Returns
    -------
    tuple of int
        Both divisible by `stride`; the tiles share the frame evenly.
    """
    halo = _rounded_up(halo, stride)
    heights, widths = (list(_even_sizes(length, halo, stride)) for length in shape)
    sizes = []
    for width in widths:
        fitting = (height for height in heights if height * width <= n_pixels)
        sizes.append((next(fitting, heights[-1]), width))
    small = [size for size in sizes if prod(size) <= n_pixels] or sizes[-1:]
    return min(small, key=lambda size: prod(map(_length_read, shape, size, (halo, halo))))


def _even_sizes(length: int, halo: int, stride: int) -> Iterator[int]:
    """Sides of the tiles that share an axis evenly: of one, of two, … while half is no halo."""
    yield length
    for n in count(2):
        size = _rounded_up(-(-(length + 2 * halo * (n - 1)) // n), stride)
        if size < 4 * (halo + stride):
            return
        yield size


def _length_read(length: int, size: int, halo: int) -> int:
    """Pixels that all tiles along an axis read together."""
    return len(_plan_axis(length, size, halo)) * size


def _rounded_up(length: int, stride: int) -> int:
    return -(-length // stride) * stride


def tiles_with(mask: np.ndarray, class_index: int, *, size: int = 256) -> Iterator[Tile]:
    """Find the size×size sections of a frame in which a class occurs, row by row.

    Parameters
    ----------
    mask : ndarray
        Class indices of shape (H, W).
    class_index : int
        The class to look for.
    size : int
        Side of a section (px).

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
    missing = [max(side - length, 0) for side, length in zip(size, frame.shape[-2:], strict=True)]
    if not any(missing):
        return frame
    untouched = [(0, 0)] * (frame.ndim - 2)
    return np.pad(frame, [*untouched, *((0, rest) for rest in missing)], mode="reflect")


def cut(frame: np.ndarray, size: int, *, halo: int = 0) -> tuple[np.ndarray, list[Tile]]:
    """Cut a frame into square sections; its rim is padded by reflection where needed.

    Parameters
    ----------
    frame : ndarray
        (H, W) of any type.
    size : int
        Side of a section, halo included (px).
    halo : int
        Border shared with the neighbours (px).

    Returns
    -------
    sections : ndarray
        (N, size, size), row by row.
    tiles : list of Tile
        Where each section lies; `stitch` needs it.
    """
    if frame.ndim != 2 or frame.size == 0:
        raise InputError(f"A frame has rows and columns; this one has the shape {frame.shape}.")
    shape = tuple(_padded_length(length, size, halo) for length in frame.shape)
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
