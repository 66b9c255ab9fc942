"""A network made ready for whole frames: its weights constant, the choice of the class built in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from keras import KerasTensor, Model, activations, ops


class FrozenClassifier(Model):
    """The network as it is now, as one function from pixels to probabilities and classes.

    Its weights are constants of the compiled function. A backend may then arrange them once for
    its fastest kernels, which on ordinary processors halves the time and more; later changes of the
    network's weights do not reach it.

    Parameters
    ----------
    network : keras.Model
        Functional network that maps (N, rows, columns, 1) to (N, rows, columns, classes).
    thresholds : sequence of float
        One per class; a pixel is of the class with the highest probability / threshold.
    probabilities : bool
        Whether the probabilities are returned, or the classes alone.
    """

    def __init__(
        self, network: Model, thresholds: Sequence[float], *, probabilities: bool = True
    ) -> None:
        super().__init__(name="frozen_classifier")
        logits = _without_softmax(network)
        self.gives_logits = logits is not None
        self.compute = _frozen(logits or network)
        self.thresholds = [float(threshold) for threshold in thresholds]
        self.probabilities = probabilities

    def call(self, pixels: KerasTensor) -> dict[str, KerasTensor]:
        """Classes ``mask``, uint8 (N, rows, columns), and ``probabilities`` where asked for."""
        # one plane per class, since backends are slow in reducing a short last axis
        planes = ops.transpose(self.compute(pixels), (3, 0, 1, 2))
        mask = self._classes(planes)
        if not self.probabilities:
            return {"mask": mask}
        probabilities = _softmax(planes) if self.gives_logits else planes
        return {"mask": mask, "probabilities": ops.transpose(probabilities, (1, 2, 3, 0))}

    def _classes(self, planes: KerasTensor) -> KerasTensor:
        """Index of the plane with the highest probability / threshold; of equal ones, the first."""
        scores = [
            plane - log(threshold) if self.gives_logits else plane / threshold
            for plane, threshold in zip(ops.unstack(planes), self.thresholds, strict=True)
        ]
        best, mask = scores[0], ops.zeros_like(scores[0], dtype="uint8")
        for index, score in enumerate(scores[1:], start=1):
            mask = ops.where(score > best, ops.cast(index, "uint8"), mask)
            best = ops.maximum(best, score)
        return mask


class ClassifierCache:
    """Compiled classifiers of a network, kept until it or the thresholds change."""

    def __init__(self) -> None:
        self._made: dict[bool, _Made] = {}

    def get(
        self, network: Model, thresholds: tuple[float, ...], *, probabilities: bool
    ) -> FrozenClassifier:
        """The network as it is now, compiled, where it is not known already.

        Parameters
        ----------
        network, thresholds, probabilities
            As for `FrozenClassifier`.
        """
        weights = network.get_weights()
        made = self._made.get(probabilities)
        if made is None or not made.of(network, weights, thresholds):
            classifier = FrozenClassifier(network, thresholds, probabilities=probabilities)
            made = _Made(classifier, network, weights, thresholds)
            self._made[probabilities] = made
        return made.classifier


@dataclass(frozen=True, eq=False)
class _Made:
    """A classifier and what it was made of."""

    classifier: FrozenClassifier
    network: Model
    weights: list[np.ndarray]
    thresholds: tuple[float, ...]

    def of(self, network: Model, weights: list[np.ndarray], thresholds: tuple[float, ...]) -> bool:
        return (
            network is self.network
            and thresholds == self.thresholds
            and all(map(np.array_equal, weights, self.weights))
        )


def _softmax(planes: KerasTensor) -> KerasTensor:
    """Softmax over the first axis."""
    powers = ops.exp(planes - ops.max(planes, axis=0, keepdims=True))
    return powers / ops.sum(powers, axis=0, keepdims=True)


def _frozen(network: Model) -> Callable[[KerasTensor], KerasTensor]:
    """The network as a function of its input, its weights constant."""
    weights = [
        [variable.numpy() for variable in variables]
        for variables in (network.trainable_variables, network.non_trainable_variables)
    ]
    return lambda pixels: network.stateless_call(*weights, pixels)[0]


def _without_softmax(network: Model) -> Model | None:
    """The network up to its softmax, or None where it does not end in one."""
    last = network.layers[-1]
    if getattr(last, "activation", None) is not activations.softmax:
        return None
    linear = type(last).from_config(last.get_config() | {"activation": "linear"})
    logits = Model(network.input, linear(last.input))
    linear.set_weights(last.get_weights())
    return logits
