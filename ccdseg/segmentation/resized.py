"""Images of any size through a network that looks at the whole image: resized there and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from ccdseg.normalization import Normalizer
from ccdseg.segmentation.resizing import resize_bilinear

if TYPE_CHECKING:
    from ccdseg.segmentation.engine import FrozenClassifier


def write_resized(
    images: Iterable[np.ndarray],
    results: dict[str, np.ndarray],
    classifier: FrozenClassifier,
    normalizer: Normalizer,
    *,
    input_size: tuple[int, int],
    progress: bool,
) -> None:
    """Resize normalised images to one size, and the probabilities back; there the mask is taken.

    Parameters
    ----------
    images : iterable of ndarray
        Signal (ADU) of shape (H, W) each, finite.
    results : dict of str to ndarray
        What is written: ``mask`` (N, H, W), and where wanted ``probabilities`` (N, H, W, classes).
    classifier : FrozenClassifier
        The compiled network; it must give probabilities.
    normalizer : Normalizer
        What is done to an image before it is resized.
    input_size : tuple of int
        Rows and columns that the network sees (px).
    progress : bool
        Whether to show a progress bar.
    """
    masks = results["mask"]
    bar = tqdm(images, "Segmenting", total=len(masks), unit="image", disable=not progress)
    for index, image in enumerate(bar):
        pixels = resize_bilinear(normalizer(image), input_size)
        outputs = classifier.predict_on_batch(pixels[np.newaxis, ..., np.newaxis])
        probabilities = resize_bilinear(outputs["probabilities"][0], image.shape)
        masks[index] = np.argmax(probabilities / classifier.operating_point, axis=-1)
        if "probabilities" in results:
            results["probabilities"][index] = probabilities
