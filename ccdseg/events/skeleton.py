"""Length and straightness of clusters, from the longest paths in their skeletons."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from ccdseg.events.clusters import PixelList, batches_by_shape

_NEIGHBOURS = ((0, 1), (1, 0), (1, 1), (1, -1))
_SMOOTHED_OVER = 7
"""Pixels of a path over which its zigzag is smoothed."""

_BATCH = 2**20
"""Pixels of the canvas on which clusters are thinned together."""


def measure_skeletons(pixels: PixelList) -> tuple[np.ndarray, np.ndarray]:
    """Length and straightness of the longest path in the skeleton of each cluster.

    Parameters
    ----------
    pixels : PixelList
        The clusters, each of at least one pixel.

    Returns
    -------
    length : ndarray
        Length of the path (px), the two half pixels at its ends included, (clusters,).
    straightness : ndarray
        Distance of its ends over its length, (clusters,).
    """
    from skimage.morphology import skeletonize

    length, straightness = np.ones((2, pixels.n_clusters))
    boxes = pixels.boxes()
    for members, shape in batches_by_shape(
        boxes[:, 2:] - boxes[:, :2], growth=2.0, most_pixels=_BATCH
    ):
        index, number = pixels.indices_of(members)
        canvas = np.zeros((len(members) * (shape[0] + 1), shape[1]), dtype=bool)
        rows = pixels.rows[index] - boxes[members, 0][number] + number * (shape[0] + 1)
        canvas[rows, pixels.columns[index] - boxes[members, 1][number]] = True
        skeleton = skeletonize(canvas)
        length[members], straightness[members] = _longest_paths(skeleton, shape[0] + 1)
    return length, straightness


def _longest_paths(skeleton: np.ndarray, height: int) -> tuple[np.ndarray, np.ndarray]:
    """Length and straightness of the longest path in each strip of so many rows of a skeleton."""
    places = np.argwhere(skeleton)
    strip = places[:, 0] // height
    steps = _steps(places, skeleton.shape)
    first_end, _ = _farthest_nodes(steps, np.flatnonzero(np.diff(strip, prepend=-1)), strip)
    last_end, before = _farthest_nodes(steps, first_end, strip)
    nodes, path = _paths(first_end, last_end, before)
    line = places[nodes].astype(np.float64)
    starts = np.searchsorted(path, np.arange(len(first_end)))
    ends = np.append(starts[1:], len(path)) - 1
    number = np.arange(len(path))
    reach = range(-(_SMOOTHED_OVER // 2), _SMOOTHED_OVER // 2 + 1)
    smooth = sum(line[np.clip(number + i, starts[path], ends[path])] for i in reach)
    smooth /= _SMOOTHED_OVER
    smooth[starts], smooth[ends] = line[starts], line[ends]
    steps_along = np.hypot(*np.diff(smooth, axis=0, prepend=smooth[:1]).T)
    steps_along[starts] = 0
    length = np.bincount(path, steps_along) + 1
    return length, (np.hypot(*(line[ends] - line[starts]).T) + 1) / length


def _steps(places: np.ndarray, shape: tuple[int, int]) -> csr_array:
    """Distances between the neighbouring ones of some pixels (n, 2)."""
    rows, columns = places.T + 1
    index = np.full((shape[0] + 2, shape[1] + 2), -1)
    index[rows, columns] = np.arange(len(places))
    starts, ends, lengths = [], [], []
    for down, right in _NEIGHBOURS:
        neighbour = index[rows + down, columns + right]
        there = neighbour >= 0
        starts.append(np.flatnonzero(there))
        ends.append(neighbour[there])
        lengths.append(np.full(there.sum(), np.hypot(down, right)))
    pairs = (np.concatenate(starts), np.concatenate(ends))
    return csr_array((np.concatenate(lengths), pairs), shape=(len(places), len(places)))


def _farthest_nodes(
    steps: csr_array, sources: np.ndarray, strip: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The node farthest from the source of each strip, (strips,), and the node before each node."""
    distances, before, _ = dijkstra(
        steps, directed=False, indices=sources, min_only=True, return_predecessors=True
    )
    distances = np.where(np.isfinite(distances), distances, -1)
    order = np.lexsort((-distances, strip))
    return order[np.flatnonzero(np.diff(strip, prepend=-1))], before


def _paths(
    first_end: np.ndarray, last_end: np.ndarray, before: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Nodes of the paths from their last ends back to the first ones, and the path of each node."""
    moving, current = np.arange(len(last_end)), last_end
    nodes, paths = [], []
    while len(moving):
        nodes.append(current)
        paths.append(moving)
        on = current != first_end[moving]
        moving, current = moving[on], before[current[on]]
    path = np.concatenate(paths)
    order = np.argsort(path, kind="stable")
    return np.concatenate(nodes)[order], path[order]
