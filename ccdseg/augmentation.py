"""Augmentation of images and masks together, by imgaug."""

from __future__ import annotations

from functools import cache
from types import ModuleType

import numpy as np

from ccdseg.dataset import ArraySet
from ccdseg.errors import InputError, without_warnings

AUGMENTATIONS = ("geometric", "intensity", "all")
"""Sequences by name: where things are, how bright they are, one after the other."""


def augment(
    images: np.ndarray, masks: np.ndarray, sequence: str = "geometric", *, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Augment images and their masks alike.

    Parameters
    ----------
    images : ndarray
        Signal (ADU), float of shape (N, H, W), or RGB pictures, uint8 of shape (N, H, W, 3).
    masks : ndarray
        Class indices, uint8 of shape (N, H, W).
    sequence : {"geometric", "intensity", "all"}
        ``geometric``: flips, quarter turns (of square images), translation by up to a tenth,
        scaling from 0.8 to 1.25; pixels are moved, never mixed, and the edge is
        reflected.
        ``intensity``: one or two of dropout, inversion, logarithmic contrast, gamma contrast and,
        for RGB, hue; it leaves the masks as they are.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    images, masks : ndarray
        Copies of the same shapes and types.

    Raises
    ------
    InputError
        If the sequence is not known or the shapes do not fit.
    """
    if sequence not in AUGMENTATIONS:
        raise InputError(f"Unknown augmentation {sequence!r}; take {', '.join(AUGMENTATIONS)}.")
    rgb = images.ndim == 4 and images.shape[3] == 3 and images.dtype == np.uint8
    if not (rgb or (images.ndim == 3 and images.dtype.kind == "f")):
        raise InputError(
            f"Images of shape {images.shape} and type {images.dtype} cannot be augmented; give "
            "floats of shape (N, H, W) or uint8 of shape (N, H, W, 3)."
        )
    if masks.shape != images.shape[:3]:
        raise InputError(f"Masks of shape {masks.shape} do not fit images of {images.shape}.")
    new_images, new_masks = images.copy(), masks.copy()
    if sequence != "intensity":
        _move(new_images, new_masks, rng)
    if sequence != "geometric":
        _change(new_images, rng, rgb=rgb)
    return new_images, new_masks


def _move(images: np.ndarray, masks: np.ndarray, rng: np.random.Generator) -> None:
    """Move pixels in place: imgaug moves their numbers, so image and mask cannot part."""
    height, width = masks.shape[1:]
    augmenter = _geometric(_imgaug().augmenters, square=height == width)
    augmenter.seed_(int(rng.integers(2**31)))
    numbers = np.arange(height * width, dtype=np.int32).reshape(height, width, 1)
    for image, mask in zip(images, masks, strict=True):
        origin = augmenter(image=numbers)[..., 0]
        image[:] = image.reshape(height * width, -1)[origin].reshape(image.shape)
        mask[:] = mask.ravel()[origin]


def _change(images: np.ndarray, rng: np.random.Generator, *, rgb: bool) -> None:
    """Change intensities in place."""
    augmenter = _intensity(_imgaug().augmenters, rgb=rgb)
    augmenter.seed_(int(rng.integers(2**31)))
    for image in images:
        picture, low, span = (image, 0, 1) if rgb else _to_unit_range(image)
        changed = augmenter(image=picture)
        image[:] = changed if rgb else changed[..., 0] * span + low


def append_augmented(arrays: ArraySet, sequence: str, *, rng: np.random.Generator) -> ArraySet:
    """Return images and masks with an augmented copy of each appended; parameters as `augment`.

    Which pixels of the set are ambiguous is not carried over.
    """
    if arrays.masks is None:
        raise InputError("The set holds no masks; images are augmented together with theirs.")
    images, masks = augment(arrays.images, arrays.masks, sequence, rng=rng)
    return ArraySet(np.concatenate([arrays.images, images]), np.concatenate([arrays.masks, masks]))


def _to_unit_range(image: np.ndarray) -> tuple[np.ndarray, float, float]:
    """Image with a channel axis scaled to 0…1, its minimum and its range."""
    low = image.min()
    span = image.max() - low or 1.0
    return ((image - low) / span).astype(np.float32)[..., np.newaxis], low, span


def _geometric(iaa: ModuleType, *, square: bool) -> object:
    move = iaa.Affine(
        translate_percent={"x": (-0.1, 0.1), "y": (-0.1, 0.1)},
        scale=(0.8, 1.25),
        order=0,
        mode="reflect",
    )
    turns = [iaa.Rot90((0, 3), keep_size=False)] if square else []
    return iaa.Sequential([iaa.Fliplr(0.5), iaa.Flipud(0.5), *turns, iaa.Sometimes(0.5, move)])


def _intensity(iaa: ModuleType, *, rgb: bool) -> object:
    dropout = iaa.Dropout2d(p=0.3, nb_keep_channels=1) if rgb else iaa.Dropout(p=(0.0, 0.02))
    choices = [
        dropout,
        iaa.Invert(1.0, max_value=None if rgb else 1.0, min_value=None if rgb else 0.0),
        iaa.LogContrast(gain=(0.7, 1.3)),
        iaa.GammaContrast((0.7, 1.4)),
    ]
    if rgb:
        choices.append(iaa.AddToHue((-60, 60)))
    return iaa.SomeOf((1, 2), choices)


@cache
def _imgaug() -> ModuleType:
    """Import imgaug, which no longer is maintained and asks numpy for what numpy 2 has not.

    It reads ``np.sctypes`` while it is imported, and never again.
    """
    restored = not hasattr(np, "sctypes")
    if restored:
        np.sctypes = {  # noqa: NPY201
            "int": [np.int8, np.int16, np.int32, np.int64],
            "uint": [np.uint8, np.uint16, np.uint32, np.uint64],
            "float": [np.float16, np.float32, np.float64],
        }
    try:
        with without_warnings():
            import imgaug
            import imgaug.augmenters
    except ImportError as error:
        raise InputError(
            f"imgaug cannot be imported ({error}). OpenCV needs the system libraries libgl1 and "
            "libglib2.0-0; install them, or put opencv-python-headless in the place of "
            "opencv-python."
        ) from None
    finally:
        if restored:
            del np.sctypes  # noqa: NPY201
    return imgaug
