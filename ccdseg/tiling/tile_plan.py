"""Tiles laid over a frame: the pixels that each reads, and those for which its result counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, product
from math import prod

import numpy as np

from ccdseg.errors import InputError


@dataclass(frozen=True)
class Tile:
    """A piece of a frame: the pixels that are read, and the part of them that is kept.

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
        rows, columns = (
            slice(keep.start - read.start, keep.stop - read.start)
            for read, keep in zip(self.read, self.keep, strict=True)
        )
        return rows, columns

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
        Edge length of a tile, or its rows and columns, halo included (px); a smaller frame is one
        tile along that axis.
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
        If the tile is no larger than twice its halo, or sizes are no multiples of `stride`.
    """
    if any(length < 1 or length % stride for length in shape):
        raise InputError(f"Frame shape {shape} is not a multiple of the stride {stride}; pad it.")
    if halo < 0:
        raise InputError(f"The halo is {halo} px; it must not be negative.")
    sizes = [_rounded_up(edge, stride) for edge in np.broadcast_to(size, 2).tolist()]
    halo = _rounded_up(halo, stride)
    for edge, length in zip(sizes, shape, strict=True):
        if edge <= 2 * halo and length > edge:
            raise InputError(
                f"Tiles of {edge} px leave nothing inside a halo of {halo} px; "
                f"take tiles of more than {2 * halo} px."
            )
    spans = [_plan_axis(length, edge, halo) for length, edge in zip(shape, sizes, strict=True)]
    return [
        Tile(read=(row[0], column[0]), keep=(row[1], column[1])) for row, column in product(*spans)
    ]


def _plan_axis(length: int, size: int, halo: int) -> list[tuple[slice, slice]]:
    """Pairs of read and kept pixels along one axis."""
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
    """Lengths of tiles that share an axis evenly: of one, of two, … while half is no halo."""
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
