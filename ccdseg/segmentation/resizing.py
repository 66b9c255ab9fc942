"""Images, masks and probabilities in another size; images resized for the network and back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from ccdseg.normalization import Normalizer

if TYPE_CHECKING:
    from ccdseg.segmentation.engines import Classifier


def resize_bilinear(image: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resize an image, or the probabilities of its classes, bilinearly.

    Parameters
    ----------
    image : ndarray
        (H, W) or (H, W, classes), any unit.
    size : tuple of int
        Rows and columns wanted (px).

    Returns
    -------
    ndarray
        float32 of shape (rows, columns) or (rows, columns, classes).
    """
    return _resized(image.astype(np.float32), size, order=1)


def resize_nearest(mask: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Resize a mask; each pixel takes the class of the nearest, since classes cannot be blended.

    Parameters
    ----------
    mask : ndarray
        Class indices of shape (H, W).
    size : tuple of int
        Rows and columns wanted (px).

    Returns
    -------
    ndarray
        Class indices of shape (rows, columns) and the type of `mask`.
    """
    return _resized(mask, size, order=0).astype(mask.dtype)


def write_resized(
    images: Iterable[np.ndarray],
    results: dict[str, np.ndarray],
    classifier: Classifier,
    normalizer: Normalizer,
    *,
    input_size: tuple[int, int],
    operating_point: Sequence[float],
    progress: bool,
) -> None:
    """Resize normalised images to one size, and the probabilities back; there the mask is taken.

    Parameters
    ----------
    images : iterable of ndarray
        Signal (ADU) of shape (H, W) each; what is not finite is filled from its neighbours.
    results : dict of str to ndarray
        Arrays to fill: ``mask`` (N, H, W), and where wanted ``probabilities`` (N, H, W, classes).
    classifier : Classifier
        Compiled network that gives probabilities.
    normalizer : Normalizer
        Function applied to an image before it is resized.
    input_size : tuple of int
        Rows and columns that the network sees (px).
    operating_point : sequence of float
        One number per class.
    progress : bool
        Whether to show a progress bar.
    """
    masks = results["mask"]
    bar = tqdm(images, "Segmenting", total=len(masks), unit="image", disable=not progress)
    for index, image in enumerate(bar):
        pixels = resize_bilinear(normalizer(image), input_size)
        outputs = classifier(pixels[np.newaxis, ..., np.newaxis])
        probabilities = resize_bilinear(outputs["probabilities"][0], image.shape)
        masks[index] = np.argmax(probabilities / np.asarray(operating_point), axis=-1)
        if "probabilities" in results:
            results["probabilities"][index] = probabilities


def _resized(array: np.ndarray, size: tuple[int, int], *, order: int) -> np.ndarray:
    if array.shape[:2] == tuple(size):
        return array
    from skimage.transform import resize

    return resize(array, size, order=order, mode="edge", preserve_range=True, anti_aliasing=False)
