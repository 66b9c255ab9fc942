"""Data sets of images and masks as arrays: load, save, split."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ccdseg.errors import InputError
from ccdseg.files import read_npz, write_npz

_RENAMED = {"unclear": "ambiguous"}
"""Keys of files of earlier versions."""


@dataclass(frozen=True, eq=False)
class ArraySet:
    """Images with their masks; it unpacks as ``images, masks = array_set``.

    Attributes
    ----------
    images : ndarray
        Signal (ADU), float32 of shape (N, H, W).
    masks : ndarray or None
        Class indices, uint8 of shape (N, H, W).
    ambiguous : ndarray or None
        Ignore mask: true where no method can decide the class, bool of shape (N, H, W).
    """

    images: np.ndarray
    masks: np.ndarray | None = None
    ambiguous: np.ndarray | None = None

    def __post_init__(self) -> None:
        if self.images.ndim != 3 or self.images.dtype.kind not in "fiu" or not self.images.size:
            raise InputError(
                f"images have shape {self.images.shape} and type {self.images.dtype}; "
                "they must be numbers of shape (N, rows, columns)."
            )
        for name, kinds in {"masks": "ui", "ambiguous": "b"}.items():
            array = getattr(self, name)
            if array is None:
                continue
            if array.shape != self.images.shape or array.dtype.kind not in kinds:
                wanted = "class indices (integers)" if name == "masks" else "booleans"
                raise InputError(
                    f"{name} have shape {array.shape} and type {array.dtype}; they must be "
                    f"{wanted} of the shape of the images, {self.images.shape}."
                )

    def __len__(self) -> int:
        return len(self.images)

    def __iter__(self) -> Iterator[np.ndarray | None]:
        return iter((self.images, self.masks))

    def __getitem__(self, part: slice) -> ArraySet:
        arrays = (self.images, self.masks, self.ambiguous)
        return ArraySet(*(None if array is None else array[part] for array in arrays))

    def split(self, fraction: float) -> tuple[ArraySet, ArraySet]:
        """Split off the last `fraction` of the images, at least one of each part.

        Raises
        ------
        InputError
            If there are fewer than two images.
        """
        n_last = n_last_of(len(self), fraction)
        return self[: len(self) - n_last], self[len(self) - n_last :]

    def save(self, path: str | Path) -> None:
        """Write the set as a compressed `.npz` file with the attributes' names as keys."""
        arrays = {"images": self.images, "masks": self.masks, "ambiguous": self.ambiguous}
        write_npz(path, {key: array for key, array in arrays.items() if array is not None})


def n_last_of(n_images: int, fraction: float) -> int:
    """Number of images in the last `fraction` of `n_images`, such that neither part is empty.

    Raises
    ------
    InputError
        If there are fewer than two images.
    """
    if n_images < 2:
        raise InputError(
            f"{n_images} image left to split into training and validation; more are needed."
        )
    return min(max(round(fraction * n_images), 1), n_images - 1)


def load_array_set(path: str | Path, *, n_classes: int) -> ArraySet:
    """Read a set of images and masks.

    Parameters
    ----------
    path : str or Path
        A `.npz` file with the keys ``images`` and, optionally, ``masks`` and ``ambiguous``, which
        earlier versions called ``unclear``.
    n_classes : int
        Number of classes; the masks must hold smaller indices only.

    Returns
    -------
    ArraySet

    Raises
    ------
    InputError
        If the file is missing or damaged, or its arrays do not fit.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"No data file {path}.")
    arrays = {_RENAMED.get(key, key): array for key, array in read_npz(path).items()}
    unknown = set(arrays) - {"images", "masks", "ambiguous"}
    if "images" not in arrays or unknown:
        raise InputError(
            f"{path} holds the keys {', '.join(sorted(arrays)) or 'none'}; it must hold 'images' "
            "and may hold 'masks' and 'ambiguous'."
        )
    try:
        array_set = ArraySet(**arrays)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    if not np.all(np.isfinite(array_set.images)):
        raise InputError(f"{path}: the images hold NaN or infinite values.")
    masks = array_set.masks
    if masks is not None and not (masks.min() >= 0 and masks.max() < n_classes):
        raise InputError(
            f"{path}: the masks hold class {masks.max() if masks.min() >= 0 else masks.min()}; "
            f"there are {n_classes} classes, 0 to {n_classes - 1}."
        )
    return array_set
