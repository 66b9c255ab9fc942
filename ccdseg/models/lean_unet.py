"""A lean U-Net: everything at half resolution and below, with added skip connections."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from keras import Input, KerasTensor, Model, layers

from ccdseg.errors import InputError
from ccdseg.models.weights import load_weights


def lean_unet(
    input_shape: tuple[int | None, int | None, int] = (None, None, 1),
    n_classes: int = 4,
    *,
    filters: Sequence[int] = (16, 16, 32, 64, 128),
    head: int = 16,
    stem_size: int = 4,
    activation: str = "leaky_relu",
    separable: bool = False,
    weights: str | Path | None = None,
) -> Model:
    """Build a lean U-Net for whole frames on ordinary processors; 448,676 parameters by default.

    Nearly all of a U-Net's work is done at full resolution, and much of it in joining and moving
    thin layers. Here a strided convolution halves the resolution first; skip connections are added
    instead of concatenated; and a transposed convolution of stride 2 turns the features of each
    2×2 pixels into their four sets of probabilities at the very end.

    Parameters
    ----------
    input_shape : tuple
        Rows, columns and channels; rows and columns are divisible by 2**len(filters), or None for
        any such size.
    n_classes : int
        Channels of the softmax output.
    filters : sequence of int
        Filters at half resolution and at each level below, between which lies a pooling.
    head : int
        Filters of the last convolution at half resolution.
    stem_size : int
        Side of the strided convolution's kernel (px).
    activation : str
        Activation of the convolutions.
    separable : bool
        Whether the convolutions below half resolution are separable.
    weights : str or Path, optional
        Weights of a network of the same architecture, ``.weights.h5`` or ``.keras``.

    Returns
    -------
    keras.Model
        Maps float32 (N, rows, columns, channels) to probabilities (N, rows, columns, n_classes).

    Raises
    ------
    InputError
        If a size is not divisible by 2**len(filters), or the weights do not fit.
    """
    _check(input_shape, n_classes, filters)

    def convolve(x: KerasTensor, level: int, name: str) -> KerasTensor:
        kind = layers.SeparableConv2D if separable and level else layers.Conv2D
        kernel = "depthwise" if kind is layers.SeparableConv2D else "kernel"
        for step in (1, 2):
            x = kind(
                filters[level],
                3,
                padding="same",
                activation=activation,
                name=f"{name}_conv{step}",
                **{f"{kernel}_initializer": "he_normal"},
            )(x)
        return x

    inputs = Input(input_shape, name="image")
    plain = {"padding": "same", "activation": activation, "kernel_initializer": "he_normal"}
    x = stem = layers.Conv2D(filters[0], stem_size, strides=2, name="stem", **plain)(inputs)
    skips = []
    *above, bottom = range(len(filters))
    for level in above:
        x = convolve(x, level, f"encoder{level}")
        skips.append(x)
        x = layers.MaxPooling2D(2, name=f"encoder{level}_pool")(x)
    x = convolve(x, bottom, "bottom")
    for level in reversed(above):
        x = layers.Conv2DTranspose(filters[level], 2, strides=2, name=f"decoder{level}_up")(x)
        x = layers.Add(name=f"decoder{level}_join")([x, skips[level]])
        x = convolve(x, level, f"decoder{level}")
    x = layers.Add(name="head_join")([x, stem])
    x = layers.Conv2D(head, 3, name="head_conv", **plain)(x)
    outputs = layers.Conv2DTranspose(
        n_classes, 2, strides=2, activation="softmax", name="probabilities"
    )(x)
    model = Model(inputs, outputs, name="lean_unet")
    if weights is not None:
        load_weights(model, weights)
    return model


def _check(input_shape: tuple, n_classes: int, filters: Sequence[int]) -> None:
    if len(input_shape) != 3 or input_shape[2] is None:
        raise InputError(f"Input shape is {input_shape}; give (rows, columns, channels).")
    if len(filters) < 2 or n_classes < 2:
        raise InputError(
            f"Filters {tuple(filters)} and {n_classes} classes; give the filters of at least 2 "
            "levels, and 2 classes."
        )
    stride = 2 ** len(filters)
    if any(size is not None and size % stride for size in input_shape[:2]):
        raise InputError(
            f"Input size {input_shape[0]}×{input_shape[1]} is not divisible by {stride}, as "
            f"{len(filters)} levels need; pad the images or take fewer levels."
        )
