"""Tiling: a frame cut into tiles with a halo, and stitched again without losing a pixel."""

from ccdseg.tiling.sections import cut, pad_to, pad_to_multiple, stitch, tiles_with
from ccdseg.tiling.tile_plan import Tile, choose_tile_size, plan_tiles

__all__ = [
    "Tile",
    "choose_tile_size",
    "cut",
    "pad_to",
    "pad_to_multiple",
    "plan_tiles",
    "stitch",
    "tiles_with",
]
