"""Keras engine: the network with constant weights, the choice of the class built in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from math import log, prod

import numpy as np
from keras import Input, KerasTensor, Model, activations, models, ops

from ccdseg.models.receptive_field import receptive_field
from ccdseg.segmentation.engines.interface import Classifier, Engine, NetworkGeometry


class FrozenClassifier(Model):
    """The network as it is now, as one function from pixels to probabilities and classes.

    Its weights are constants of the compiled function. A backend may then arrange them once for
    its fastest kernels, which on ordinary processors halves the time and more; later changes of the
    network's weights do not reach it.

    Parameters
    ----------
    network : keras.Model
        Functional network that maps (N, rows, columns, 1) to (N, rows, columns, classes).
    operating_point : sequence of float
        One number per class; a pixel is of the class with the highest ratio of probability and it.
    probabilities : bool
        Whether the probabilities are returned, or the classes alone.
    """

    def __init__(
        self, network: Model, operating_point: Sequence[float], *, probabilities: bool = True
    ) -> None:
        super().__init__(name="frozen_classifier")
        logits = _without_softmax(network)
        self.gives_logits = logits is not None
        self.compute = _frozen(logits or network)
        self.operating_point = [float(value) for value in operating_point]
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
        """Index of the plane with the highest score; of equal ones, the first."""
        scores = [
            plane - log(value) if self.gives_logits else plane / value
            for plane, value in zip(ops.unstack(planes), self.operating_point, strict=True)
        ]
        best, mask = scores[0], ops.zeros_like(scores[0], dtype="uint8")
        for index, score in enumerate(scores[1:], start=1):
            mask = ops.where(score > best, ops.cast(index, "uint8"), mask)
            best = ops.maximum(best, score)
        return mask


class KerasEngine(Engine):
    """Network run by Keras, compiled anew where its weights have changed.

    Parameters
    ----------
    network : keras.Model
        Fully convolutional network, from (N, rows, columns, 1) to probabilities
        (N, rows, columns, classes).
    """

    name = "keras"

    def __init__(self, network: Model) -> None:
        self.network = with_input_size(network, (None, None))
        self.n_channels = network.input_shape[-1]
        self.n_classes = network.output_shape[-1]
        self._compiled: dict[tuple, tuple[FrozenClassifier, list[np.ndarray]]] = {}

    def __reduce__(self) -> tuple:
        """Another process gets the network, and compiles it itself."""
        return KerasEngine, (self.network,)

    @cached_property
    def geometry(self) -> NetworkGeometry:
        """Reach of the network, worked out from its layers."""
        reach = receptive_field(self.network)
        edge = 4 * reach.stride
        outputs = [layer.output for layer in self.network.layers]
        shapes = Model(self.network.input, outputs).compute_output_shape((1, edge, edge, 1))
        return NetworkGeometry(reach.halo, reach.stride, 4 * sum(map(prod, shapes)) / edge**2)

    def classifier(self, operating_point: Sequence[float], *, probabilities: bool) -> Classifier:
        """Compiled network; see `Engine.classifier`."""
        key, weights = (tuple(operating_point), probabilities), self.network.get_weights()
        if key in self._compiled:
            classifier, frozen = self._compiled[key]
            if all(map(np.array_equal, weights, frozen)):
                return classifier.predict_on_batch
        classifier = FrozenClassifier(self.network, operating_point, probabilities=probabilities)
        self._compiled[key] = classifier, weights
        return classifier.predict_on_batch


def with_input_size(network: Model, size: tuple[int | None, int | None]) -> Model:
    """Network for images of a size, or of any where it is None; a copy where it is for another."""
    if network.input_shape[1:3] == tuple(size):
        return network
    pixels = Input((*size, network.input_shape[-1]), name="image")
    copy = models.clone_model(network, input_tensors=pixels)
    copy.set_weights(network.get_weights())
    return copy


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
