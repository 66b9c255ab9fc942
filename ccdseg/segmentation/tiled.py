"""Images of any size through a network of finite reach: tile by tile, joined without seams."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from ccdseg.arrays import release
from ccdseg.normalization import Normalizer
from ccdseg.tiling import Tile, choose_tile_size, pad_to_multiple, plan_tiles

if TYPE_CHECKING:
    from ccdseg.segmentation.engines import Classifier, NetworkGeometry

_BYTES_PER_BATCH = 2**31
"""Outputs of all layers for one batch; about half of them are held at the same time."""


class TiledPrediction:
    """Cuts images into overlapping tiles, as many at once as memory allows.

    Parameters
    ----------
    geometry : NetworkGeometry
        Reach of the network, and the memory that it takes.
    """

    def __init__(self, geometry: NetworkGeometry) -> None:
        self.geometry = geometry

    def write(
        self,
        images: Iterable[np.ndarray],
        results: dict[str, np.ndarray],
        classifier: Classifier,
        normalizer: Normalizer,
        *,
        tile_size: int | tuple[int, int] | None,
        progress: bool,
    ) -> None:
        """Segment all images into `results`, tile by tile.

        Parameters
        ----------
        images : iterable of ndarray
            Signal (ADU) of shape (H, W) each; what is not finite is filled from its neighbours.
        results : dict of str to ndarray
            Arrays of shape (N, H, W, …) by the name of the classifier's output.
        classifier : Classifier
            Compiled network.
        normalizer : Normalizer
            What is done to a whole image before it is cut.
        tile_size, progress
            As for `ccdseg.Segmenter.predict`.
        """
        n_images, *shape = results["mask"].shape
        tiles = self.tiles(tuple(shape), tile_size)
        total = n_images * len(tiles)
        with tqdm(total=total, desc="Segmenting", unit="tile", disable=not progress) as bar:
            for places, pixels in self.batches(images, tiles, normalizer):
                outputs = classifier(pixels)
                for name, result in results.items():
                    for (index, tile), output in zip(places, outputs[name], strict=True):
                        target = result[index][tile.keep]
                        target[:] = output[tile.inner][: target.shape[0], : target.shape[1]]
                    release(result)
                bar.update(len(places))

    def tiles(self, shape: tuple[int, int], tile_size: int | tuple[int, int] | None) -> list[Tile]:
        """Tiles of an image of `shape`, padded to multiples of the stride."""
        reach = self.geometry
        padded = tuple(-(-length // reach.stride) * reach.stride for length in shape)
        if tile_size is None:
            tile_size = choose_tile_size(
                padded, self.batch_pixels, halo=reach.halo, stride=reach.stride
            )
        least = 4 * (reach.halo + reach.stride)
        rows, columns = (int(side) for side in np.maximum(tile_size, [least, least]))
        return plan_tiles(padded, (rows, columns), halo=reach.halo, stride=reach.stride)

    @property
    def batch_pixels(self) -> int:
        """Pixels that go through the network at once."""
        return int(_BYTES_PER_BATCH / self.geometry.bytes_per_pixel)

    def batches(
        self, images: Iterable[np.ndarray], tiles: list[Tile], normalizer: Normalizer
    ) -> Iterator[tuple[list[tuple[int, Tile]], np.ndarray]]:
        """Tiles of all images: index of the image and tile, and pixels (N, rows, columns, 1)."""
        pieces = _pieces(images, tiles, normalizer, self.geometry.stride)
        for place, part in pieces:
            more = islice(pieces, max(self.batch_pixels // part.size - 1, 0))
            places, parts = zip((place, part), *more, strict=True)
            yield places, np.stack(parts)[..., np.newaxis]


def _pieces(
    images: Iterable[np.ndarray], tiles: list[Tile], normalizer: Normalizer, stride: int
) -> Iterator[tuple[tuple[int, Tile], np.ndarray]]:
    """Index of the image and tile, and its normalised pixels (rows, columns)."""
    for index, image in enumerate(images):
        normalized = normalizer.fitted(image)
        for tile in tiles:
            yield (index, tile), pad_to_multiple(normalized(tile.read), stride)
            release(image)
