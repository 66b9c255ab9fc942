"""Folders of images and of their masks, matched by name and read when they are needed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ccdseg.dataset import n_last_of
from ccdseg.errors import InputError
from ccdseg.images_io.formats import read_header
from ccdseg.images_io.names import SUFFIXES, image_files_in, is_picture, stem
from ccdseg.images_io.picture_reading import first_channel, read_images, read_picture

PARTS = ("Train", "Validation", "Test")
"""Names of the folders of images; `mask_folder` names that of the masks."""

_ON = (0, 1, 255, 65535)
"""Values that a mask may hold: 0, and one of the others."""


@dataclass(frozen=True)
class ImageFolder(Sequence):
    """Images with their masks; each pair is read when it is asked for.

    Attributes
    ----------
    images : tuple of Path
        Files of the images, sorted by name.
    masks : tuple of Path or None
        Files of their masks, in the same order; None where there are none.
    """

    images: tuple[Path, ...]
    masks: tuple[Path, ...] | None = None

    @classmethod
    def open(cls, images: str | Path, masks: str | Path | None = None) -> ImageFolder:
        """List a folder of images and one of masks of the same names.

        Raises
        ------
        InputError
            If a folder is missing or empty, or an image or mask has no partner.
        """
        found = _listed(Path(images))
        if masks is None:
            return cls(tuple(found.values()))
        partners = _listed(Path(masks))
        for names, others, kind, folder in (
            (found, partners, "mask", masks),
            (partners, found, "image", images),
        ):
            alone = sorted(set(names) - set(others))
            if alone:
                more = f", nor have {len(alone) - 1} others" if len(alone) > 1 else ""
                raise InputError(f"{names[alone[0]]} has no {kind} of its name in {folder}{more}.")
        return cls(tuple(found.values()), tuple(partners[name] for name in found))

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> tuple[np.ndarray, np.ndarray | None]:
        """Image, float32 of shape (H, W), and mask, uint8 with 0 and 1, or None.

        Raises
        ------
        InputError
            If a file cannot be read, the mask is not binary, or its size is another.
        """
        image = read_image(self.images[index])
        if self.masks is None:
            return image, None
        mask = read_mask(self.masks[index])
        check_sizes(self.images[index], image.shape, self.masks[index], mask.shape)
        return image, mask

    def split(self, fraction: float) -> tuple[ImageFolder, ImageFolder]:
        """Split off the last `fraction` of the images, at least one of each part.

        Raises
        ------
        InputError
            If there are fewer than two images.
        """
        n_first = len(self) - n_last_of(len(self), fraction)
        parts = slice(None, n_first), slice(n_first, None)
        return tuple(
            ImageFolder(self.images[part], None if self.masks is None else self.masks[part])
            for part in parts
        )


def mask_folder(part: str) -> str:
    """Name of the folder of a part's masks."""
    return f"{part}Annotation"


def find_parts(folder: str | Path) -> dict[str, ImageFolder]:
    """Parts of a data set: ``Train`` with ``TrainAnnotation``, ``Validation``…, ``Test``….

    Raises
    ------
    InputError
        If there is none of them, one has no annotations, or as `ImageFolder.open`.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"No such folder: {folder}")
    parts = {}
    for name in PARTS:
        images, masks = folder / name, folder / mask_folder(name)
        if images.is_dir() != masks.is_dir():
            present, missing = (images, masks) if images.is_dir() else (masks, images)
            raise InputError(f"{present} has no partner: {missing} is missing.")
        if images.is_dir():
            parts[name] = ImageFolder.open(images, masks)
    if not parts:
        wanted = ", ".join(f"{name} and {mask_folder(name)}" for name in PARTS)
        raise InputError(f"{folder} holds no images; it must hold the folders {wanted}.")
    return parts


def check_folders(folders: Iterable[ImageFolder], *, progress: bool = True) -> tuple[int, int]:
    """Look through images and their masks before they are read for good.

    Only headers are read: a damaged image, or a mask of other values, is found when it is read.

    Parameters
    ----------
    folders : iterable of ImageFolder
        Images with masks.
    progress : bool
        Whether to show a progress bar.

    Returns
    -------
    tuple of int
        Most rows and most columns of an image (px).

    Raises
    ------
    InputError
        If a file cannot be read, an image and its mask have different sizes, or images differ
        in depth: the first such pair is named.
    """
    pairs = [pair for folder in folders for pair in zip(folder.images, folder.masks, strict=True)]
    first, headers = pairs[0][0], []
    for image, mask in tqdm(pairs, "Checking", unit="image", disable=not progress):
        header = read_header(image)
        check_sizes(image, header.shape, mask, read_header(mask).shape)
        headers.append(header)
        if header.depth != headers[0].depth:
            raise InputError(
                f"{image} is of {header.depth} and {first} of {headers[0].depth}; give images of "
                "one depth, or one value would mean two brightnesses."
            )
    return tuple(max(sides) for sides in zip(*(header.shape for header in headers), strict=True))


def check_sizes(
    image: Path, image_shape: tuple[int, int], mask: Path, mask_shape: tuple[int, int]
) -> None:
    """Refuse a mask of another size than its image.

    Raises
    ------
    InputError
    """
    if mask_shape != image_shape:
        raise InputError(
            f"{mask} has {mask_shape[0]}×{mask_shape[1]} pixels and {image} "
            f"{image_shape[0]}×{image_shape[1]}; give both of one size."
        )


def read_image(path: str | Path) -> np.ndarray:
    """Read an image of 8 or 16 bit, or a FITS frame: its first channel, float32 of shape (H, W).

    Raises
    ------
    InputError
        If it cannot be read, or is of another type.
    """
    return read_images(path, hdu=None)[0].data


def read_mask(path: str | Path) -> np.ndarray:
    """Read a mask of two values, 0 and 1, 255 or 65535: uint8 of shape (H, W) with 0 and 1.

    Raises
    ------
    InputError
        If it cannot be read or holds other values.
    """
    pixels = first_channel(read_picture(path)) if is_picture(path) else read_image(path)
    values = np.unique(pixels)
    if len(values) > 2 or not np.isin(values, _ON).all() or (len(values) == 2 and values[0] != 0):
        shown = ", ".join(f"{value:g}" for value in values[:5])
        raise InputError(
            f"{path} is no mask of two classes: it holds {len(values)} values ({shown}"
            f"{', …' if len(values) > 5 else ''}); give 0 and 1, or 0 and 255."
        )
    return (pixels != 0).astype(np.uint8)


def _listed(folder: Path) -> dict[str, Path]:
    """Files of a folder by their names without suffix, sorted."""
    if not folder.is_dir():
        raise InputError(f"No such folder: {folder}")
    found: dict[str, Path] = {}
    for path in image_files_in(folder):
        name = stem(path)
        if name in found:
            raise InputError(f"{found[name]} and {path} have the same name; keep one of them.")
        found[name] = path
    if not found:
        raise InputError(f"The folder {folder} holds no image ({', '.join(SUFFIXES)}).")
    return found
