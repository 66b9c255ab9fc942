"""The plain loops that the original application used, as the yardstick."""

from __future__ import annotations

import numpy as np

from ccdseg.detector import Detector
from ccdseg.mask import IntensityBands
from ccdseg.simulation import ClusterLibrary, Recipe
from ccdseg.simulation.components import GlowSlab, HotSegments, PastedClusters


def label(images: np.ndarray, bands: IntensityBands, n_classes: int) -> np.ndarray:
    """One-hot masks by intensity bands, pixel by pixel; the class is looked up once per class."""

    def class_of(value: float) -> int:
        index = 0
        for edge in bands.edges:
            if value >= edge:
                index += 1
        return bands.class_indices[index]

    one_hot = np.zeros((*images.shape, n_classes))
    for n in range(images.shape[0]):
        for row in range(images.shape[1]):
            for column in range(images.shape[2]):
                for index in range(n_classes):
                    if class_of(images[n, row, column]) == index:
                        one_hot[n, row, column, index] = 1
    return one_hot


def cut(frame: np.ndarray, size: int) -> np.ndarray:
    """Sections of a frame whose sides are multiples of `size`, pixel by pixel."""
    high, wide = (length // size for length in frame.shape)
    sections = np.zeros((high * wide, size, size))
    for i in range(wide):
        for j in range(high):
            for x in range(size):
                for y in range(size):
                    sections[i + j * wide, y, x] = frame[y + j * size, x + i * size]
    return sections


def stitch(sections: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Frame of the sections, pixel by pixel."""
    size = sections.shape[1]
    high, wide = (length // size for length in shape)
    frame = np.zeros(shape)
    for i in range(wide):
        for j in range(high):
            for x in range(size):
                for y in range(size):
                    frame[y + j * size, x + i * size] = sections[i + j * wide, y, x]
    return frame


def simulate(
    recipe: Recipe,
    detector: Detector,
    library: list[np.ndarray],
    rng: np.random.Generator,
) -> np.ndarray:
    """Image of a recipe, element by element, each on a frame of its own; no mask."""
    height, width = recipe.shape
    slab, segments, pasted = (recipe.find(kind) for kind in (GlowSlab, HotSegments, PastedClusters))
    image = np.zeros(recipe.shape)
    clusters = np.zeros(recipe.shape)
    left, right = (round(part * width) for part in pasted.span)
    for cluster in rng.permutation(len(library))[: round(pasted.number.draw(rng))]:
        charge = np.round(library[cluster] * detector.adu_per_kev)
        rows, columns = charge.shape
        row = int(rng.uniform(0, height - rows))
        column = int(rng.uniform(left, max(right - columns, left + 1)))
        part = clusters[row : row + rows, column : column + columns]
        clusters[row : row + rows, column : column + columns] = part + charge[:, : part.shape[1]]
    image = image + clusters
    hot = np.zeros(recipe.shape)
    left, right = (round(part * width) for part in segments.span)
    level = segments.level.low
    for _ in range(round(segments.number.draw(rng))):
        row, column = int(rng.uniform(0, height)), int(rng.uniform(left, right))
        if rng.integers(2) == 0:
            stop = int(rng.uniform(column, right))
            hot[row, column:stop] = np.zeros(stop - column) + level
        else:
            stop = int(rng.uniform(row, height))
            hot[row:stop, column] = np.zeros(stop - row) + level
    image = image + hot
    if rng.random() < slab.probability:
        glow = np.zeros(recipe.shape)
        first, n_columns = round(slab.offset.draw(rng)), round(slab.width.draw(rng))
        glow[:, first : first + n_columns] += slab.level.draw(rng)
        image = image + glow
    return image + rng.normal(detector.pedestal, detector.noise, recipe.shape)


def dense(library: ClusterLibrary) -> list[np.ndarray]:
    """Clusters of a library as pictures."""
    return list(library)
