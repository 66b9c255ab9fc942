"""Frames with their truth, one at a time: simulated, or read from a file or a folder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from ccdseg.classes import CLASSES, COSMICS, ClassCatalogue
from ccdseg.dataset import ArraySet
from ccdseg.images_io.folders import ImageFolder
from ccdseg.simulation import RecipeLike, simulate_images


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
        Conditions of the frame.
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
        """Origin of the frames, or the command that makes them again."""

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
        """Command that makes the frames again."""
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
        """Origin of the frames."""
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
        """Origin of the frames."""
        return {"data": str(self.path / self.part)}

    def others(self, n_frames: int) -> FolderFrames:
        """The first images to validate or to train with; where there are none, of the same."""
        parts = (part for part in ("Validation", "Train", "Test") if part in self.parts)
        return replace(self, part=next(parts), most=n_frames)
