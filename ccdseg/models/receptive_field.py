"""Receptive field of a network, derived from its layers."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from keras import KerasTensor, Model, layers

from ccdseg.errors import InputError

_POINTWISE = (
    layers.InputLayer,
    layers.Activation,
    layers.Add,
    layers.BatchNormalization,
    layers.Concatenate,
    layers.Dropout,
    layers.ELU,
    layers.LeakyReLU,
    layers.Multiply,
    layers.ReLU,
    layers.Rescaling,
    layers.Softmax,
    layers.SpatialDropout2D,
)
_CONVOLUTIONS = (layers.Conv2D, layers.DepthwiseConv2D, layers.SeparableConv2D)
_POOLINGS = (layers.MaxPooling2D, layers.AveragePooling2D)


@dataclass(frozen=True)
class ReceptiveField:
    """Reach of a network.

    Attributes
    ----------
    halo : int
        An output pixel depends on no input farther away than this (px).
    stride : int
        Least common stride of all poolings: a shift of the input by this much shifts the output.
    """

    halo: int
    stride: int


@dataclass(frozen=True)
class _Reach:
    """Pixels of the input that a feature depends on: before and behind it; its own size."""

    before: float = 0.0
    behind: float = 0.0
    step: float = 1.0

    def grown(self, before: float, behind: float, scale: float = 1.0) -> _Reach:
        """Reach behind a layer that looks so many features of this size around, and rescales."""
        return _Reach(
            self.before + before * self.step, self.behind + behind * self.step, self.step * scale
        )


def receptive_field(model: Model) -> ReceptiveField:
    """Reach of a fully convolutional network, layer by layer.

    Parameters
    ----------
    model : keras.Model
        Functional network of convolutions, poolings, transposed convolutions, upsamplings (padded
        ``same``) and layers that treat each pixel for itself.

    Returns
    -------
    ReceptiveField

    Raises
    ------
    InputError
        If a layer's reach is not known, or is the whole image.
    """
    reaches = {id(tensor): _Reach() for tensor in model.inputs}
    for layer in model.layers:
        incoming = [_find(reaches, tensor, layer) for tensor in _inputs(layer)] or [_Reach()]
        widest = _Reach(
            max(reach.before for reach in incoming),
            max(reach.behind for reach in incoming),
            incoming[0].step,
        )
        reaches[id(layer.output)] = _through(layer, widest)
    last = _find(reaches, model.outputs[0], model.layers[-1])
    stride = max(reach.step for reach in reaches.values())
    return ReceptiveField(halo=ceil(max(last.before, last.behind)), stride=int(stride))


def _inputs(layer: layers.Layer) -> list[KerasTensor]:
    if isinstance(layer, layers.InputLayer):
        return []
    try:
        inputs = layer.input
    except (AttributeError, ValueError):
        raise InputError(
            f"Layer {layer.name} is used more than once; its reach is not known."
        ) from None
    return inputs if isinstance(inputs, list) else [inputs]


def _find(reaches: dict[int, _Reach], tensor: KerasTensor, layer: layers.Layer) -> _Reach:
    if id(tensor) not in reaches:
        raise InputError(
            f"The reach of layer {layer.name} is not known; give a functional network in which "
            "every layer is used once."
        )
    return reaches[id(tensor)]


def _through(layer: layers.Layer, reach: _Reach) -> _Reach:
    """Reach behind a layer."""
    if isinstance(layer, _POINTWISE):
        return reach
    if isinstance(layer, layers.Conv2DTranspose):
        kernel, stride = max(layer.kernel_size), max(layer.strides)
        padding = max(kernel - stride, 0) // 2
        return reach.grown((kernel - 1 - padding) / stride, padding / stride, 1 / stride)
    if isinstance(layer, _CONVOLUTIONS):
        window = (max(layer.kernel_size) - 1) * max(layer.dilation_rate) + 1
        return _windowed(layer, reach, window, max(layer.strides))
    if isinstance(layer, _POOLINGS):
        return _windowed(layer, reach, max(layer.pool_size), max(layer.strides))
    if isinstance(layer, layers.UpSampling2D):
        return reach.grown(1, 1, 1 / max(layer.size))
    raise InputError(
        f"The reach of layer {layer.name} ({type(layer).__name__}) is not known; give the "
        "segmenter an input_size, to which images are resized as a whole."
    )


def _windowed(layer: layers.Layer, reach: _Reach, window: int, stride: int) -> _Reach:
    if layer.padding != "same" and window != stride:
        raise InputError(
            f"Layer {layer.name} is padded {layer.padding!r}; only 'same' keeps sizes."
        )
    before = max(window - stride, 0) // 2
    return reach.grown(before, window - 1 - before, stride)
