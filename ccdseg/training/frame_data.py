"""Frames with masks of any number of classes to train on; FITS files may hold several."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ccdseg.dataset import n_last_of
from ccdseg.errors import InputError
from ccdseg.fits_io import Frame
from ccdseg.images_io.folders import ImageFolder
from ccdseg.images_io.picture_reading import read_images
from ccdseg.mask import IGNORED
from ccdseg.normalization import filled
from ccdseg.training.data import LARGEST_PIECE, Pair, TrainingData


@dataclass(frozen=True)
class FrameEntry:
    """One image of a file with its mask.

    Attributes
    ----------
    image, mask : Path
        Files.
    number : int
        Number of the image among those of the file.
    counts : tuple of int
        Pixels of each class.
    shape : tuple of int
        Rows and columns (px).
    """

    image: Path
    mask: Path
    number: int
    counts: tuple[int, ...]
    shape: tuple[int, int]

    @property
    def n_pieces(self) -> int:
        """Pieces that cover about as much as the image has."""
        return max(round(self.shape[0] * self.shape[1] / LARGEST_PIECE**2), 1)


@dataclass(frozen=True)
class FrameData(TrainingData):
    """Frames in files, of any size, read when they are asked for.

    Attributes
    ----------
    entries : tuple of FrameEntry
        Images with masks.
    in_pieces : bool
        Whether a large image counts once for every piece that is taken of it in an epoch.
    n_times : int
        Times that each comes in an epoch.
    """

    entries: tuple[FrameEntry, ...]
    in_pieces: bool = False
    n_times: int = 1

    @classmethod
    def open(
        cls,
        folder: ImageFolder,
        *,
        n_classes: int,
        in_pieces: bool = False,
        progress: bool = False,
    ) -> FrameData:
        """Look through frames and masks of class indices, or 255 where a pixel is left undecided.

        The images of a file are paired with those of its mask in their order.

        Raises
        ------
        InputError
            If a file cannot be read, a mask has another size or class, or all are background.
        """
        files = zip(folder.images, folder.masks, strict=True)
        bar = tqdm(files, "Checking", len(folder), unit="file", disable=not progress)
        entries = tuple(entry for pair in bar for entry in _entries(*pair, n_classes))
        if not any(any(entry.counts[1:]) for entry in entries):
            raise InputError(
                f"The masks beside {folder.images[0].parent} hold no class but 0; give class "
                "indices. Masks of 0 and 255 are of two classes: take --preset cosmics."
            )
        return cls(entries, in_pieces=in_pieces)

    @property
    def shape(self) -> tuple[int, int]:
        """Most rows and most columns of an image (px)."""
        rows, columns = zip(*(entry.shape for entry in self.entries), strict=True)
        return max(rows), max(columns)

    def __len__(self) -> int:
        return self._ends()[-1]

    def pair(self, index: int, rng: np.random.Generator) -> Pair:  # noqa: ARG002
        """Read an image and its mask, in which 255 is no class.

        Pixels of the image that are not finite are filled, and are not decided.
        """
        entry = self.entries[int(np.searchsorted(self._ends(), index, side="right"))]
        image, mask = _read(entry.image, entry.mask, entry.number)
        good = np.isfinite(image)
        if good.all():
            return image, mask
        return filled(image), np.where(good, mask, np.uint8(IGNORED))

    def split(
        self,
        fraction: float,
        *,
        rng: np.random.Generator,  # noqa: ARG002
        progress: bool = False,  # noqa: ARG002
    ) -> tuple[FrameData, FrameData]:
        """Split off the last `fraction` of the images; these count once each."""
        n_first = len(self.entries) - n_last_of(len(self.entries), fraction)
        first, last = self.entries[:n_first], self.entries[n_first:]
        return replace(self, entries=first), FrameData(last)

    def class_frequencies(
        self,
        n_classes: int,
        *,
        rng: np.random.Generator,  # noqa: ARG002
    ) -> np.ndarray:
        """Share of the decided pixels of each class."""
        counts = np.sum([entry.counts for entry in self.entries], axis=0)
        if len(counts) != n_classes:
            raise InputError(
                f"The masks were looked through for {len(counts)} classes, and the segmenter has "
                f"{n_classes}."
            )
        return counts / counts.sum()

    def sample(self, n_images: int, *, rng: np.random.Generator) -> Iterable[Pair]:
        """At most `n_images` whole images, evenly spread over all."""
        whole = replace(self, in_pieces=False, n_times=1)
        return super(FrameData, whole).sample(n_images, rng=rng)

    def _ends(self) -> list[int]:
        """Numbers of pairs up to each entry, and with it."""
        pieces = (entry.n_pieces if self.in_pieces else 1 for entry in self.entries)
        return list(accumulate(self.n_times * n for n in pieces))


def _entries(image: Path, mask: Path, n_classes: int) -> list[FrameEntry]:
    frames, masks = read_images(image), read_images(mask)
    if len(frames) != len(masks):
        raise InputError(
            f"{image} holds {len(frames)} images and {mask} {len(masks)}; give one mask for each."
        )
    return [
        FrameEntry(image, mask, number, _counts(frame, classes, n_classes), frame.data.shape)
        for number, (frame, classes) in enumerate(zip(frames, masks, strict=True))
    ]


def _counts(frame: Frame, mask: Frame, n_classes: int) -> tuple[int, ...]:
    if frame.data.shape != mask.data.shape:
        sizes = ["×".join(map(str, part.data.shape)) for part in (mask, frame)]
        raise InputError(
            f"The mask {mask.label} has {sizes[0]} pixels and {frame.label} {sizes[1]}; give both "
            "of one size."
        )
    if not np.isfinite(frame.data).any():
        raise InputError(f"No pixel of {frame.label} is finite (all NaN).")
    values, counts = np.unique(mask.data, return_counts=True)
    unknown = [value for value in values if value not in (*range(n_classes), IGNORED)]
    if unknown:
        raise InputError(
            f"The mask {mask.label} holds the value {unknown[0]:g}; there are {n_classes} classes, "
            f"0 to {n_classes - 1}, and {IGNORED} for what is not decided."
        )
    found = dict(zip(values, counts, strict=True))
    return tuple(int(found.get(index, 0)) for index in range(n_classes))


@lru_cache(maxsize=4)
def _read(image: Path, mask: Path, number: int) -> Pair:
    """Image and mask of a file; the last few are kept, since pieces of one frame follow."""
    data, classes = (read_images(path)[number].data for path in (image, mask))
    return data, classes.astype(np.uint8)
