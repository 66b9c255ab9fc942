"""U-Net (Ronneberger et al. 2015, arXiv:1505.04597) of any size."""

from __future__ import annotations

from pathlib import Path

from keras import Input, KerasTensor, Model, layers, regularizers

from ccdseg.errors import InputError
from ccdseg.models.weights import load_weights


def unet(
    input_shape: tuple[int | None, int | None, int] = (256, 256, 1),
    n_classes: int = 4,
    *,
    filters: int = 32,
    levels: int = 4,
    activation: str = "elu",
    dropout: float = 0.18,
    dilation_rate: int = 1,
    l2: float = 0.01,
    scale: float = 1 / 255,
    weights: str | Path | None = None,
) -> Model:
    """Build a U-Net; the defaults are the original's, 7,759,620 parameters.

    Parameters
    ----------
    input_shape : tuple
        Rows, columns and channels; rows and columns are divisible by 2**levels, or None for any
        such size.
    n_classes : int
        Channels of the softmax output.
    filters : int
        Filters of the first level; each level below has twice as many.
    levels : int
        Number of poolings.
    activation : str
        Activation of the 3×3 convolutions.
    dropout : float
        Share of activations dropped between the two convolutions of a level.
    dilation_rate : int
        Dilation of every 3×3 convolution.
    l2 : float
        Weight of the L2 regularisation of the 3×3 kernels.
    scale : float
        Factor on the input, a layer of the network; 1 adds none.
    weights : str or Path, optional
        Weights of a network of the same architecture, ``.weights.h5`` or ``.keras``.

    Returns
    -------
    keras.Model
        Maps float32 (N, rows, columns, channels) to probabilities (N, rows, columns, n_classes).

    Raises
    ------
    InputError
        If the size is not divisible by 2**levels, or the weights do not fit.
    """
    _check(input_shape, n_classes, levels)

    def convolve(x: KerasTensor, n_filters: int, name: str) -> KerasTensor:
        for step in (1, 2):
            x = layers.Conv2D(
                n_filters,
                3,
                padding="same",
                activation=activation,
                dilation_rate=dilation_rate,
                kernel_initializer="he_normal",
                kernel_regularizer=regularizers.L2(l2) if l2 else None,
                name=f"{name}_conv{step}",
            )(x)
            if step == 1 and dropout:
                x = layers.Dropout(dropout, name=f"{name}_dropout")(x)
        return x

    x = inputs = Input(input_shape, name="image")
    if scale != 1:
        x = layers.Rescaling(scale, name="scale")(x)
    skips = []
    for level in range(levels):
        x = convolve(x, filters * 2**level, f"encoder{level}")
        skips.append(x)
        x = layers.MaxPooling2D(2, name=f"encoder{level}_pool")(x)
    x = convolve(x, filters * 2**levels, "bottom")
    for level in reversed(range(levels)):
        n_filters = filters * 2**level
        x = layers.Conv2DTranspose(n_filters, 2, strides=2, name=f"decoder{level}_up")(x)
        x = layers.Concatenate(name=f"decoder{level}_join")([x, skips[level]])
        x = convolve(x, n_filters, f"decoder{level}")
    outputs = layers.Conv2D(n_classes, 1, activation="softmax", name="probabilities")(x)
    model = Model(inputs, outputs, name="unet")
    if weights is not None:
        load_weights(model, weights)
    return model


def _check(input_shape: tuple, n_classes: int, levels: int) -> None:
    if len(input_shape) != 3 or input_shape[2] is None:
        raise InputError(f"Input shape is {input_shape}; give (rows, columns, channels).")
    if levels < 1 or n_classes < 2:
        raise InputError(
            f"{levels} levels and {n_classes} classes; give at least 1 level and 2 classes."
        )
    stride = 2**levels
    if any(size is not None and size % stride for size in input_shape[:2]):
        raise InputError(
            f"Input size {input_shape[0]}×{input_shape[1]} is not divisible by {stride}, "
            f"as {levels} levels need; pad the images or take fewer levels."
        )
