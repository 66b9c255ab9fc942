"""Interface of the inference engines."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from ccdseg.segmentation.memory import give_memory_back

if TYPE_CHECKING:
    from keras import Model

ENGINES = ("auto", "openvino", "keras")
"""Choices of an engine; ``auto`` is OpenVINO where the model has a converted network."""

PRECISIONS = ("float32", "bfloat16")
"""Types of number in which OpenVINO can compute."""


@dataclass(frozen=True)
class NetworkGeometry:
    """Reach of a network, and the memory that it takes.

    Attributes
    ----------
    halo : int
        An output pixel depends on no input farther away than this (px).
    stride : int
        Least common stride of all poolings: a shift of the input by this much shifts the output
        (px).
    bytes_per_pixel : float
        Outputs of all layers in float32, per pixel of the input (bytes).
    """

    halo: int
    stride: int
    bytes_per_pixel: float


class Classifier(Protocol):
    """Compiled network from pixels to classes."""

    def __call__(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        """Segment a batch.

        Parameters
        ----------
        pixels : ndarray
            Normalised pixels, float32 of shape (N, rows, columns, 1).

        Returns
        -------
        dict of str to ndarray
            ``mask``, class with the highest ratio of probability and operating point, of equal ones
            the first, uint8 of shape (N, rows, columns); where asked for, ``probabilities``,
            float32 of shape (N, rows, columns, classes).
        """


class Engine(ABC):
    """What runs a network.

    Attributes
    ----------
    name : str
        One of `ENGINES`.
    network : keras.Model
        The network in Keras, to be trained or saved.
    n_channels, n_classes : int
        Channels of the network's input and output.
    geometry : NetworkGeometry
        Reach of the network; `ccdseg.InputError` where it is the whole image, or not known.
    """

    name: str
    network: Model
    n_channels: int
    n_classes: int
    geometry: NetworkGeometry

    @abstractmethod
    def classifier(self, operating_point: Sequence[float], *, probabilities: bool) -> Classifier:
        """Compiled network with the weights of now; compiled once for equal arguments.

        Parameters
        ----------
        operating_point : sequence of float
            One number per class.
        probabilities : bool
            Whether the classifier gives probabilities beside the mask.
        """

    def release_memory(self) -> None:
        """Give back what the network keeps for its next batch: many bytes per pixel of a tile."""
        give_memory_back()
