"""From images to masks and probabilities: sections levelled, the network run, strips cleared."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ccdseg.arrays import IN_MEMORY, empty
from ccdseg.arrays.nddata import pixels_of
from ccdseg.errors import InputError
from ccdseg.normalization import check_any_finite
from ccdseg.normalization.amplifiers import (
    Amplifiers,
    Sections,
    check_amplifiers,
    choose_sections,
    level,
)
from ccdseg.segmentation.resizing import write_resized
from ccdseg.segmentation.tiled import TiledPrediction

if TYPE_CHECKING:
    from astropy.nddata import CCDData

    from ccdseg.segmentation.segmenter import Segmenter

_ONE_AT_A_TIME = threading.Lock()
"""A network takes all cores; two at once would share them, and need twice the memory."""


@dataclass(frozen=True, eq=False)
class Prediction:
    """Segmentation result.

    Attributes
    ----------
    mask : ndarray
        Class with the highest ratio of probability and operating point, uint8 of shape (H, W) or
        (N, H, W).
    probabilities : ndarray or None
        Probability of each class, float32 of shape (…, H, W, classes), summing to 1; None where
        they were not asked for.
    """

    mask: np.ndarray
    probabilities: np.ndarray | None


def predict_images(
    segmenter: Segmenter,
    image: np.ndarray | CCDData,
    *,
    tile_size: int | tuple[int, int] | None,
    amplifiers: Amplifiers,
    probabilities: bool,
    progress: bool,
) -> Prediction:
    """Segment one image or several; parameters, result and errors as of `Segmenter.predict`."""
    image = pixels_of(image)
    if image.ndim not in (2, 3) or image.size == 0 or image.dtype.kind not in "fiu":
        raise InputError(
            f"An image of shape {image.shape} and type {image.dtype} cannot be segmented; "
            "give numbers of shape (rows, columns) or (N, rows, columns)."
        )
    images = image if image.ndim == 3 else image[np.newaxis]
    results = {"mask": empty(images.shape, np.uint8)}
    if probabilities:
        shape = (*images.shape, len(segmenter.classes))
        results["probabilities"] = empty(shape)
    check_amplifiers(amplifiers)
    layouts = [_sections(one, amplifiers) for one in images]
    levelled = map(level, images, layouts)
    with _ONE_AT_A_TIME:
        _segment(segmenter, levelled, results, tile_size=tile_size, progress=progress)
        if image.nbytes > IN_MEMORY:
            segmenter.engine.release_memory()
    for index, sections in enumerate(layouts):
        _clear_overscan({name: part[index] for name, part in results.items()}, sections)
    if image.ndim == 2:
        results = {name: result[0] for name, result in results.items()}
    return Prediction(**{"probabilities": None, **results})


def _segment(
    segmenter: Segmenter,
    images: Iterable[np.ndarray],
    results: dict[str, np.ndarray],
    *,
    tile_size: int | tuple[int, int] | None,
    progress: bool,
) -> None:
    """Write the results of all images."""
    classifier = segmenter.engine.classifier(
        segmenter.operating_point,
        probabilities="probabilities" in results or segmenter.input_size is not None,
    )
    settings = {"normalizer": segmenter.normalizer, "progress": progress}
    if segmenter.input_size is None:
        tiled = TiledPrediction(segmenter.geometry)
        tiled.write(images, results, classifier, tile_size=tile_size, **settings)
    else:
        write_resized(
            images,
            results,
            classifier,
            input_size=segmenter.input_size,
            operating_point=segmenter.operating_point,
            **settings,
        )


def _sections(image: np.ndarray, amplifiers: Amplifiers) -> Sections:
    """Sections of an image; none where one amplifier read it."""
    check_any_finite(image)
    return () if amplifiers is None else choose_sections(image, amplifiers)


def _clear_overscan(results: dict[str, np.ndarray], sections: Sections) -> None:
    """Call the strips between several amplifiers background, which no charge reaches."""
    strips = [strip for one in sections for strip in one.overscans] if len(sections) > 1 else []
    for strip in strips:
        results["mask"][strip.area] = 0
        if "probabilities" in results:
            results["probabilities"][strip.area] = 0
            results["probabilities"][(*strip.area, 0)] = 1
