"""Sets of frames with their truth: simulated, or read from a file or a folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from ccdseg.classes import CLASSES, COSMICS, ClassCatalogue
from ccdseg.dataset import ArraySet, load_array_set
from ccdseg.errors import InputError
from ccdseg.images_io.folders import ImageFolder, find_parts
from ccdseg.simulation import (
    RECIPES,
    ClusterLibrary,
    Recipe,
    RecipeLike,
    load_cluster_library,
    simulate_images,
)
from ccdseg.simulation.components import PastedClusters
from ccdseg.training.presets import N_TEST_IMAGES, TEST_SEED

if TYPE_CHECKING:
    from ccdseg.segmentation.loading import LazySegmenter
    from ccdseg.segmentation.segmenter import Segmenter

N_FRAMES = {"general": 200, "xray": 100}
"""Frames of a recipe where it is not said how many; of others `N_TEST_IMAGES`."""

DEFAULT_RECIPES = {CLASSES.names: ("test", "general"), COSMICS.names: ("xray",)}
"""Recipes to score a model on, by the names of the classes that it tells apart."""


class KnownFrame(NamedTuple):
    """A frame and its truth.

    Attributes
    ----------
    name : str
        Name in the tables.
    image : ndarray
        Signal (ADU) of shape (H, W).
    mask : ndarray
        True class of each pixel, in the classes of the model.
    ambiguous : ndarray or None
        Pixels that no method can decide; None where they are not known.
    noise : ndarray or None
        Standard deviation (ADU) of each pixel; None where it is not known.
    conditions : dict
        What the frame is like.
    """

    name: str
    image: np.ndarray
    mask: np.ndarray
    ambiguous: np.ndarray | None = None
    noise: np.ndarray | None = None
    conditions: dict = {}  # noqa: RUF012 - never changed


class FrameSet(Protocol):
    """Frames, read or made when they are asked for."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[KnownFrame]: ...

    @property
    def origin(self) -> dict:
        """Where the frames come from, or what makes them again."""

    def others(self, n_frames: int) -> FrameSet:
        """At most so many frames of the same kind, to tune on: other ones where there are any."""


@dataclass(frozen=True)
class SimulatedFrames:
    """Frames of a recipe, simulated when they are asked for."""

    recipe: RecipeLike
    n_frames: int
    seed: int
    classes: ClassCatalogue = CLASSES

    def __len__(self) -> int:
        return self.n_frames

    def __iter__(self) -> Iterator[KnownFrame]:
        rng = np.random.default_rng(self.seed)
        frames = simulate_images(self.recipe, self.n_frames, rng=rng)
        for number, frame in enumerate(frames):
            yield KnownFrame(
                str(number),
                frame.image,
                frame.mask_in(self.classes),
                frame.ambiguous,
                frame.noise,
                frame.conditions,
            )

    @property
    def origin(self) -> dict:
        """What makes the frames again."""
        return {
            "recipe": self.recipe.name,
            "shape": list(self.recipe.shape),
            "seed": self.seed,
        }

    def others(self, n_frames: int) -> SimulatedFrames:
        """Frames of the next seed."""
        return replace(self, seed=self.seed + 1, n_frames=n_frames)


@dataclass(frozen=True)
class StoredFrames:
    """Frames of a file."""

    path: Path
    arrays: ArraySet = field(repr=False)

    def __len__(self) -> int:
        return len(self.arrays)

    def __iter__(self) -> Iterator[KnownFrame]:
        for i, (image, mask) in enumerate(zip(*self.arrays, strict=True)):
            ambiguous = None if self.arrays.ambiguous is None else self.arrays.ambiguous[i]
            yield KnownFrame(str(i), image, mask, ambiguous)

    @property
    def origin(self) -> dict:
        """Where the frames come from."""
        return {"data": str(self.path), "shape": list(self.arrays.images.shape[1:])}

    def others(self, n_frames: int) -> StoredFrames:
        """The first of the same frames: there are no others."""
        return replace(self, arrays=self.arrays[:n_frames])


@dataclass(frozen=True)
class FolderFrames:
    """One part of a folder of images and masks, of any sizes, each pair read when asked for."""

    path: Path
    parts: dict[str, ImageFolder] = field(repr=False)
    classes: ClassCatalogue
    part: str = "Test"
    most: int | None = None

    def __len__(self) -> int:
        return len(self._chosen)

    def __iter__(self) -> Iterator[KnownFrame]:
        for index in self._chosen:
            image, mask = self._folder[index]
            truth = COSMICS.translated(mask, to=self.classes)
            yield KnownFrame(self._folder.images[index].name, image, truth)

    @property
    def _folder(self) -> ImageFolder:
        return self.parts[self.part]

    @property
    def _chosen(self) -> range:
        return range(min(self.most or len(self._folder), len(self._folder)))

    @property
    def origin(self) -> dict:
        """Where the frames come from."""
        return {"data": str(self.path / self.part)}

    def others(self, n_frames: int) -> FolderFrames:
        """The first images to validate or to train with; where there are none, of the same."""
        parts = (part for part in ("Validation", "Train", "Test") if part in self.parts)
        return replace(self, part=next(parts), most=n_frames)


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
        Where model, frames and options do not fit each other.
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
