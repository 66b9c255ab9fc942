"""Sets of frames whose truth is known: simulated, or read from a file or a folder."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from ccdseg.classes import CLASSES, COSMICS, ClassCatalogue
from ccdseg.dataset import ArraySet, load_array_set
from ccdseg.errors import InputError
from ccdseg.images_io.folders import ImageFolder, find_parts
from ccdseg.simulation import (
    RECIPES,
    ClusterLibrary,
    FrameRecipe,
    SimulationRecipe,
    load_cluster_library,
    simulate_images,
)
from ccdseg.training.presets import N_TEST_IMAGES, TEST_SEED

N_FRAMES = {"general": 200, "xray": 100}
"""Frames of a recipe where it is not said how many; of others `N_TEST_IMAGES`."""

DEFAULT_RECIPES = {CLASSES.names: ("test", "general"), COSMICS.names: ("xray",)}
"""Recipes to score a model on, by the names of the classes that it tells apart."""


class KnownFrame(NamedTuple):
    """A frame and its truth.

    Attributes
    ----------
    name : str
        What tables call it.
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

    recipe: SimulationRecipe | FrameRecipe
    n_frames: int
    seed: int
    library: ClusterLibrary | None = None
    classes: ClassCatalogue = CLASSES

    def __len__(self) -> int:
        return self.n_frames

    def __iter__(self) -> Iterator[KnownFrame]:
        rng = np.random.default_rng(self.seed)
        frames = simulate_images(self.recipe, self.n_frames, rng=rng, library=self.library)
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


def choose_sets(arguments: argparse.Namespace, classes: ClassCatalogue) -> dict[str, FrameSet]:
    """Sets of frames by name, for a model of these classes."""
    if arguments.data:
        return {arguments.data.stem: _own_frames(arguments, classes)}
    if classes.names not in DEFAULT_RECIPES:
        raise InputError(
            f"The model {arguments.model} tells {', '.join(classes.names)} apart, simulated frames "
            f"hold {', '.join(CLASSES.names)}; evaluate it with --data."
        )
    recipes = {
        name: RECIPES[name].scaled(arguments.shape) if arguments.shape else RECIPES[name]
        for name in arguments.recipe or DEFAULT_RECIPES[classes.names]
    }
    library = arguments.library and load_cluster_library(arguments.library)
    if library is not None and all(isinstance(recipe, FrameRecipe) for recipe in recipes.values()):
        raise InputError(
            f"--library does not fit --recipe {' '.join(recipes)}, which makes its own particles; "
            "add the recipe test, or leave it out."
        )
    seed = TEST_SEED if arguments.seed is None else arguments.seed
    return {
        name: SimulatedFrames(
            recipe, arguments.n or N_FRAMES.get(name, N_TEST_IMAGES), seed, library, classes
        )
        for name, recipe in recipes.items()
    }


def _own_frames(arguments: argparse.Namespace, classes: ClassCatalogue) -> FrameSet:
    for name in ("n", "shape", "library", "seed"):
        if getattr(arguments, name) is not None:
            raise InputError(f"--{name} is about simulated frames; leave it out with --data.")
    if arguments.data.is_dir():
        return _folder_frames(arguments, classes)
    arrays = load_array_set(arguments.data, n_classes=len(classes))
    if arrays.masks is None:
        raise InputError(f"{arguments.data} holds no masks to compare with; add them.")
    return StoredFrames(arguments.data, arrays)


def _folder_frames(arguments: argparse.Namespace, classes: ClassCatalogue) -> FolderFrames:
    if classes.particles is None:
        raise InputError(
            f"The masks of {arguments.data} tell cosmics from background; the model "
            f"{arguments.model} tells {', '.join(classes.names)} apart."
        )
    parts = find_parts(arguments.data)
    if "Test" not in parts:
        raise InputError(
            f"{arguments.data} holds {', '.join(parts)}; to score a model, add the folders Test "
            "and TestAnnotation."
        )
    return FolderFrames(arguments.data, parts, classes)
