"""DeepLabV3+ (Chen et al. 2018, arXiv:1802.02611) on the first four stages of a ResNet50."""

from __future__ import annotations

from pathlib import Path

from keras import Input, KerasTensor, Model, applications, layers, ops, saving

from ccdseg.errors import InputError
from ccdseg.models.weights import load_weights

IMAGENET = "imagenet"

_STRIDE = 16
_DEEP, _SHALLOW = "conv4_block6_2_relu", "conv2_block3_2_relu"
"""Layers of the backbone whose features are used, at strides of 16 and 4 pixels."""


@saving.register_keras_serializable(package="ccdseg")
class RepeatOver(layers.Layer):
    """Repeats one vector per image, (N, 1, 1, C), over the rows and columns of another tensor."""

    def call(self, inputs: tuple[KerasTensor, KerasTensor]) -> KerasTensor:
        """Return the repeated vectors."""
        vector, like = inputs
        return vector + ops.zeros_like(like[..., :1])

    def compute_output_shape(self, input_shape: tuple[tuple, tuple]) -> tuple:
        """Rows and columns of the second, channels of the first."""
        vector, like = input_shape
        return (*like[:-1], vector[-1])


def deeplab_v3_plus(
    input_shape: tuple[int | None, int | None, int] = (512, 512, 3),
    n_classes: int = 2,
    *,
    filters: int = 256,
    dilation_rates: tuple[int, ...] = (1, 6, 12, 18),
    dropout: float = 0.2,
    backbone: str | Path | None = None,
    frozen: bool = True,
    weights: str | Path | None = None,
) -> Model:
    """Build a DeepLabV3+; the defaults are the original's, 18,111,298 parameters.

    Parameters
    ----------
    input_shape : tuple
        Rows, columns and channels; rows and columns are divisible by 16, or None for any such
        size. The backbone sees 3 channels: a single one is repeated.
    n_classes : int
        Channels of the softmax output.
    filters : int
        Filters of the spatial pyramid and the decoder.
    dilation_rates : tuple of int
        Dilations of the 3×3 convolutions of the pyramid.
    dropout : float
        Share of activations dropped before and behind the pyramid.
    backbone : {"imagenet"} or str or Path, optional
        Weights of the ResNet50: ``imagenet``, which Keras fetches, a ``.weights.h5`` file of one
        without its top, or none.
    frozen : bool
        Whether the backbone stays as it is while the network is trained.
    weights : str or Path, optional
        Weights of a whole network of the same architecture, ``.weights.h5`` or ``.keras``.

    Returns
    -------
    keras.Model
        Maps float32 (N, rows, columns, channels) to probabilities (N, rows, columns, n_classes).

    Raises
    ------
    InputError
        If the size is not divisible by 16, or weights cannot be fetched or do not fit.
    """
    _check(input_shape, n_classes)
    inputs = Input(input_shape, name="image")
    resnet = _backbone(_three_channels(inputs), backbone)
    resnet.trainable = not frozen
    deep, shallow = (resnet.get_layer(name).output for name in (_DEEP, _SHALLOW))
    x = layers.Dropout(dropout, name="pyramid_dropout")(deep)
    x = _pyramid(x, filters, dilation_rates)
    x = layers.UpSampling2D(4, interpolation="bilinear", name="pyramid_up")(x)
    x = layers.Dropout(dropout, name="decoder_dropout")(x)
    low = _convolve(shallow, 48, 1, "shallow")
    x = layers.Concatenate(name="decoder_join")([x, low])
    for step in (1, 2):
        x = _convolve(x, filters, 7, f"decoder{step}")
    x = layers.UpSampling2D(4, interpolation="bilinear", name="decoder_up")(x)
    outputs = layers.Conv2D(n_classes, 1, activation="softmax", name="probabilities")(x)
    model = Model(inputs, outputs, name="deeplab_v3_plus")
    if weights is not None:
        load_weights(model, weights)
    return model


def _check(input_shape: tuple, n_classes: int) -> None:
    if len(input_shape) != 3 or input_shape[2] not in (1, 3):
        raise InputError(
            f"Input shape is {input_shape}; give (rows, columns, channels) of 1 or 3 channels."
        )
    if any(side is not None and (side < _STRIDE or side % _STRIDE) for side in input_shape[:2]):
        raise InputError(
            f"Image size {input_shape[0]}×{input_shape[1]} is not divisible by {_STRIDE}; pad or "
            "resize the images."
        )
    if n_classes < 2:
        raise InputError(f"{n_classes} classes; a softmax needs at least 2.")


def _three_channels(inputs: KerasTensor) -> KerasTensor:
    if inputs.shape[-1] == 3:
        return inputs
    return layers.Concatenate(name="three_channels")([inputs] * 3)


def _backbone(inputs: KerasTensor, weights: str | Path | None) -> Model:
    fetched = weights == IMAGENET
    try:
        resnet = applications.ResNet50(
            include_top=False, weights=IMAGENET if fetched else None, input_tensor=inputs
        )
    except Exception as error:
        if not fetched:
            raise
        reason = str(error).splitlines()[0]
        raise InputError(
            f"The ImageNet weights of the ResNet50 cannot be fetched ({reason}). Pass "
            "--backbone-weights (backbone=…) with the path of a copy (…_notop.h5), or none for "
            "random weights."
        ) from None
    if weights is not None and not fetched:
        load_weights(resnet, weights)
    return resnet


def _pyramid(x: KerasTensor, filters: int, dilation_rates: tuple[int, ...]) -> KerasTensor:
    """Features of the whole image and of surroundings of several sizes, joined."""
    pooled = layers.GlobalAveragePooling2D(keepdims=True, name="pyramid_pool")(x)
    pooled = _convolve(pooled, filters, 1, "pyramid_image", use_bias=True)
    branches = [RepeatOver(name="pyramid_repeat")([pooled, x])]
    branches += [
        _convolve(x, filters, 3, f"pyramid_dilation{rate}", dilation_rate=rate)
        for rate in dilation_rates
    ]
    joined = layers.Concatenate(name="pyramid_join")(branches)
    return _convolve(joined, filters, 1, "pyramid")


def _convolve(
    x: KerasTensor,
    filters: int,
    size: int,
    name: str,
    *,
    dilation_rate: int = 1,
    use_bias: bool = False,
) -> KerasTensor:
    x = layers.Conv2D(
        filters,
        size,
        padding="same",
        dilation_rate=dilation_rate,
        use_bias=use_bias,
        kernel_initializer="he_normal",
        name=f"{name}_conv",
    )(x)
    x = layers.BatchNormalization(name=f"{name}_norm")(x)
    return layers.Activation("relu", name=f"{name}_relu")(x)
