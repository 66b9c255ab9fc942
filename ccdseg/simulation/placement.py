"""Elements of an image: drawn from a recipe, listed, and turned into layers of charge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ccdseg.classes import CLASSES
from ccdseg.detector import Detector
from ccdseg.simulation.effects import glowing, hot_lines, ionisation
from ccdseg.simulation.library import ClusterLibrary
from ccdseg.simulation.recipe import SimulationRecipe

ELEMENT = np.dtype(
    [
        ("class_index", np.uint8),
        ("row", np.int32),
        ("column", np.int32),
        ("height", np.int32),
        ("width", np.int32),
        ("level", np.float32),
        ("energy", np.float32),
        ("library_index", np.int32),
    ]
)
"""One element of an image: class, bounding box (px; it may reach beyond the frame), signal of a
hot line or of the glow above the pedestal (ADU), energy of a cluster (keV) and which one of the
library it is. What does not apply is NaN or -1. Columns are those before binning."""


@dataclass(frozen=True, eq=False)
class Layer:
    """One class of elements as charge, with the list of what was put where.

    Attributes
    ----------
    charge : ndarray
        Charge (e⁻), float32 of shape (H, W).
    elements : ndarray
        Structured array of `ELEMENT`.
    """

    charge: np.ndarray
    elements: np.ndarray


def draw_glow(recipe: SimulationRecipe, detector: Detector, rng: np.random.Generator) -> Layer:
    """Draw whether and where an image glows."""
    height, width = recipe.shape
    level = rng.uniform(*recipe.glow_level)
    offset = rng.integers(*recipe.glow_offset, endpoint=True)
    columns = min(rng.integers(*recipe.glow_width, endpoint=True), max(width - offset, 0))
    if rng.random() >= recipe.glow_probability or columns == 0:
        return Layer(np.zeros(recipe.shape, dtype=np.float32), _elements(0, "glowing"))
    elements = _elements(1, "glowing")
    elements["column"], elements["height"], elements["width"] = offset, height, columns
    elements["level"] = level
    charge = glowing(recipe.shape, level / detector.gain, first_column=offset, width=columns)
    return Layer(charge, elements)


def draw_hot_lines(recipe: SimulationRecipe, detector: Detector, rng: np.random.Generator) -> Layer:
    """Draw rows and columns of hot pixels: random start, random length to the region's edge."""
    n = rng.integers(*recipe.n_hot_lines, endpoint=True)
    left = int(recipe.hot_span[0] * recipe.shape[1])
    right = max(round(recipe.hot_span[1] * recipe.shape[1]), left + 1)
    level = rng.uniform(*recipe.hot_level)
    vertical = rng.random(n) < 0.5
    elements = _elements(n, "hot pixel")
    elements["row"] = rng.integers(0, recipe.shape[0], n)
    elements["column"] = rng.integers(left, right, n)
    room = np.where(vertical, recipe.shape[0] - elements["row"], right - elements["column"])
    lengths = np.ceil(rng.random(n) * room).astype(int)
    elements["height"] = np.where(vertical, lengths, 1)
    elements["width"] = np.where(vertical, 1, lengths)
    elements["level"] = level
    charge = hot_lines(
        recipe.shape,
        level / detector.gain,
        elements["row"],
        elements["column"],
        lengths,
        vertical=vertical,
    )
    return Layer(charge, elements)


def draw_clusters(
    recipe: SimulationRecipe,
    detector: Detector,
    rng: np.random.Generator,
    library: ClusterLibrary,
) -> Layer:
    """Draw clusters of the library, each flipped and turned at random, centred anywhere."""
    n = rng.integers(*recipe.n_clusters, endpoint=True)
    picked = rng.integers(0, len(library), n)
    turned = rng.random((3, n)) < 0.5
    heights, widths = library.heights[picked], library.widths[picked]
    elements = _elements(n, "cluster")
    elements["library_index"] = picked
    elements["energy"] = library.total_energies[picked]
    elements["height"] = np.where(turned[2], widths, heights)
    elements["width"] = np.where(turned[2], heights, widths)
    span = np.array(recipe.cluster_span) * recipe.shape[1]
    elements["row"] = rng.uniform(0, recipe.shape[0], n) - elements["height"] / 2
    elements["column"] = rng.uniform(*span, n) - elements["width"] / 2
    energy = paste_clusters(
        recipe.shape, library, picked, elements["row"], elements["column"], turned=turned
    )
    return Layer(ionisation(energy, detector.pair_energy), elements)


def paste_clusters(
    shape: tuple[int, int],
    library: ClusterLibrary,
    picked: np.ndarray,
    rows: np.ndarray,
    columns: np.ndarray,
    *,
    turned: np.ndarray,
) -> np.ndarray:
    """Add clusters of a library to an empty frame.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the frame (px).
    library : ClusterLibrary
        Deposits (keV per pixel).
    picked : ndarray of int
        (n,): index of each cluster in the library.
    rows, columns : ndarray of int
        (n,): where the upper left pixel of each comes to lie (px), outside the frame too; what
        falls outside is cut off.
    turned : ndarray of bool
        (3, n): whether each is flipped along the rows, along the columns, and transposed.

    Returns
    -------
    ndarray
        Energy (keV per pixel), float32 of `shape`.
    """
    margin = max(library.largest, 1)
    padded = (shape[0] + 2 * margin, shape[1] + 2 * margin)
    down, along, start = _steps(library, picked, turned, padded[1])
    start += (rows + margin) * padded[1] + columns + margin
    visible = (rows > -margin) & (rows < shape[0]) & (columns > -margin) & (columns < shape[1])
    picked, down, along, start = (values[visible] for values in (picked, down, along, start))
    first = library.offsets[picked]
    counts = library.offsets[picked + 1] - first
    ends = np.cumsum(counts)
    deposit = np.arange(ends[-1] if len(ends) else 0) + np.repeat(first - ends + counts, counts)
    position = library.rows[deposit] * np.repeat(down, counts)
    position += library.columns[deposit] * np.repeat(along, counts)
    position += np.repeat(start, counts)
    frame = np.bincount(
        position, weights=library.energies[deposit], minlength=padded[0] * padded[1]
    ).reshape(padded)
    return frame[margin:-margin, margin:-margin].astype(np.float32)


def _steps(
    library: ClusterLibrary, picked: np.ndarray, turned: np.ndarray, width: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What a cluster's next row, next column and first pixel add to a position in a flat frame.

    A flip walks backwards from the other end; a transposition exchanges the two directions.
    """
    flip_rows, flip_columns, transposed = turned
    down = np.where(transposed, 1, width) * np.where(flip_rows, -1, 1)
    along = np.where(transposed, width, 1) * np.where(flip_columns, -1, 1)
    start = np.where(flip_rows, -down * (library.heights[picked] - 1), 0)
    start += np.where(flip_columns, -along * (library.widths[picked] - 1), 0)
    return down, along, start


def _elements(n: int, name: str) -> np.ndarray:
    elements = np.zeros(n, dtype=ELEMENT)
    elements["class_index"] = CLASSES[name].index
    elements["level"] = elements["energy"] = np.nan
    elements["library_index"] = -1
    return elements
