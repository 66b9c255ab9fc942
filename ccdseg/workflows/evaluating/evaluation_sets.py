"""Choice of the sets of frames that a model is scored on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ccdseg.classes import CLASSES, COSMICS
from ccdseg.dataset import load_array_set
from ccdseg.errors import InputError
from ccdseg.images_io.folders import find_parts
from ccdseg.simulation import (
    DOMAINS,
    RECIPES,
    ClusterLibrary,
    Recipe,
    load_cluster_library,
)
from ccdseg.simulation.components import PastedClusters
from ccdseg.training.presets import N_TEST_IMAGES, TEST_SEED
from ccdseg.workflows.evaluating.evaluation_frames import (
    FolderFrames,
    FrameSet,
    SimulatedFrames,
    StoredFrames,
)

if TYPE_CHECKING:
    from ccdseg.segmentation.loading import LazySegmenter
    from ccdseg.segmentation.segmenter import Segmenter

N_FRAMES = {"general": 200, "light": 100} | dict.fromkeys(DOMAINS, 100)
"""Frames of a recipe where it is not said how many; of others `N_TEST_IMAGES`."""

DEFAULT_RECIPES = {CLASSES.names: ("test", "general"), COSMICS.names: ("light",)}
"""Recipes to score a model on, by the names of the classes that it tells apart."""


def choose_sets(
    segmenter: Segmenter | LazySegmenter,
    *,
    recipes: Sequence[str] | Mapping[str, Recipe] | None = None,
    data: str | Path | None = None,
    n_frames: int | None = None,
    shape: tuple[int, int] | None = None,
    library: str | Path | None = None,
    seed: int | None = None,
) -> dict[str, FrameSet]:
    """Sets of frames by name, for a model; parameters as `evaluate`.

    Raises
    ------
    InputError
        If model, frames and options do not fit each other.
    """
    if data is not None:
        options = {"frames": n_frames, "shape": shape, "library": library, "seed": seed}
        for name, value in options.items():
            if value is not None:
                raise InputError(f"--{name} is about simulated frames; leave it out with --data.")
        return {Path(data).stem: _stored_set(segmenter, Path(data))}
    classes = segmenter.classes
    if classes.names not in DEFAULT_RECIPES:
        raise InputError(
            f"The model {segmenter.name} tells {', '.join(classes.names)} apart, simulated frames "
            f"hold {', '.join(CLASSES.names)}; evaluate it with --data."
        )
    chosen = _recipes(recipes or DEFAULT_RECIPES[classes.names])
    if shape is not None:
        chosen = {name: recipe.scaled(shape) for name, recipe in chosen.items()}
    if library is not None:
        chosen = _with_library(chosen, load_cluster_library(library))
    seed = TEST_SEED if seed is None else seed
    return {
        name: SimulatedFrames(recipe, n_frames or N_FRAMES.get(name, N_TEST_IMAGES), seed, classes)
        for name, recipe in chosen.items()
    }


def _recipes(
    recipes: Sequence[str] | Mapping[str, Recipe],
) -> dict[str, Recipe]:
    if isinstance(recipes, Mapping):
        return dict(recipes)
    for name in recipes:
        if name not in RECIPES:
            raise InputError(f"Unknown recipe {name!r}; one of: {', '.join(RECIPES)}.")
    return {name: RECIPES[name] for name in recipes}


def _with_library(recipes: dict[str, Recipe], library: ClusterLibrary) -> dict[str, Recipe]:
    """The recipes with clusters of another library in those that paste clusters."""
    pasting = {name for name, recipe in recipes.items() if recipe.find(PastedClusters)}
    if not pasting:
        raise InputError(
            f"--library does not fit --recipe {' '.join(recipes)}, which makes its own particles; "
            "add the recipe test, or leave it out."
        )
    return {
        name: recipe.with_library(library) if name in pasting else recipe
        for name, recipe in recipes.items()
    }


def _stored_set(segmenter: Segmenter | LazySegmenter, path: Path) -> FrameSet:
    classes = segmenter.classes
    if not path.is_dir():
        arrays = load_array_set(path, n_classes=len(classes))
        if arrays.masks is None:
            raise InputError(f"{path} holds no masks to compare with; add them.")
        return StoredFrames(path, arrays)
    if classes.particles is None:
        raise InputError(
            f"The masks of {path} tell cosmics from background; the model {segmenter.name} tells "
            f"{', '.join(classes.names)} apart."
        )
    parts = find_parts(path)
    if "Test" not in parts:
        raise InputError(
            f"{path} holds {', '.join(parts)}; to score a model, add the folders Test and "
            "TestAnnotation."
        )
    return FolderFrames(path, parts, classes)
